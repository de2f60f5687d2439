"""Which rows of a sheet are pupils: not its titles, totals, page headers and signatures."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from contact_registry.importing.classes import class_in_title, class_of_sheet
from contact_registry.importing.headings import Field, Heading, ListOf, Meanings, fold
from contact_registry.importing.sheets import Sheet
from contact_registry.importing.tables import Table, tables_at, written

_ORDER_VALUE = re.compile(r"\d{1,5}(?:[.]0*)?")
# "Tống" is a family name and "Công" a given one: a total is what has nothing else behind it but its number.
_TOTAL = re.compile(
    r"(?:tong|cong)(?:(?: cong)?(?: so| hs| hoc sinh)\b.*| cong)?(?: \d.*)?"
    r"|(?:si so|danh sach (?:nay )?(?:co|gom)|an dinh|trong do)\b.*"
)
_SIGNED = re.compile(
    r"(?:hieu truong|pho hieu truong|p hieu truong|ban giam hieu|nguoi lap|nguoi bao cao|giao vien|gvcn|ky ten|thu truong|xac nhan cua"
    r"|duyet cua)\b|.*\bngay \d* ?thang\b"
)
_DOES = re.compile(r"\b(?:chuc vu|chuc danh|nhiem vu|cong viec)\b")


@dataclass(frozen=True, slots=True)
class PupilRow:
    """A row that is a pupil: its index from 0, its table, and the class that stands in a title above or names the sheet."""

    index: int
    table: Table
    class_around: str | None


class _Around:
    """The class that stands around a table: in the last title above it, else in the sheet's name."""

    def __init__(self, sheet_name: str | None) -> None:
        self._of_sheet = class_of_sheet(sheet_name) if sheet_name else None
        self._titles: dict[int, str] = {}

    def take_title(self, row: Sequence[object], tables: Sequence[Table]) -> bool:
        """Whether the row was a title with a class, or several over tables side by side. "Lớp 6A1" in a class column is none."""
        elsewhere = [(place, value) for place, value in enumerate(row) if not any(place in table.classes for table in tables)]
        titles = {place: found for place, value in elsewhere if (found := class_in_title(written(value)))}
        self._titles = titles or self._titles
        return bool(titles)

    def of(self, table: Table) -> str | None:
        if len(self._titles) < 2:
            return next(iter(self._titles.values()), self._of_sheet)
        return next((found for place, found in self._titles.items() if table.spans(place)), self._of_sheet)


def pupil_rows(
    sheet: Sheet, *, of: ListOf = "parents", meanings: Meanings | None = None, each: Callable[[], None] = lambda: None
) -> Iterator[PupilRow]:
    """Every pupil of the sheet (or member of staff), table by table. `each` is called for every row, pupil or not."""
    around = _Around(sheet.name)
    tables: tuple[Table, ...] = ()
    totalled = signed = False
    skip_to = 0
    for index, row in enumerate(sheet.rows):
        each()
        if index < skip_to:
            continue
        if any(_has_order(table, row) for table in tables):  # most rows of most lists: nothing else need be looked at
            numbered = [table for table in tables if _names_somebody(table, row) or _has_address(table, row)]
            yield from (PupilRow(index, table, around.of(table)) for table in numbered)
            continue
        cells = [cell for cell in map(written, row) if cell]
        if not cells:
            continue
        if found := tables_at(sheet.rows, index, of=of, meanings=meanings):
            tables, totalled, signed, skip_to = found, False, False, found[0].first
            continue
        ends = [_ends(table, row) for table in tables]
        if any(ends):
            totalled, signed = True, signed or "signed" in ends
            continue
        unnumbered = [t for t in tables if _is_unnumbered(t, row, totalled=totalled, signed=signed)]
        with_address = [table for table in unnumbered if _has_address(table, row)]
        if not with_address and len(cells) <= 1 + 3 * max(1, len(tables)) and around.take_title(row, tables):
            totalled = signed = False
            continue
        yield from (PupilRow(index, table, around.of(table)) for table in unnumbered)


def _cells(row: Sequence[object], columns: tuple[int, ...]) -> Iterator[str]:
    return (text for i in columns if i < len(row) and (text := written(row[i])))


def _has_order(table: Table, row: Sequence[object]) -> bool:
    return any(_ORDER_VALUE.fullmatch(value) for value in _cells(row, table.order))


def _names_somebody(table: Table, row: Sequence[object]) -> bool:
    return any(any(map(str.isalpha, value)) for value in _cells(row, table.names))


def _has_address(table: Table, row: Sequence[object]) -> bool:
    return any("@" in value or sum(map(str.isdigit, value)) > 4 for value in _cells(row, table.contacts))


def _tells_of_a_person(heading: Heading) -> bool:
    """Whether "Giáo viên" under it says what somebody does: a position, an occupation, a note."""
    return heading.field in (Field.IGNORED, Field.DROPPED) or _DOES.search(fold(heading.written)) is not None


def _ends(table: Table, row: Sequence[object]) -> str | None:
    """Whether the row is a total ("totalled") or belongs to the signatures ("signed")."""
    name = len(list(_cells(row, table.names)))
    named = any(any(map(str.isalpha, value)) and not _SIGNED.match(fold(value)) for value in _cells(row, table.names))
    for place, value in enumerate(row):
        folded = fold(written(value))
        if _SIGNED.match(folded) and not (named and place < len(table.columns) and _tells_of_a_person(table.columns[place])):
            return "signed"
        half_a_name = name > 1 and place in table.names  # family and given name stand in two columns
        if _TOTAL.fullmatch(folded) and not (half_a_name and folded in ("tong", "cong")):
            return "totalled"
    return None


def _is_unnumbered(table: Table, row: Sequence[object], *, totalled: bool, signed: bool) -> bool:
    """A row without a number of its own: a pupil by an address, a class, or in a list whose rows have no numbers, by a name."""
    if signed:  # who signs has a name and often a telephone, but no class
        return _names_somebody(table, row) and any(_cells(row, table.classes))
    if _has_address(table, row):
        return True
    if not _names_somebody(table, row):
        return False
    return any(_cells(row, table.classes)) if table.order or totalled else True
