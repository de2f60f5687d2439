"""A list that is not of parents, an office's own: its columns are found by their headings, everything else is left behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from contact_registry.errors import ImportRefused
from contact_registry.headings.meanings import fold
from contact_registry.spreadsheets.sheets import read_workbook, require_few
from contact_registry.spreadsheets.written import written

Columns = Mapping[str, Iterable[str]]
"""Field → the folded headings (`fold`) it may stand under."""

_HEADER_WITHIN = 20
"""Rows above the header: a title, the office's name, a date."""
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as the spreadsheet shows it, cells by field. A cell may be a date or a number."""

    row: int
    cells: Mapping[str, object] = field(repr=False)

    def text(self, name: str) -> str:
        """Returns the cell of the column `name` as a person reads it; "" where there is none."""
        return written(self.cells.get(name))[:_LONGEST]


@dataclass(frozen=True, slots=True)
class PlainTable:
    """`headings`: how the fields found are written in the file."""

    headings: Mapping[str, str]
    rows: tuple[TableRow, ...]


def read_table(data: bytes, columns: Columns, *, most: int) -> PlainTable:
    """Reads the first visible sheet that has one of the headings (a spreadsheet or text), rows with nothing under them left out.

    Raises `ImportRefused` (import.unreadable, .too_large, .password_protected; `bulk.no_heading`, `bulk.too_many_rows`).
    """
    meaning = {heading: name for name, headings in columns.items() for heading in headings}

    def best(rows: Sequence[Sequence[object]]) -> int:
        return max((len(_places(row, meaning)) for row in rows), default=0)

    sheets = read_workbook(data, best).sheets
    require_few(sheets)
    for sheet in sheets:
        head = sheet.rows[:_HEADER_WITHIN]
        if not best(head):
            continue
        at = max(range(len(head)), key=lambda index: len(_places(head[index], meaning)))
        places = _places(head[at], meaning)
        rows = []
        for index, row in enumerate(sheet.rows[at + 1 :], start=at + 2):
            cells = {name: row[place] for name, place in places.items() if place < len(row)}
            if any(written(cell) for cell in cells.values()):
                rows.append(TableRow(index, cells))
        if len(rows) > most:
            raise ImportRefused("bulk.too_many_rows")
        return PlainTable({name: written(head[at][place])[:80] for name, place in places.items()}, tuple(rows))
    raise ImportRefused("bulk.no_heading")


def _places(row: Sequence[object], meaning: Mapping[str, str]) -> dict[str, int]:
    """Field → the first column under one of its headings."""
    places: dict[str, int] = {}
    for place, cell in enumerate(row[:200]):
        name = meaning.get(fold(written(cell)[:120])) if isinstance(cell, str) else None
        if name is not None:
            places.setdefault(name, place)
    return places
