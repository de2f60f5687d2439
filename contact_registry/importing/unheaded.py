"""Sheets without a header that is understood: their columns are offered as "Cột A", "Cột B", "Cột C", for a person to say what they are;
and rows that stand in one column, as text pasted into a spreadsheet does, are told apart first.
"""

import csv
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from contact_registry.importing.checked import SeenColumn
from contact_registry.importing.column_cells import are_contacts, by_letter, letter
from contact_registry.importing.fields import Field, ListOf
from contact_registry.importing.heading_words import fold
from contact_registry.importing.headings import Heading, Meanings
from contact_registry.importing.sheets import Sheet
from contact_registry.importing.tables import Table, best_columns
from contact_registry.importing.written import written

_MOST_COLUMNS = 30
_LOOKED_AT = 200
_LONGEST = 2000
"""Characters of a line that is told apart."""
_SEPARATORS = ("\t", ";", ",", "|")


def has_content(row: Sequence[object]) -> bool:
    """Whether anybody sees anything in the row."""
    return any(map(written, row))


def lettered_table(sheet: Sheet, meanings: Meanings | None, *, of: ListOf) -> Table | None:
    """The columns of a sheet without a header as a person named them, where what stands in them fits: else they were said of another."""
    if not meanings:
        return None
    first, rows = _full_rows(sheet)
    width = min(max(map(len, rows), default=0), _MOST_COLUMNS)
    columns = []
    fits = False
    for place in range(width):
        said = meanings.get(fold(by_letter(place)))
        if said is None:
            columns.append(Heading(Field.UNKNOWN, by_letter(place)))
            continue
        columns.append(Heading(said.field, by_letter(place), said.role if of == "parents" else "staff", said=True))
        if said.field in (Field.PHONE, Field.EMAIL):
            fits = fits or are_contacts(row[place] for row in rows if place < len(row))
    return Table.under(tuple(columns), header=first, first=first) if fits else None


def offered_columns(sheet: Sheet, samples: Sequence[tuple[str, ...]]) -> list[SeenColumn]:
    """A sheet's columns by their letters. `samples`: of each column."""
    first, _ = _full_rows(sheet)
    return [
        SeenColumn(sheet.name, first + 1, letter(place), by_letter(place), Field.UNKNOWN, "parent", said=False, samples=shown)
        for place, shown in enumerate(samples[:_MOST_COLUMNS])
        if shown
    ]


def full_rows(sheet: Sheet) -> list[Sequence[object]]:
    """The first rows that look like somebody's: more than one cell is filled in."""
    return _full_rows(sheet)[1]


def _full_rows(sheet: Sheet) -> tuple[int, list[Sequence[object]]]:
    found = [(index, row) for index, row in enumerate(sheet.rows) if sum(map(bool, map(written, row))) > 1][:_LOOKED_AT]
    if not found:
        found = [(index, row) for index, row in enumerate(sheet.rows) if has_content(row)][:_LOOKED_AT]
    return (found[0][0] if found else 0), [row for _, row in found]


def columns_apart(sheet: Sheet) -> Sheet:
    """The sheet with its one column told apart, where nearly every row is several cells in one; else the sheet as it is."""
    filled = list(islice(filter(has_content, sheet.rows), _LOOKED_AT))
    lines = [next(filter(None, map(written, row))) for row in filled if sum(map(bool, map(written, row))) == 1]
    if len(lines) < 2 or len(lines) * 10 < len(filled) * 9:
        return sheet
    ways = [mark for mark in _SEPARATORS if sum(mark in line for line in lines) * 10 >= len(lines) * 7]
    if not ways:
        return sheet
    told = {mark: [_split(row, mark) for row in sheet.rows] for mark in ways}
    best = max(ways, key=lambda mark: (best_columns(told[mark][:40]), sum(map(len, told[mark][:40]))))
    return replace(sheet, rows=told[best], typed=False, merged_up={})


def _split(row: Sequence[object], mark: str) -> list[object]:
    line = next((str(value) for value in row if written(value)), "")[:_LONGEST]
    if mark not in line:
        return list(row)
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark, skipinitialspace=True), [])]
    except csv.Error:
        return [cell.strip() for cell in line.split(mark)]
