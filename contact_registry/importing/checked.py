"""What reading a list yields: rows as they will be used, and everything a person should know about them."""

from dataclasses import dataclass, field
from typing import Literal

from contact_registry.importing.headings import Role

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
    "phone.converted_2018": "warning",
    "phone.shared": "warning",
    "row.duplicate": "warning",
    "column.unknown": "warning",
    "text.legacy_encoding": "warning",
    "phone.zero_restored": "information",
    "phone.several": "information",
    "column.dropped": "information",
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


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One pupil. `class_name` is empty where it is missing or damaged: such a row is still written to."""

    sheet: str | None
    row: int
    class_name: str
    grade: str | None
    pupil: str = field(repr=False)
    phones: tuple[tuple[Role, str], ...] = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    problems: tuple[Problem, ...] = ()

    @property
    def email(self) -> str | None:
        return self.emails[0] if self.emails else None


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
    file_format: str
    rows: tuple[CheckedRow, ...]
    counts: Counts
    dropped_columns: tuple[str, ...]
    problems: tuple[Problem, ...]
