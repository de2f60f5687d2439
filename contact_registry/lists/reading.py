"""`read_list`: a school's file in, checked rows out, every row accounted for. Pure, bounded, and silent about what it read.

Columns that must not be kept are left behind here, before anything else sees them:
only cells under a heading of `KEPT` are looked at.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from contact_registry.errors import ImportRefused
from contact_registry.headings.fields import Field, ListOf
from contact_registry.headings.meanings import Meanings
from contact_registry.lists.accounting import LeftOutRows, RowReason, grouped
from contact_registry.lists.checked import CheckedList, CheckedRow, Problem, SeenColumn
from contact_registry.lists.pupil_cells import cells_of, kept_columns
from contact_registry.lists.pupil_rows import SheetRows, read_rows
from contact_registry.lists.rows import make_row, rechecked
from contact_registry.lists.seen_columns import look, samples_of
from contact_registry.lists.staff_sheets import is_of_staff
from contact_registry.lists.tables import best_columns
from contact_registry.lists.tenth_classes import without_tenths
from contact_registry.lists.unheaded import (
    columns_apart,
    full_rows,
    has_content,
    lettered_table,
    offered_columns,
    stands_in_one_column,
)
from contact_registry.spreadsheets.legacy_text import LegacyText
from contact_registry.spreadsheets.sheets import Sheet, Workbook, read_workbook

MAX_PEOPLE = 20_000
MAX_SECONDS = 60
"""For all rows of a list. The largest takes three; one made to take long keeps others from being read."""
_STEP = 500
"""Rows between two words on how far reading is."""
_MOST_SAID = 50
"""Rows that are named one by one because a number in them was left out. More are a sheet of another kind."""

Progress = Callable[[str, int, int], None]
"""Called with the stage ("unpacking", "checking"), rows done and rows in all."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A sheet and what its rows are. `whole`: why no row of it is a pupil."""

    sheet: Sheet
    rows: SheetRows
    whole: RowReason | None = None


def read_list(
    data: bytes,
    filename: str,  # noqa: ARG001 - the bytes tell the format, a name can lie
    *,
    audience: ListOf = "parents",
    meanings: Meanings | None = None,
    progress: Progress | None = None,
) -> CheckedList:
    """Reads a school list. `meanings`: a person's words on headings, by folded heading (`fold`).

    Raises `ImportRefused` (import.unreadable, .no_contact_column, .letters_lost, .staff_list, .one_column,
    .too_large, .password_protected).
    """
    if progress:
        progress("unpacking", 0, 0)
    workbook = read_workbook(data, best_columns)
    patience = _Patience(MAX_SECONDS)
    found = [_read_sheet(columns_apart(sheet), audience, meanings, patience) for sheet in workbook.sheets]
    total = sum(len(each.rows.pupils) for each in found)
    if total > MAX_PEOPLE:
        raise ImportRefused("import.too_large")
    rows: list[CheckedRow] = []
    columns: list[SeenColumn] = []
    offered: list[SeenColumn] = []
    about: list[Problem] = []
    left_out: list[LeftOutRows] = []
    for each in found:
        sheet = each.sheet
        left_out += grouped(sheet.name, ((index + 1, reason) for index, reason in each.rows.left_out.items()))
        if each.whole:
            about += _about_whole(each)
            offered += _offered(each)
            continue
        kept = {}
        for table in each.rows.tables:
            seen, problems = look(sheet, table, each.rows.pupils)
            columns += seen
            about += problems
            kept[id(table)] = kept_columns(table, seen)
        about += [Problem(sheet.name, index + 1, None, "sheet.number_left_out") for index in each.rows.unsent[:_MOST_SAID]]
        unseen = sorted({pupil.index for pupil in each.rows.pupils} & sheet.hidden)
        about += [Problem(sheet.name, index + 1, None, "row.hidden") for index in unseen]
        for pupil in each.rows.pupils:
            patience()
            if progress and len(rows) % _STEP == 0:
                progress("checking", len(rows), total)
            rows.append(
                make_row(sheet.name, pupil.index + 1, cells_of(sheet, pupil, kept[id(pupil.table)], of=audience), of=audience)
            )
    _refuse_without_contacts(found, columns, offered)
    if not all(sheet.typed for sheet in workbook.sheets):
        rows = without_tenths(rows, of=audience)
    about += [Problem(name, None, None, "sheet.hidden") for name in workbook.hidden_sheets]
    checked, counts = rechecked(rows)
    legacy = _legacy(workbook, checked)
    if legacy:
        about.insert(0, Problem(None, None, None, "text.legacy_encoding"))
    if _letters_lost(found):
        about.insert(0, Problem(None, None, None, "text.letters_lost"))
    dropped = tuple(dict.fromkeys(p.column for p in about if p.code == "column.dropped" and p.column))
    return CheckedList(
        checked,
        counts,
        dropped,
        (*about, *(p for row in checked for p in row.problems)),
        (*columns, *offered),
        legacy,
        tuple(left_out),
    )


class _Patience:
    """Called for every row. Raises `ImportRefused("import.too_large")` once it has been too long."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def __call__(self) -> None:
        if time.monotonic() > self._until:
            raise ImportRefused("import.too_large")


def _read_sheet(sheet: Sheet, of: ListOf, meanings: Meanings | None, patience: _Patience) -> _Read:
    rows = read_rows(sheet, of=of, meanings=meanings, each=patience)
    if not rows.tables and (named := lettered_table(sheet, meanings, of=of)):
        rows = read_rows(sheet, of=of, meanings=meanings, each=patience, under=named)
    if not rows.tables:
        return _Read(sheet, _all_left_out(sheet, RowReason.NO_HEADER), RowReason.NO_HEADER)
    if of == "parents" and is_of_staff(sheet, rows.tables):
        left_out = _all_left_out(sheet, RowReason.STAFF)
        left_out.tables = rows.tables
        return _Read(sheet, left_out, RowReason.STAFF)
    return _Read(sheet, rows)


def _all_left_out(sheet: Sheet, reason: RowReason) -> SheetRows:
    return SheetRows(left_out={index: reason for index, row in enumerate(sheet.rows) if has_content(row)})


def _about_whole(each: _Read) -> list[Problem]:
    """One problem for a sheet of which nothing was taken; none for an empty one."""
    code = "sheet.staff" if each.whole is RowReason.STAFF else "sheet.not_read"
    return [Problem(each.sheet.name, None, None, code)] if each.rows.left_out else []


def _offered(each: _Read) -> list[SeenColumn]:
    """The columns that a person may name, of a sheet without a header by their letters."""
    if each.whole is RowReason.STAFF:
        return [column for table in each.rows.tables for column in look(each.sheet, table, ())[0]]
    if not each.rows.left_out:
        return []
    rows = full_rows(each.sheet)
    return offered_columns(each.sheet, [samples_of(rows, place) for place in range(max(map(len, rows), default=0))])


def _refuse_without_contacts(found: list[_Read], columns: list[SeenColumn], offered: list[SeenColumn]) -> None:
    """Refuses a list without a column of numbers, with the columns there are, so that a person can say which it is."""
    if any(column.field in (Field.PHONE, Field.EMAIL) for column in columns):
        return
    read = [each for each in found if not each.whole]
    code = "import.no_contact_column"
    if read and _letters_lost(read):
        code = "import.letters_lost"
    elif not read and any(each.whole is RowReason.STAFF for each in found):
        code = "import.staff_list"
    elif not read and any(stands_in_one_column(each.sheet) for each in found):
        code = "import.one_column"
    raise ImportRefused(code, (*columns, *offered))


def _letters_lost(found: list[_Read]) -> bool:
    return any(table.letters_lost() for each in found for table in each.rows.tables)


def _legacy(workbook: Workbook, rows: tuple[CheckedRow, ...]) -> LegacyText | None:
    """With names to confirm: a code page's names were never seen otherwise, so they are shown as they are."""
    if workbook.legacy is None or workbook.legacy.samples:
        return workbook.legacy
    names = tuple(dict.fromkeys(row.pupil for row in rows if not row.pupil.isascii()))[:5]
    return replace(workbook.legacy, samples=tuple((name, name) for name in names))
