"""Sheets without a header that is understood: their columns are offered as "Cột A", "Cột B", "Cột C", for a person to say what
they are; and rows that stand in one column, as text pasted into a spreadsheet does, are told apart first.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from contact_registry.headings.fields import Field, ListOf
from contact_registry.headings.heading_words import fold
from contact_registry.headings.meanings import Heading, Meanings
from contact_registry.lists.checked import SeenColumn
from contact_registry.lists.column_cells import are_contacts, by_letter, letter, looks_like_contact
from contact_registry.lists.tables import Table, best_columns
from contact_registry.spreadsheets.sheets import Sheet
from contact_registry.spreadsheets.written import written

_MOST_COLUMNS = 30
_LOOKED_AT = 200
Way = str | re.Pattern[str]
_LONGEST = 2000
"""Characters of a line that is told apart."""
_SEPARATORS = ("\t", ";", ",", "|")
_BY_EYE = (re.compile(r"\s+[-–—]\s+"), re.compile(r"\s{2,}"))
"""How a person sets cells apart who types a list, or pastes one: with dashes, with spaces."""


def has_content(row: Sequence[object]) -> bool:
    """Tells whether anybody sees anything in the row."""
    return any(map(written, row))


def lettered_table(sheet: Sheet, meanings: Meanings | None, *, of: ListOf) -> Table | None:
    """Makes a table of a sheet without a header, its columns as a person named them; None where what stands in them does not
    fit: they were said of another.
    """
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
    """Offers a sheet's columns by their letters. `samples`: of each column."""
    first, _ = _full_rows(sheet)
    return [
        SeenColumn(sheet.name, first + 1, letter(place), by_letter(place), Field.UNKNOWN, "parent", said=False, samples=shown)
        for place, shown in enumerate(samples[:_MOST_COLUMNS])
        if shown
    ]


def full_rows(sheet: Sheet) -> list[Sequence[object]]:
    """Returns the first rows that look like somebody's: more than one cell is filled in."""
    return _full_rows(sheet)[1]


def _full_rows(sheet: Sheet) -> tuple[int, list[Sequence[object]]]:
    found = [(index, row) for index, row in enumerate(sheet.rows) if sum(map(bool, map(written, row))) > 1][:_LOOKED_AT]
    if not found:
        found = [(index, row) for index, row in enumerate(sheet.rows) if has_content(row)][:_LOOKED_AT]
    return (found[0][0] if found else 0), [row for _, row in found]


def columns_apart(sheet: Sheet) -> Sheet:
    """Splits the one column of a sheet where nearly every row is several cells in one; else returns the sheet as it is."""
    lines = _lines(sheet)
    if len(lines) < 2:
        return sheet
    ways: list[Way] = [mark for mark in _SEPARATORS if sum(mark in line for line in lines) * 10 >= len(lines) * 7]
    if not ways:
        ways = [gap for gap in _BY_EYE if sum(bool(gap.search(line)) for line in lines) * 10 >= len(lines) * 7]
    if not ways:
        return sheet
    told = {way: [_split(row, way) for row in sheet.rows] for way in ways}
    best = max(ways, key=lambda way: (best_columns(told[way][:40]), sum(map(len, told[way][:40]))))
    return replace(sheet, rows=told[best], typed=False, merged_up={})


def stands_in_one_column(sheet: Sheet) -> bool:
    """Tells whether a list stands in one column that could not be split."""
    lines = _lines(sheet)
    return len(lines) > 1 and sum(map(looks_like_contact, lines)) * 2 > len(lines)


def _lines(sheet: Sheet) -> list[str]:
    """The first rows as they stand in one column; none where other rows have more."""
    filled = list(islice(filter(has_content, sheet.rows), _LOOKED_AT))
    lines = [_line(row) for row in filled if sum(map(bool, map(written, row))) == 1]
    return lines if len(lines) * 10 >= len(filled) * 9 else []


def _line(row: Sequence[object]) -> str:
    return next((str(value).strip() for value in row if written(value)), "")[:_LONGEST]


def _split(row: Sequence[object], way: Way) -> list[object]:
    line = _line(row)
    if not isinstance(way, str):
        return list(way.split(line)) if way.search(line) else list(row)
    if way not in line:
        return list(row)
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=way, skipinitialspace=True), [])]
        whole = [cell for cell in cells if cell]
        # The whole row in quotation marks, with empty columns behind it.
        return list(cells) if len(whole) != 1 or way not in whole[0] or whole[0] == line else _split(whole, way)
    except csv.Error:
        return [cell.strip() for cell in line.split(way)]
