"""What each column of a table was taken for, its values seen, and what a person should know of it."""

import re
from collections.abc import Sequence

from contact_registry.headings.fields import Field
from contact_registry.lists.checked import Problem, SeenColumn
from contact_registry.lists.column_cells import letter, looks_like_contact, only_numbers
from contact_registry.lists.pupil_rows import PupilRow
from contact_registry.lists.tables import Table
from contact_registry.spreadsheets.sheets import Sheet
from contact_registry.spreadsheets.written import written

SAMPLES = 3
_FEWEST = 2
"""Cells that look like numbers in a column of other things, to say so: one is somebody's remark."""

_IDENTITY = re.compile(r"(?!84)\d{12}")
"""An identity number. Twelve digits that begin with 84 are a phone number written twice over."""
_PRIVATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
"""A date: more often a birthday than not, so no sample."""
_CODES = {Field.DROPPED: "column.dropped", Field.UNKNOWN: "column.unknown"}


def look(sheet: Sheet, table: Table, pupils: Sequence[PupilRow]) -> tuple[list[SeenColumn], list[Problem]]:
    """Describes what each column of a table is taken for: identity numbers go, whatever stands above them; numbers that nobody
    takes are a problem.
    """
    rows = [sheet.rows[pupil.index] for pupil in pupils if pupil.table is table]
    seen, problems = [], []
    for place, heading in enumerate(table.columns):
        if not heading.written:
            continue
        field = heading.field
        # A phone's column is told by its heading; anywhere else, and where only a person says so, the values decide.
        suspect = field is not Field.DROPPED and (heading.said or field not in (Field.PHONE, Field.EMAIL))
        if suspect and any(place < len(row) and _is_identity(row[place]) for row in rows):
            field = Field.DROPPED
        samples = () if field is Field.DROPPED else samples_of(rows, place, mixed=heading.mixed)
        seen.append(
            SeenColumn(sheet.name, table.header + 1, letter(place), heading.written, field, heading.role, heading.said, samples)
        )
        if field in (Field.UNKNOWN, Field.IGNORED) and not heading.said and _holds_contacts(rows, place):
            problems.append(Problem(sheet.name, table.header + 1, heading.written, "column.looks_like_contact"))
        elif field in _CODES:
            problems.append(Problem(sheet.name, table.header + 1, heading.written, _CODES[field]))
    return seen, problems


def _holds_contacts(rows: Sequence[Sequence[object]], place: int) -> bool:
    cells = [row[place] for row in rows if place < len(row) and row[place] not in ("", None)]
    found = sum(map(looks_like_contact, cells))
    return found >= _FEWEST or 0 < found * 2 >= len(cells)


def _is_identity(value: object) -> bool:
    if isinstance(value, str) and (len(value) < 12 or value[0].isalpha()):  # nearly every cell: a name, a class, a date
        return False
    return _IDENTITY.fullmatch(written(value)) is not None


def samples_of(rows: Sequence[Sequence[object]], place: int, *, mixed: bool = False) -> tuple[str, ...]:
    """Picks up to three cells to recognise a column by; of `mixed` cells the numbers only."""
    shown: dict[str, None] = {}
    for row in rows[:50]:
        value = row[place] if place < len(row) else ""
        text = written(only_numbers(value) if mixed else value)
        if text and text not in shown and not _PRIVATE.fullmatch(text) and not _is_identity(text):
            shown[text[:60]] = None
        if len(shown) == SAMPLES:
            break
    return tuple(shown)
