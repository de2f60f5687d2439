"""Where a sheet's tables begin: headers of one to three rows, tables below each other and beside each other."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from contact_registry.headings.heading_rules import mentions_parent, names_teachers, says_what_teachers_do
from contact_registry.headings.heading_words import letters_were_lost, without_examples
from contact_registry.headings.meanings import Field, Heading, ListOf, Meanings, read_heading, words_of
from contact_registry.lists.column_cells import LOOKED_AT, by_cells, cover_blank, looks_like_contact
from contact_registry.spreadsheets.written import written

Rows = Sequence[Sequence[object]]

_NAMES = (Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME)
_PUPILS = frozenset({*_NAMES, Field.ORDER, Field.CLASS, Field.GRADE, Field.PUPIL_CODE})
_STRONG = _PUPILS | {Field.PHONE, Field.EMAIL}
_LEVELS = 3
_YEAR = re.compile(r"\b20\d\d\b")
_NUMBERING = re.compile(r"\(?(?:[A-Za-z]|\d{1,2})\)?")
_BESIDE = 20
"""Tables side by side, at most: each looks at the whole header, so a header of thousands would never be done."""
_LONGEST = 300
"""A question of a form stands above its answers in full."""
_NOTHING = Heading(Field.UNKNOWN, "")


@dataclass(frozen=True, slots=True)
class Table:
    """One header. `columns`: the heading of each column of the sheet, empty beside the table;
    `first`: index of the first row below it.

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
        """Tells whether the column at `place` stands within the table."""
        own = [i for i, heading in enumerate(self.columns) if heading.written]
        return own[0] <= place <= own[-1]

    def is_of_staff(self) -> bool:
        """Tells whether its names are teachers': they have a column, and neither a pupil nor a parent has one."""
        if self.names_parents():
            return False
        words = [words_of(heading) for heading in self.columns if heading.written]
        if not self.names:
            return any(map(names_teachers, words))
        named = (words_of(self.columns[place]) for place in self.names)
        return any(map(names_teachers, named)) or (not self.classes and any(map(says_what_teachers_do, words)))

    def names_parents(self) -> bool:
        """Tells whether a number is said to be a parent's."""
        return any(mentions_parent(words_of(self.columns[place])) for place in self.contacts)

    def letters_lost(self) -> bool:
        """Tells whether its headings have question marks for letters."""
        return any(letters_were_lost(heading.written) for heading in self.columns)


def best_columns(rows: Rows) -> int:
    """Counts the columns of the best header among these rows."""
    found = (tables_at(rows, index) for index in range(len(rows)))
    return max((sum(bool(h.written) for table in tables for h in table.columns) for tables in found), default=0)


def tables_at(rows: Rows, index: int, *, of: ListOf = "parents", meanings: Meanings | None = None) -> tuple[Table, ...]:
    """Finds the table whose header begins in row `index`, or tables where several stand side by side; none where it is no
    header.
    """
    own = _heading_cells(rows[index])
    if own is None or sum(map(bool, own)) < 2:
        return ()
    columns, first = _columns(rows, index, own, partial(read_heading, of=of, meanings=meanings))
    if not _is_header(columns):
        return ()
    while first < len(rows) and is_numbering(rows[first]):
        first += 1
    columns = [
        by_cells(heading, rows[first : first + LOOKED_AT], place) if of == "parents" else heading
        for place, heading in enumerate(columns)
    ]
    columns = list(_told_apart(cover_blank(columns, rows[first : first + LOOKED_AT])))
    return tuple(Table.under(block, header=index, first=first) for block in _blocks(columns))


def _heading_cells(row: Sequence[object]) -> list[str] | None:
    """The row's cells if all of them could be headings: short texts, days and years, no address, no long number."""
    cells = []
    for value in row:
        cell = written(value)
        if not isinstance(value, str):
            if isinstance(value, bool) or looks_like_contact(value):
                return None
        elif cell:
            if len(cell) > _LONGEST:
                return None
            if sum(map(str.isdigit, cell)) > 4 or "@" in cell:
                said = without_examples(cell)
                if ("@" in said and " " not in said) or sum(map(str.isdigit, _YEAR.sub("", said))) > 4:
                    return None
        cells.append(cell)
    return cells


def _columns(rows: Rows, index: int, own: list[str], read: Callable[[str, str], Heading]) -> tuple[list[Heading], int]:
    """The headings of the header that begins here, and the index of the first row below it."""
    columns, above = _as_headings(rows[index], own, read), own
    if sum(heading.field is not Field.UNKNOWN for heading in columns) < 2:  # no header's first row: nearly every row of a list
        return columns, index + 1
    for below_index in range(index + 1, min(index + _LEVELS, len(rows))):
        below = _heading_cells(rows[below_index])
        if below is None or not _are_headings(rows[below_index], below, columns, read):
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


def _as_headings(row: Sequence[object], cells: list[str], read: Callable[[str, str], Heading]) -> list[Heading]:
    """A date or a number above a column is a day on which somebody was there: no column of ours, and none to ask about."""
    return [
        read("", cell) if not cell or isinstance(value, str) else Heading(Field.IGNORED, cell)
        for value, cell in zip(row, cells, strict=True)
    ]


def _are_headings(row: Sequence[object], cells: list[str], above: list[Heading], read: Callable[[str, str], Heading]) -> bool:
    """Whether a row is a header's next: all of it known headings. One alone must be of numbers: a title is not a heading."""
    fields: list[Field] = []
    alone = 0
    for place, (value, cell) in enumerate(zip(row, cells, strict=True)):
        if not cell:
            continue
        if isinstance(value, str):
            fields.append(read("", cell).field)
            alone = place
        elif place < len(above) and above[place].field in _STRONG:  # a row's own number, below "STT"
            return False
    if len(fields) < 2:  # below "Họ và tên" somebody's name, with a remark on the telephone
        over = above[alone].field if fields and alone < len(above) else Field.UNKNOWN
        return fields in ([Field.PHONE], [Field.EMAIL]) and over not in _PUPILS
    return not {Field.UNKNOWN, Field.ORDER} & set(fields)


def _is_header(columns: Sequence[Heading]) -> bool:
    strong = {heading.field for heading in columns} & _STRONG
    return len(strong) >= 2 and bool(strong & {Field.NAME, Field.GIVEN_NAME, Field.ORDER, Field.PHONE, Field.EMAIL})


def is_numbering(row: Sequence[object]) -> bool:
    """Tells whether the row numbers the columns of the header above it, as official forms have it: (1) (2) (3), A B 1 2."""
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
