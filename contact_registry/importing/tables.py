"""Where a sheet's tables begin, and which of their rows are pupils.

Sheets have titles above the header, headers of one or two rows, several tables below each other, totals and a signature block.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from contact_registry.importing.classes import class_in_title, class_of_sheet
from contact_registry.importing.headings import Field, Heading, ListOf, Meanings, fold, read_heading
from contact_registry.importing.sheets import Sheet

_STRONG = frozenset(
    {
        Field.ORDER,
        Field.NAME,
        Field.FAMILY_NAME,
        Field.GIVEN_NAME,
        Field.CLASS,
        Field.GRADE,
        Field.PUPIL_CODE,
        Field.PHONE,
        Field.EMAIL,
    }
)
_INVISIBLE = {0x200B: None, 0xFEFF: None, 0x2060: None}
_ORDER_VALUE = re.compile(r"\d{1,5}(?:[.]0*)?")
_TAIL = re.compile(
    r"(?:tong|cong|si so|danh sach (?:nay )?(?:co|gom)|an dinh|hieu truong|pho hieu truong|nguoi lap|giao vien|gvcn|ky ten|thu truong)\b"
    r"|.*\bngay \d* ?thang\b"
)


@dataclass(frozen=True, slots=True)
class Table:
    """One header. `columns`: the heading of each column; `first`: index of the first row below it.

    The rest is which columns are what, said once for the table and not looked for again in every row.
    """

    columns: tuple[Heading, ...]
    header: int
    first: int
    order: tuple[int, ...]
    names: tuple[int, ...]
    classes: tuple[int, ...]
    contacts: tuple[int, ...]

    @classmethod
    def under(cls, columns: tuple[Heading, ...], *, header: int, first: int) -> "Table":
        def of(*fields: Field) -> tuple[int, ...]:
            return tuple(i for field in fields for i, heading in enumerate(columns) if heading.field is field)

        columns = tuple(_told_apart(columns))
        names = of(Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME)
        return cls(columns, header, first, of(Field.ORDER), names, of(Field.CLASS), of(Field.PHONE, Field.EMAIL))


def _told_apart(columns: Sequence[Heading]) -> Iterator[Heading]:
    """Two columns with one heading become "SĐT" and "SĐT (2)": a correction must name one of them."""
    seen: Counter[str] = Counter()
    for heading in columns:
        seen[heading.written] += 1
        again = seen[heading.written]
        yield replace(heading, written=f"{heading.written} ({again})") if heading.written and again > 1 else heading


@dataclass(frozen=True, slots=True)
class PupilRow:
    """A row that is a pupil: its index from 0, its table, and the class that stands in a title above or names the sheet."""

    index: int
    table: Table
    class_around: str | None


def written(value: object) -> str:
    """A cell as a person reads it, without invisible characters and double spaces."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value)
    if "\u200b" in text or "\ufeff" in text or "\u2060" in text:
        text = text.translate(_INVISIBLE)
    return " ".join(text.split())


def best_columns(rows: Sequence[Sequence[object]]) -> int:
    """How many columns the best header among these rows has."""
    tables = (header_at(rows, index) for index in range(len(rows)))
    return max((len([h for h in table.columns if h.written]) for table in tables if table), default=0)


def header_at(
    rows: Sequence[Sequence[object]], index: int, *, of: ListOf = "parents", meanings: Meanings | None = None
) -> Table | None:
    """The header that begins in this row, of one row or two; None where there is none."""
    own = _heading_cells(rows[index])
    if own is None:
        return None
    below = _heading_cells(rows[index + 1]) if index + 1 < len(rows) else None
    read = partial(read_heading, of=of, meanings=meanings)
    two = _two_rows(own, below, read) if below else None
    columns = two or tuple(read("", cell) for cell in own)
    strong = {heading.field for heading in columns} & _STRONG
    if len(strong) < 2 or not strong & {Field.NAME, Field.GIVEN_NAME, Field.ORDER, Field.PHONE, Field.EMAIL}:
        return None
    return Table.under(columns, header=index, first=index + (2 if two else 1))


def _heading_cells(row: Sequence[object]) -> list[str] | None:
    """The row's cells if all of them could be headings: short texts, no address, no long number."""
    if any(value not in ("", None) and not isinstance(value, str) for value in row):
        return None
    cells = [written(value) for value in row]
    if sum(bool(cell) for cell in cells) < 2:
        return None
    if any("@" in cell or len(cell) > 120 or sum(c.isdigit() for c in cell) > 4 for cell in cells):
        return None
    return cells


def _two_rows(above: list[str], below: list[str], read: Callable[[str, str], Heading]) -> tuple[Heading, ...] | None:
    """Headings of two rows, if the second is one: all of it known headings, under cells of the first that span them."""
    if any(cell and read("", cell).field in (Field.UNKNOWN, Field.ORDER) for cell in below):
        return None
    above = above + [""] * (len(below) - len(above))
    below = below + [""] * (len(above) - len(below))
    spanning, columns = "", []
    for over, under in zip(above, below, strict=True):
        spanning = over or spanning
        columns.append(read(spanning, under) if under else read("", over))
    return tuple(columns)


def pupil_rows(sheet: Sheet, *, of: ListOf = "parents", meanings: Meanings | None = None) -> Iterator[PupilRow]:
    """Every pupil of the sheet (or member of staff), table by table."""
    around = class_of_sheet(sheet.name) if sheet.name else None
    table: Table | None = None
    ended = False
    skip_to = 0
    for index, row in enumerate(sheet.rows):
        if index < skip_to:
            continue
        if table is not None and _has_order(table, row):  # most rows of most lists: nothing else need be looked at
            if _names_somebody(table, row) or _has_address(table, row):
                yield PupilRow(index, table, around)
            continue
        cells = [cell for cell in map(written, row) if cell]
        if not cells:
            continue
        if found := header_at(sheet.rows, index, of=of, meanings=meanings):
            table, ended, skip_to = found, False, found.first
            continue
        if len(cells) <= 2 and (title := next(filter(None, map(class_in_title, cells)), None)):
            around = title
        if table is None:
            continue
        if any(_TAIL.match(fold(cell)) for cell in cells):
            ended = True
        elif _has_address(table, row) or _is_unnumbered_pupil(table, row, ended=ended):
            yield PupilRow(index, table, around)


def _cells(row: Sequence[object], columns: tuple[int, ...]) -> Iterator[str]:
    return (text for i in columns if i < len(row) and (text := written(row[i])))


def _has_order(table: Table, row: Sequence[object]) -> bool:
    return any(_ORDER_VALUE.fullmatch(value) for value in _cells(row, table.order))


def _names_somebody(table: Table, row: Sequence[object]) -> bool:
    return any(any(map(str.isalpha, value)) for value in _cells(row, table.names))


def _has_address(table: Table, row: Sequence[object]) -> bool:
    return any("@" in value or sum(map(str.isdigit, value)) > 4 for value in _cells(row, table.contacts))


def _is_unnumbered_pupil(table: Table, row: Sequence[object], *, ended: bool) -> bool:
    """A name alone: a pupil where rows have no numbers; else one only if a class stands beside it."""
    if not _names_somebody(table, row):
        return False
    return any(_cells(row, table.classes)) if table.order or ended else True
