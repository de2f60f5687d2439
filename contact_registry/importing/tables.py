"""Where a sheet's tables begin: headers of one to three rows, tables below each other and beside each other."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from contact_registry.importing.headings import Field, Heading, ListOf, Meanings, read_heading, says_only_whose
from contact_registry.phone_numbers import read_phones
from contact_registry.plain_text import one_line

Rows = Sequence[Sequence[object]]

_NAMES = (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME)
_STRONG = frozenset(
    {*_NAMES, Field.ORDER, Field.CLASS, Field.GRADE, Field.PUPIL_CODE, Field.PHONE, Field.EMAIL},
)
_LEVELS = 3
_YEAR = re.compile(r"\b20\d\d\b")
_NUMBERING = re.compile(r"\(?(?:[A-Za-z]|\d{1,2})\)?")
_LOOKED_AT = 20
"""Rows below a header that are looked at to tell a parent's names from a parent's numbers."""
_BESIDE = 20
"""Tables side by side, at most: each looks at the whole header, so a header of thousands would never be done."""
_NOTHING = Heading(Field.UNKNOWN, "")


@dataclass(frozen=True, slots=True)
class Table:
    """One header. `columns`: the heading of each column of the sheet, empty beside the table; `first`: index of the first row below it.

    The rest is which columns are what, said once for the table and not looked for again in every row.
    """

    columns: tuple[Heading, ...]
    header: int
    first: int
    order: tuple[int, ...]
    names: tuple[int, ...]
    classes: tuple[int, ...]
    contacts: tuple[int, ...]
    has_grade: bool

    @classmethod
    def under(cls, columns: tuple[Heading, ...], *, header: int, first: int) -> "Table":
        def of(*fields: Field) -> tuple[int, ...]:
            return tuple(i for field in fields for i, heading in enumerate(columns) if heading.field is field)

        contacts = of(Field.PHONE, Field.EMAIL)
        return cls(columns, header, first, of(Field.ORDER), of(*_NAMES), of(Field.CLASS), contacts, bool(of(Field.GRADE)))

    def spans(self, place: int) -> bool:
        """Whether a column stands within the table."""
        own = [i for i, heading in enumerate(self.columns) if heading.written]
        return own[0] <= place <= own[-1]


def written(value: object) -> str:
    """A cell as a person reads it, without invisible characters and double spaces."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return one_line(str(value))


def best_columns(rows: Rows) -> int:
    """How many columns the best header among these rows has."""
    found = (tables_at(rows, index) for index in range(len(rows)))
    return max((sum(bool(h.written) for table in tables for h in table.columns) for tables in found), default=0)


def tables_at(rows: Rows, index: int, *, of: ListOf = "parents", meanings: Meanings | None = None) -> tuple[Table, ...]:
    """The table whose header begins in this row, or tables where several stand side by side; none where it is no header."""
    own = _heading_cells(rows[index])
    if own is None or sum(map(bool, own)) < 2:
        return ()
    columns, first = _columns(rows, index, own, partial(read_heading, of=of, meanings=meanings))
    if not _is_header(columns):
        return ()
    if of == "parents":
        columns = [_by_cells(heading, rows[first : first + _LOOKED_AT], place) for place, heading in enumerate(columns)]
    while first < len(rows) and _is_numbering(rows[first]):
        first += 1
    return tuple(Table.under(block, header=index, first=first) for block in _blocks(list(_told_apart(columns))))


def _heading_cells(row: Sequence[object]) -> list[str] | None:
    """The row's cells if all of them could be headings: short texts, no address, no long number."""
    if any(value not in ("", None) and not isinstance(value, str) for value in row):
        return None
    cells = [written(value) for value in row]
    if any(len(cell) > 120 or ("@" in cell and " " not in cell) for cell in cells):
        return None
    if any(sum(map(str.isdigit, _YEAR.sub("", cell))) > 4 for cell in cells):
        return None
    return cells


def _columns(rows: Rows, index: int, own: list[str], read: Callable[[str, str], Heading]) -> tuple[list[Heading], int]:
    """The headings of the header that begins here, and the index of the first row below it."""
    columns, above = [read("", cell) for cell in own], own
    if sum(heading.field is not Field.UNKNOWN for heading in columns) < 2:  # no header's first row: nearly every row of a list
        return columns, index + 1
    for below_index in range(index + 1, min(index + _LEVELS, len(rows))):
        below = _heading_cells(rows[below_index])
        if below is None or not _are_headings(below, read):
            return columns, below_index
        width = max(len(above), len(below))
        above, below = above + [""] * (width - len(above)), below + [""] * (width - len(below))
        spanning, columns, joined = "", [], []
        for over, under in zip(above, below, strict=True):
            spanning = over or spanning
            columns.append(read(spanning, under) if under else read("", over))
            joined.append(f"{spanning}: {under}" if under and spanning else under or over)
        above = joined
    return columns, min(index + _LEVELS, len(rows))


def _are_headings(cells: list[str], read: Callable[[str, str], Heading]) -> bool:
    """Whether a row is a header's next: all of it known headings. One alone must be of numbers: a title is not a heading."""
    fields = [read("", cell).field for cell in cells if cell]
    if len(fields) < 2:
        return fields in ([Field.PHONE], [Field.EMAIL])
    return not {Field.UNKNOWN, Field.ORDER} & set(fields)


def _is_header(columns: Sequence[Heading]) -> bool:
    strong = {heading.field for heading in columns} & _STRONG
    return len(strong) >= 2 and bool(strong & {Field.NAME, Field.GIVEN_NAME, Field.ORDER, Field.PHONE, Field.EMAIL})


def _by_cells(heading: Heading, rows: Rows, place: int) -> Heading:
    """A column headed "Mẹ" holds her name or her number; most of its cells say which."""
    if not says_only_whose(heading):
        return heading
    cells = [row[place] for row in rows if place < len(row) and written(row[place])]
    numbers = sum(bool(read_phones(cell).numbers) for cell in cells)
    return replace(heading, field=Field.PHONE) if numbers and numbers * 2 >= len(cells) else heading


def _is_numbering(row: Sequence[object]) -> bool:
    """The row below a header that numbers its columns, as official forms have it: (1) (2) (3), A B 1 2."""
    cells = [cell for cell in map(written, row) if cell]
    return len(cells) > 2 and all(map(_NUMBERING.fullmatch, cells))


def _told_apart(columns: Sequence[Heading]) -> Iterator[Heading]:
    """Two columns with one heading become "SĐT" and "SĐT (2)": a correction must name one of them."""
    seen: Counter[str] = Counter()
    for heading in columns:
        seen[heading.written] += 1
        again = seen[heading.written]
        yield replace(heading, written=f"{heading.written} ({again})") if heading.written and again > 1 else heading


def _blocks(columns: list[Heading]) -> list[tuple[Heading, ...]]:
    """The columns of each table of a header: one, or several printed side by side, each with numbers or names of its own."""
    fields = [heading.field for heading in columns]
    lead = Field.ORDER if Field.ORDER in fields else next((f for f in (Field.NAME, Field.FAMILY_NAME) if f in fields), None)
    leads = [place for place, field in enumerate(fields) if field is lead]
    if 1 < len(leads) <= _BESIDE:
        before = leads[0] - next(place for place, heading in enumerate(columns) if heading.written)
        starts = [place - before for place in leads]
        ends = [*starts[1:], len(columns)]
        blocks = [
            tuple(h if start <= place < end else _NOTHING for place, h in enumerate(columns))
            for start, end in zip(starts, ends, strict=True)
        ]
        if all(_is_header(block) and any(h.field in _NAMES for h in block) for block in blocks):
            return blocks
    return [tuple(columns)]
