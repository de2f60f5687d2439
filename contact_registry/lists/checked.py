"""What reading a list yields: rows as they will be used, and everything a person should know about them."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from contact_registry.headings.meanings import Field, Role
from contact_registry.lists.accounting import LeftOutRows
from contact_registry.spreadsheets.legacy_text import LegacyText

Severity = Literal["error", "warning", "information"]

SEVERITY: dict[str, Severity] = {
    "phone.too_short": "error",
    "phone.too_long": "error",
    "phone.ambiguous": "error",
    "phone.digits_lost": "error",
    "phone.landline": "error",
    "phone.not_vietnamese_mobile": "error",
    "email.invalid": "error",
    "class.damaged": "error",
    "class.missing": "error",
    "contact.none": "error",
    "cell.no_result": "error",
    "cell.error": "error",
    "cell.letters_lost": "warning",
    "phone.converted_2018": "warning",
    "phone.old_number": "warning",
    "phone.shared": "warning",
    "row.duplicate": "warning",
    "pupil.left": "warning",
    "column.unknown": "warning",
    "column.looks_like_contact": "warning",
    "row.hidden": "warning",
    "sheet.not_read": "warning",
    "sheet.staff": "warning",
    "sheet.number_left_out": "warning",
    "text.letters_lost": "warning",
    "text.legacy_encoding": "warning",
    "phone.zero_restored": "information",
    "phone.several": "information",
    "column.dropped": "information",
    "sheet.hidden": "information",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Where and what, never the value. `row` as the spreadsheet shows it; None: the whole sheet or file."""

    sheet: str | None
    row: int | None
    column: str | None
    code: str

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.code]


class CheckedCell(NamedTuple):
    """A cell that is kept, as it was written and as it was read, so that it can be corrected by itself.

    `values`: numbers (E.164), emails, or the one class, grade or name. `codes`: its problems.
    A tuple, because a list has 100,000.
    """

    heading: str
    field: Field
    role: Role
    written: str
    values: tuple[str, ...]
    codes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"CheckedCell({self.heading!r}, {self.field}, codes={self.codes})"


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One pupil, or one member of staff. `class_name` is empty where it is missing or damaged: such a row is still written to."""

    sheet: str | None
    row: int
    class_name: str
    grade: str | None
    pupil: str = field(repr=False)
    phones: tuple[tuple[Role, str], ...] = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    problems: tuple[Problem, ...] = ()
    cells: tuple[CheckedCell, ...] = field(default=(), compare=False)

    @property
    def email(self) -> str | None:
        return self.emails[0] if self.emails else None

    @property
    def to_fix(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)


class SeenColumn(NamedTuple):
    """What a column was taken for. `row`, `letter`: as the spreadsheet shows them. `said`: a person said so.

    `samples`: up to three cells, none of a column that must not be kept.
    """

    sheet: str | None
    row: int
    letter: str
    heading: str
    field: Field
    role: Role
    said: bool
    samples: tuple[str, ...]

    def __repr__(self) -> str:
        return f"SeenColumn({self.sheet!r}, {self.letter}{self.row}, {self.heading!r}, {self.field})"


@dataclass(frozen=True, slots=True)
class Counts:
    """`rows`: pupils. `contacts`, `phones`, `emails`: distinct in the file. `to_fix`: rows with an error.
    `without_contact`: rows nobody can be written to for. `duplicates`: rows that repeat an earlier one.
    """

    rows: int = 0
    contacts: int = 0
    phones: int = 0
    emails: int = 0
    to_fix: int = 0
    without_contact: int = 0
    duplicates: int = 0


@dataclass(frozen=True, slots=True)
class CheckedList:
    """A list as read. `left_out`: every row with content that is no pupil, by sheet and reason."""

    rows: tuple[CheckedRow, ...]
    counts: Counts
    dropped_columns: tuple[str, ...]
    problems: tuple[Problem, ...]
    columns: tuple[SeenColumn, ...] = ()
    legacy: LegacyText | None = None
    left_out: tuple[LeftOutRows, ...] = ()
