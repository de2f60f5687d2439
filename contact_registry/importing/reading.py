"""`read_list`: a school's file in, checked rows out. Pure, bounded, and silent about what it read.

Columns that must not be kept are left behind here, before anything else sees them: only cells under a heading of `KEPT` are looked at.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from contact_registry.errors import ImportRefused
from contact_registry.importing.cells import KEPT, check_cell
from contact_registry.importing.checked import CheckedCell, CheckedList, CheckedRow, LegacyText, Problem, SeenColumn
from contact_registry.importing.headings import Field, Heading, ListOf, Meanings
from contact_registry.importing.pupil_rows import PupilRow, pupil_rows
from contact_registry.importing.rows import make_row, rechecked
from contact_registry.importing.sheets import Sheet, Workbook, read_workbook
from contact_registry.importing.tables import Table, best_columns, written

MAX_PEOPLE = 20_000
MAX_SECONDS = 60
"""For all rows of a list. The largest takes three; one made to take long keeps others from being read."""
SAMPLES = 3
_STEP = 500
"""Rows between two words on how far reading is."""

Progress = Callable[[str, int, int], None]
"""Called with the stage ("unpacking", "checking"), rows done and rows in all."""

_IDENTITY = re.compile(r"(?!84)\d{12}")
"""An identity number. Twelve digits that begin with 84 are a phone number written twice over."""
_PRIVATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
"""A date: more often a birthday than not, so no sample."""


def read_list(
    data: bytes,
    filename: str,  # noqa: ARG001 - the bytes tell the format, a name can lie
    *,
    audience: ListOf = "parents",
    meanings: Meanings | None = None,
    progress: Progress | None = None,
) -> CheckedList:
    """Reads a school list. `meanings`: a person's words on headings, by folded heading (`fold`).

    Raises `ImportRefused` (import.unreadable, .no_contact_column, .too_large, .password_protected).
    """
    if progress:
        progress("unpacking", 0, 0)
    workbook = read_workbook(data, best_columns)
    patience = _Patience(MAX_SECONDS)
    found = [(sheet, list(pupil_rows(sheet, of=audience, meanings=meanings, each=patience))) for sheet in workbook.sheets]
    total = sum(len(rows) for _, rows in found)
    if total > MAX_PEOPLE:
        raise ImportRefused("import.too_large")
    rows: list[CheckedRow] = []
    columns: list[SeenColumn] = []
    for sheet, pupils in found:
        kept: dict[int, tuple[tuple[int, Heading], ...]] = {}
        for table in {id(pupil.table): pupil.table for pupil in pupils}.values():
            seen = _look(sheet, table, pupils)
            columns += seen
            kept[id(table)] = _kept(table, seen)
        for pupil in pupils:
            patience()
            if progress and len(rows) % _STEP == 0:
                progress("checking", len(rows), total)
            cells = _cells(sheet, pupil, kept[id(pupil.table)], of=audience)
            rows.append(make_row(sheet.name, pupil.index + 1, cells, of=audience))
    if not any(column.field in (Field.PHONE, Field.EMAIL) for column in columns):
        raise ImportRefused("import.no_contact_column", tuple(columns))
    checked, counts = rechecked(rows)
    about = _about(columns)
    legacy = _legacy(workbook, checked)
    if legacy:
        about.insert(0, Problem(None, None, None, "text.legacy_encoding"))
    dropped = tuple(dict.fromkeys(p.column for p in about if p.code == "column.dropped" and p.column))
    problems = (*about, *(p for row in checked for p in row.problems))
    return CheckedList(workbook.file_format, checked, counts, dropped, problems, tuple(columns), legacy)


class _Patience:
    """Called for every row. Raises `ImportRefused("import.too_large")` once it has been too long."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def __call__(self) -> None:
        if time.monotonic() > self._until:
            raise ImportRefused("import.too_large")


def _look(sheet: Sheet, table: Table, pupils: list[PupilRow]) -> list[SeenColumn]:
    """What each column of a table is taken for, its values seen: identity numbers go, whatever stands above them."""
    rows = [sheet.rows[pupil.index] for pupil in pupils if pupil.table is table]
    seen = []
    for place, heading in enumerate(table.columns):
        if not heading.written:
            continue
        field = heading.field
        # A phone's column is told by its heading; anywhere else, and where only a person says so, the values decide.
        suspect = field is not Field.DROPPED and (heading.said or field not in (Field.PHONE, Field.EMAIL))
        if suspect and any(place < len(row) and _is_identity(row[place]) for row in rows):
            field = Field.DROPPED
        samples = () if field is Field.DROPPED else _samples(rows, place)
        seen.append(
            SeenColumn(sheet.name, table.header + 1, _letter(place), heading.written, field, heading.role, heading.said, samples)
        )
    return seen


def _is_identity(value: object) -> bool:
    if isinstance(value, str) and (len(value) < 12 or value[0].isalpha()):  # nearly every cell: a name, a class, a date
        return False
    return _IDENTITY.fullmatch(written(value)) is not None


def _samples(rows: Sequence[Sequence[object]], place: int) -> tuple[str, ...]:
    shown: dict[str, None] = {}
    for row in rows[:50]:
        text = written(row[place]) if place < len(row) else ""
        if text and text not in shown and not _PRIVATE.fullmatch(text):
            shown[text[:60]] = None
        if len(shown) == SAMPLES:
            break
    return tuple(shown)


def _letter(place: int) -> str:
    """0 → A, 26 → AA, as spreadsheets name columns."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _kept(table: Table, seen: list[SeenColumn]) -> tuple[tuple[int, Heading], ...]:
    """The columns whose cells are looked at. A class column there is in every table, be it only the title's."""
    fields = {column.letter: column.field for column in seen}
    return tuple(
        (place, heading)
        for place, heading in enumerate(table.columns)
        if heading.field in KEPT and fields.get(_letter(place)) is heading.field
    )


_PART_OF_CLASS = re.compile(r"\d{1,2}")
_CLASS_AROUND = Heading(Field.CLASS, "Lớp")


def _cells(sheet: Sheet, pupil: PupilRow, kept: tuple[tuple[int, Heading], ...], *, of: ListOf) -> list[CheckedCell]:
    row = sheet.rows[pupil.index]
    cells = []
    has_class = False
    for place, heading in kept:
        value = row[place] if place < len(row) else ""
        if heading.field is Field.CLASS:
            if has_class:
                continue
            has_class = True
            value = _class_value(sheet, pupil, place, value)
            if pupil.table.has_grade and _PART_OF_CLASS.fullmatch(written(value)):  # 1, beside a column that says 6
                cells.append(check_cell(heading, written(value), typed=True))
                continue
        cells.append(check_cell(heading, value, typed=sheet.typed))
    if of == "parents" and not has_class:
        cells.append(check_cell(_CLASS_AROUND, pupil.class_around or "", typed=sheet.typed))
    return cells


def _class_value(sheet: Sheet, pupil: PupilRow, place: int, value: object) -> object:
    """The row's class, also where one cell is merged over many rows, or the class stands in a title or names the sheet."""
    if written(value) == "" and (pupil.index, place) in sheet.merged_up:
        value = sheet.rows[sheet.merged_up[pupil.index, place]][place]
    return value if written(value) else pupil.class_around or ""


def _about(columns: list[SeenColumn]) -> list[Problem]:
    codes = {Field.DROPPED: "column.dropped", Field.UNKNOWN: "column.unknown"}
    return [Problem(c.sheet, c.row, c.heading, codes[c.field]) for c in columns if c.field in codes]


def _legacy(workbook: Workbook, rows: tuple[CheckedRow, ...]) -> LegacyText | None:
    """With names to confirm: a code page's names were never seen otherwise, so they are shown as they are."""
    if workbook.legacy is None or workbook.legacy.samples:
        return workbook.legacy
    names = tuple(dict.fromkeys(row.pupil for row in rows if not row.pupil.isascii()))[:5]
    return replace(workbook.legacy, samples=tuple((name, name) for name in names))
