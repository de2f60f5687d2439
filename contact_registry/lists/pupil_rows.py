"""Which rows of a sheet are pupils, and why each other row with content is none: every row is accounted for.

A row with a name and a number is a pupil, whatever else stands in it: a remark never costs a pupil and never names another class.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from contact_registry.addresses.phone_numbers import read_phones
from contact_registry.classes.in_sheets import class_alone, class_in_title, class_of_sheet
from contact_registry.headings.heading_rules import says_remarks
from contact_registry.headings.heading_words import fold
from contact_registry.headings.meanings import Field, ListOf, Meanings, words_of
from contact_registry.lists.accounting import RowReason
from contact_registry.lists.row_words import begins_with_example, is_example, is_name, is_of_office, is_signature, is_total
from contact_registry.lists.tables import Table, is_numbering, tables_at
from contact_registry.spreadsheets.sheets import Sheet
from contact_registry.spreadsheets.written import written

_ORDER_VALUE = re.compile(r"\d{1,5}(?:[.]0*)?")
_MORE_LINES = 2
"""Of one pupil: a mother's, a guardian's. What has more is a list whose names are missing."""
_NOT_A_TITLES = frozenset({Field.IGNORED, Field.DROPPED, Field.CLASS})
"""Columns in which words such as "lớp 6A2" tell of one pupil."""


@dataclass(frozen=True, slots=True)
class PupilRow:
    """A row that is a pupil: its index from 0, its table, the class that stands in a title above or names the sheet.

    `more`: indexes of the rows below that hold further numbers of the same pupil.
    """

    index: int
    table: Table
    class_around: str | None
    more: tuple[int, ...] = ()


@dataclass(slots=True)
class SheetRows:
    """All of a sheet: its pupils, its tables, and why a row (by index from 0) is no pupil.

    `unsent`: indexes of rows left out although a number stands in them.
    """

    pupils: list[PupilRow] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    left_out: dict[int, RowReason] = field(default_factory=dict)
    unsent: list[int] = field(default_factory=list)


class _Around:
    """The class that stands around a table: in the last title above it, else in the sheet's name."""

    def __init__(self, sheet_name: str | None) -> None:
        self._of_sheet = class_of_sheet(sheet_name) if sheet_name else None
        self._titles: dict[int, str] = {}

    def take_title(self, row: Sequence[object], tables: Sequence[Table]) -> bool:
        """Takes the class, or several over tables side by side, from a row that is a title; tells whether it was one. A remark
        beside a pupil is none.
        """
        elsewhere = [
            (place, value)
            for place, value in enumerate(row)
            if not any(place < len(table.columns) and table.columns[place].field in _NOT_A_TITLES for table in tables)
        ]
        below_a_header = bool(tables)
        cells = [(place, text) for place, value in elsewhere if (text := written(value))]
        titles = {place: found for place, text in cells if (found := class_in_title(text, below_a_header=below_a_header))}
        if not titles and not below_a_header:  # "Lớp:" in one cell, "6A1" in the next
            titles = {
                place: found
                for (place, text), (_, beside) in pairwise(cells)
                if fold(text) in ("lop", "ten lop") and (found := class_of_sheet(beside))
            }
        if not titles and len(cells) == 1 and not any(table.classes for table in tables):  # "6A1" alone above its pupils
            (place, text), leading = cells[0], {0}.union(*((*table.order, *table.names) for table in tables))
            if (place in leading or not below_a_header) and (alone := class_alone(text)):
                titles = {place: alone}
        self._titles = titles or self._titles
        return bool(titles)

    def of(self, table: Table) -> str | None:
        if len(self._titles) < 2:
            return next(iter(self._titles.values()), self._of_sheet)
        return next((found for place, found in self._titles.items() if table.spans(place)), self._of_sheet)


def read_rows(
    sheet: Sheet,
    *,
    of: ListOf = "parents",
    meanings: Meanings | None = None,
    each: Callable[[], None] = lambda: None,
    under: Table | None = None,
) -> SheetRows:
    """Reads every row of the sheet, table by table. `each` is called for every row;
    `under`: the columns of a sheet without a header.
    """
    walk = _Walk(sheet, of, meanings, under)
    for index, row in enumerate(sheet.rows):
        each()
        walk.take(index, row)
    return walk.found


class _Walk:
    """Rows from top to bottom, and what the rows above say of the next."""

    def __init__(self, sheet: Sheet, of: ListOf, meanings: Meanings | None, under: Table | None) -> None:
        self.found = SheetRows()
        self._sheet, self._of, self._meanings = sheet, of, meanings
        self._around = _Around(sheet.name)
        self._tables: tuple[Table, ...] = (under,) if under else ()
        self.found.tables += self._tables
        self._totalled = self._signed = self._perhaps_signed = False
        self._skip_to = self._header_ends = 0

    def take(self, index: int, row: Sequence[object]) -> None:
        tables = self._tables
        if index >= self._skip_to and any(has_order(table, row) for table in tables):  # most rows of most lists
            numbered = [table for table in tables if _names_anybody(table, row) or _has_address(table, row)]
            if not numbered:
                self._leave(index, row, RowReason.NOTHING_KNOWN)
            elif all(_is_only_a_total(table, row) for table in numbered):
                self._leave(index, row, RowReason.TOTAL)
            else:
                self._pupils(index, numbered)
                self._totalled = self._signed = self._perhaps_signed = False
            return
        if not any(map(written, row)):
            return
        if index < self._skip_to:
            numbering = index > 0 and index >= self._header_ends and is_numbering(row)
            self._leave(index, row, RowReason.NUMBERING if numbering else RowReason.HEADER)
            return
        self._take_unnumbered(index, row)

    def _take_unnumbered(self, index: int, row: Sequence[object]) -> None:
        tables = self._tables
        named = [table for table in tables if is_name(_name(table, row))]
        if not any(_has_number(table, row) for table in named) and self._begins_table(index, row):
            return
        if any(is_example(fold(cell)) for table in tables for cell in _cells(row, table.order)) or any(
            begins_with_example(cell) for table in tables for cell in _cells(row, (*table.names, *table.contacts))
        ):
            self._leave(index, row, RowReason.NOTE)
        elif self._is_second_line(index, row):
            last = self.found.pupils[-1]
            self.found.pupils[-1] = replace(last, more=(*last.more, index))
            self._leave(index, row, RowReason.SECOND_LINE)
        elif pupils := [table for table in tables if self._is_pupil(table, row, named=table in named)]:
            self._pupils(index, pupils)
        else:
            self._leave(index, row, self._reason(row))

    def _begins_table(self, index: int, row: Sequence[object]) -> bool:
        found = tables_at(self._sheet.rows, index, of=self._of, meanings=self._meanings)
        if not found:
            return False
        self._skip_to = found[0].first
        self._header_ends = index + 1
        while self._header_ends < self._skip_to and not is_numbering(self._sheet.rows[self._header_ends]):
            self._header_ends += 1
        if not self._tables:
            above = [place for place in self.found.left_out if _is_somebody(self._sheet.rows[place])]
            self.found.unsent += above if len(above) > 1 else []  # one is the teacher's, in the title
        again = [table.columns for table in found] == [table.columns for table in self._tables]
        if not again:
            self._tables = found
            self.found.tables += found
        self._totalled = self._signed = self._perhaps_signed = False
        self._leave(index, row, RowReason.REPEATED_HEADER if again else RowReason.HEADER)
        return True

    def _is_pupil(self, table: Table, row: Sequence[object], *, named: bool) -> bool:
        """A row without a number of its own: a pupil by a name with a number, a class, or nothing else that speaks against it."""
        name = _name(table, row)
        has_class = any(_cells(row, table.classes))
        if self._signed:  # who signs has a name and often a telephone, but no class
            return named and has_class
        if not name:
            return _has_number(table, row) and not self._perhaps_signed
        if not named and (is_total(fold(name)) or is_of_office(name)):
            return False
        return _has_address(table, row) or has_class or (named and not self._totalled)

    def _is_second_line(self, index: int, row: Sequence[object]) -> bool:
        """Whether the row only has another number for the pupil right above, as where each parent has a line."""
        if not self.found.pupils or self._signed:
            return False
        last = self.found.pupils[-1]
        rows = self._sheet.rows
        return (
            index == last.index + len(last.more) + 1
            and len(last.more) < _MORE_LINES
            and bool(_name(last.table, rows[last.index]))
            and _has_number(last.table, row)
            and not _name(last.table, row)
            and set(_cells(row, last.table.classes)) <= set(_cells(rows[last.index], last.table.classes))
        )

    def _pupils(self, index: int, tables: Sequence[Table]) -> None:
        self.found.pupils += [PupilRow(index, table, self._around.of(table)) for table in tables]

    def _leave(self, index: int, row: Sequence[object], reason: RowReason) -> None:
        self.found.left_out[index] = reason
        if reason in _SAID_OF_NUMBERS and any(_has_number(table, row) for table in self._tables):
            self.found.unsent.append(index)

    def _is_remark(self, place: int) -> bool:
        """Whether remarks stand in the column: "Hiệu trưởng duyệt" there is no end of the list."""
        headings = [table.columns[place] for table in self._tables if place < len(table.columns)]
        return any(heading.field is Field.IGNORED and says_remarks(words_of(heading)) for heading in headings)

    def _reason(self, row: Sequence[object]) -> RowReason:
        """Why a row is no pupil, and what that says of the rows below."""
        folded = [fold(cell) for cell in map(written, row) if cell]
        if any(map(is_signature, folded)) and self._tables:
            if all(self._is_remark(place) for place, cell in enumerate(row) if written(cell)):
                self._perhaps_signed = True
            else:
                self._signed = True
            return RowReason.SIGNATURE
        if any(map(is_total, folded)) and self._tables:
            self._totalled = True
            return RowReason.TOTAL
        short = len(folded) <= 1 + 3 * max(1, len(self._tables))
        if (short and self._around.take_title(row, self._tables)) or not self._tables:
            self._totalled = self._signed = self._perhaps_signed = False
            return RowReason.TITLE
        if self._signed or self._perhaps_signed:
            return RowReason.SIGNATURE
        known = any(_name(table, row) or _has_number(table, row) for table in self._tables)
        return RowReason.NOTE if known else RowReason.NOTHING_KNOWN


_TOTALS = tuple(
    form for word in ("tổng", "tong", "cộng", "cong", "sĩ", "sỉ", "si so") for form in (word, word.capitalize(), word.upper())
)
_SAID_OF_NUMBERS = frozenset({RowReason.NOTE, RowReason.SIGNATURE, RowReason.TITLE, RowReason.TOTAL, RowReason.NOTHING_KNOWN})


def _cells(row: Sequence[object], columns: tuple[int, ...]) -> Iterator[str]:
    return (text for i in columns if i < len(row) and (text := written(row[i])))


def has_order(table: Table, row: Sequence[object]) -> bool:
    """Tells whether the row has a number of its own."""
    return any(_ORDER_VALUE.fullmatch(value) for value in _cells(row, table.order))


def _name(table: Table, row: Sequence[object]) -> str:
    return " ".join(_cells(row, table.names))


def _is_only_a_total(table: Table, row: Sequence[object]) -> bool:
    first = row[table.names[0]] if table.names and table.names[0] < len(row) else None
    if not isinstance(first, str) or not first.startswith(_TOTALS):  # nearly every row
        return False
    name = _name(table, row)
    return " " in name and is_total(fold(name)) and not _has_address(table, row)


def _names_anybody(table: Table, row: Sequence[object]) -> bool:
    return any(any(map(str.isalpha, value)) for value in _cells(row, table.names))


def _is_somebody(row: Sequence[object]) -> bool:
    """Whether a name and a number stand in the row, whatever its columns are."""
    return any(is_name(written(value)) for value in row) and any(read_phones(value).numbers for value in row)


def _has_address(table: Table, row: Sequence[object]) -> bool:
    """Whether somebody meant to write a number or an email there, be it a damaged one."""
    return any("@" in value or sum(map(str.isdigit, value)) > 4 for value in _cells(row, table.contacts))


def _has_number(table: Table, row: Sequence[object]) -> bool:
    """Whether a number or an email stands there that can be written to."""
    return any(
        "@" in written(row[i]) or bool(read_phones(row[i]).numbers)
        for i in table.contacts
        if i < len(row) and row[i] not in ("", None)
    )
