"""Where a sheet's tables begin, and which of their rows are pupils.

Sheets have titles above the header, headers of one or two rows, several tables below each other, totals and a signature block.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contact_registry.importing.classes import class_in_title, class_of_sheet
from contact_registry.importing.headings import Field, Heading, fold, read_heading
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
_CONTACT = frozenset({Field.PHONE, Field.EMAIL})
_ORDER_VALUE = re.compile(r"\d{1,5}(?:[.]0*)?")
_TAIL = re.compile(
    r"(?:tong|cong|si so|danh sach (?:nay )?(?:co|gom)|an dinh|hieu truong|pho hieu truong|nguoi lap|giao vien|gvcn|ky ten|thu truong)\b"
    r"|.*\bngay \d* ?thang\b"
)


@dataclass(frozen=True, slots=True)
class Table:
    """One header. `columns`: the heading of each column; `first`: index of the first row below it."""

    columns: tuple[Heading, ...]
    header: int
    first: int

    def of(self, field: Field) -> tuple[int, ...]:
        return tuple(i for i, heading in enumerate(self.columns) if heading.field is field)

    @property
    def has_contacts(self) -> bool:
        return any(heading.field in _CONTACT for heading in self.columns)


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
    return " ".join(str(value).translate({0x200B: None, 0xFEFF: None, 0x2060: None}).split())


def best_columns(rows: Sequence[Sequence[object]]) -> int:
    """How many columns the best header among these rows has."""
    tables = (header_at(rows, index) for index in range(len(rows)))
    return max((len([h for h in table.columns if h.written]) for table in tables if table), default=0)


def header_at(rows: Sequence[Sequence[object]], index: int) -> Table | None:
    """The header that begins in this row, of one row or two; None where there is none."""
    own = _heading_cells(rows[index])
    if own is None:
        return None
    below = _heading_cells(rows[index + 1]) if index + 1 < len(rows) else None
    two = _two_rows(own, below) if below else None
    columns = two or tuple(read_heading("", cell) for cell in own)
    strong = {heading.field for heading in columns} & _STRONG
    if len(strong) < 2 or not strong & {Field.NAME, Field.GIVEN_NAME, Field.ORDER, Field.PHONE, Field.EMAIL}:
        return None
    return Table(columns, index, index + (2 if two else 1))


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


def _two_rows(above: list[str], below: list[str]) -> tuple[Heading, ...] | None:
    """Headings of two rows, if the second is one: all of it known headings, under cells of the first that span them."""
    if any(cell and read_heading("", cell).field in (Field.UNKNOWN, Field.ORDER) for cell in below):
        return None
    above = above + [""] * (len(below) - len(above))
    below = below + [""] * (len(above) - len(below))
    spanning, columns = "", []
    for over, under in zip(above, below, strict=True):
        spanning = over or spanning
        columns.append(read_heading(spanning, under) if under else read_heading("", over))
    return tuple(columns)


def pupil_rows(sheet: Sheet) -> Iterator[PupilRow]:
    """Every pupil of the sheet, table by table."""
    around = class_of_sheet(sheet.name) if sheet.name else None
    table: Table | None = None
    ended = False
    skip_to = 0
    for index, row in enumerate(sheet.rows):
        if index < skip_to:
            continue
        cells = [cell for cell in map(written, row) if cell]
        if not cells:
            continue
        if (found := header_at(sheet.rows, index)) and not (table and _has_order(table, row)):
            table, ended, skip_to = found, False, found.first
            continue
        if len(cells) <= 2 and (title := next(filter(None, map(class_in_title, cells)), None)):
            around = title
        if table is None:
            continue
        if not _has_order(table, row) and any(_TAIL.match(fold(cell)) for cell in cells):
            ended = True
        elif _is_pupil(table, row, ended=ended):
            yield PupilRow(index, table, around)


def _values(table: Table, row: Sequence[object], *fields: Field) -> list[str]:
    return [written(row[i]) for field in fields for i in table.of(field) if i < len(row) and written(row[i])]


def _has_order(table: Table, row: Sequence[object]) -> bool:
    return any(_ORDER_VALUE.fullmatch(value) for value in _values(table, row, Field.ORDER))


def _is_pupil(table: Table, row: Sequence[object], *, ended: bool) -> bool:
    names = [v for v in _values(table, row, Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME) if any(c.isalpha() for c in v)]
    addresses = [v for v in _values(table, row, Field.PHONE, Field.EMAIL) if "@" in v or sum(c.isdigit() for c in v) > 4]
    if addresses:
        return True
    if not names:
        return False
    if _has_order(table, row):
        return True
    if table.of(Field.ORDER) or ended:
        return bool(_values(table, row, Field.CLASS))
    return True
