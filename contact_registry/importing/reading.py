"""`read_list`: a school's file in, checked rows out. Pure, bounded, and silent about what it read.

Columns that must not be kept are left behind here, before anything else sees them: only mapped cells are ever looked at.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from email_validator import EmailNotValidError, validate_email

from contact_registry.errors import ImportRefused
from contact_registry.importing.checked import CheckedList, CheckedRow, Counts, Problem
from contact_registry.importing.classes import grade_of, is_damaged
from contact_registry.importing.headings import Field, Role, fold
from contact_registry.importing.people import people
from contact_registry.importing.sheets import Sheet, read_workbook
from contact_registry.importing.tables import PupilRow, Table, best_columns, pupil_rows, written
from contact_registry.phone_numbers import clean, read_phones

SHARED_BY_MORE_THAN = 5
"""A number beside more pupils than this is a shop's, a teacher's or a boarding house's more often than a parent's."""

_IDENTITY = re.compile(r"\d{12}")
_SAID_EMPTY = frozenset({"", "khong", "khong co", "chua co", "ko", "k", "x", "no", "none", "n a", "0"})


@dataclass(slots=True)
class _Draft:
    sheet: str | None
    row: int
    pupil: str = ""
    class_name: str = ""
    grade: str | None = None
    phones: list[tuple[Role, str]] = field(default_factory=list)
    phone_columns: dict[str, str] = field(default_factory=dict)
    emails: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def say(self, code: str, column: str | None = None) -> None:
        self.problems.append(Problem(self.sheet, self.row, column, code))


def read_list(data: bytes, filename: str) -> CheckedList:  # noqa: ARG001 - the bytes tell the format, a name can lie
    """Reads a school list. Raises `ImportRefused` (import.unreadable, .no_contact_column, .too_large, .password_protected)."""
    workbook = read_workbook(data, best_columns)
    drafts: list[_Draft] = []
    tables: dict[tuple[str | None, int], Table] = {}
    identity_columns: set[tuple[str | None, int, int]] = set()
    for sheet in workbook.sheets:
        for found in pupil_rows(sheet):
            tables[sheet.name, found.table.header] = found.table
            drafts.append(_read_row(sheet, found))
            values = sheet.rows[found.index]
            identity_columns.update(
                (sheet.name, found.table.header, i)
                for i in found.table.of(Field.PUPIL_CODE)
                if i < len(values) and _IDENTITY.fullmatch(written(values[i]))
            )
    if not any(table.has_contacts for table in tables.values()):
        raise ImportRefused("import.no_contact_column")
    _compare(drafts)
    rows = tuple(
        CheckedRow(d.sheet, d.row, d.class_name, d.grade, d.pupil, tuple(d.phones), tuple(d.emails), tuple(d.problems))
        for d in drafts
    )
    about = _about_columns(tables, identity_columns)
    if workbook.legacy_encoding:
        about.insert(0, Problem(None, None, None, "text.legacy_encoding"))
    dropped = tuple(dict.fromkeys(p.column for p in about if p.code == "column.dropped" and p.column))
    problems = (*about, *(p for row in rows for p in row.problems))
    return CheckedList(workbook.file_format, rows, _count(rows), dropped, problems)


def _cell(sheet: Sheet, found: PupilRow, column: int) -> object:
    row = sheet.rows[found.index]
    return row[column] if column < len(row) else ""


def _read_row(sheet: Sheet, found: PupilRow) -> _Draft:
    draft = _Draft(sheet.name, found.index + 1)
    names = (*found.table.of(Field.NAME), *found.table.of(Field.FAMILY_NAME), *found.table.of(Field.GIVEN_NAME))
    draft.pupil = " ".join(filter(None, (written(_cell(sheet, found, i)) for i in names)))[:120]
    _read_class(draft, sheet, found)
    for column, heading in enumerate(found.table.columns):
        if heading.field is Field.PHONE:
            cell = read_phones(_cell(sheet, found, column))
            for number in cell.numbers:
                if number not in draft.phone_columns:
                    draft.phones.append((heading.role, number))
                    draft.phone_columns[number] = heading.written
            for code in cell.problems:
                draft.say(code, heading.written)
        elif heading.field is Field.EMAIL:
            for email in _read_emails(_cell(sheet, found, column)):
                if email is None:
                    draft.say("email.invalid", heading.written)
                elif email not in draft.emails:
                    draft.emails.append(email)
    if not draft.phones and not draft.emails:
        draft.say("contact.none")
    return draft


def _read_class(draft: _Draft, sheet: Sheet, found: PupilRow) -> None:
    columns = found.table.of(Field.CLASS)
    value: object = ""
    if columns:
        value = _cell(sheet, found, columns[0])
        if written(value) == "" and (found.index, columns[0]) in sheet.merged_up:
            value = sheet.rows[sheet.merged_up[found.index, columns[0]]][columns[0]]
    if written(value) == "":
        value = found.class_around or ""
    if written(value) == "":
        draft.say("class.missing", found.table.columns[columns[0]].written if columns else None)
    elif is_damaged(value, typed=sheet.typed):
        draft.say("class.damaged", found.table.columns[columns[0]].written if columns else None)
    else:
        draft.class_name = re.sub(r"^\s*lớp\s+", "", clean(written(value)), flags=re.IGNORECASE)[:40]
    grades = (written(_cell(sheet, found, i)) for i in found.table.of(Field.GRADE))
    draft.grade = grade_of(draft.class_name) or next(filter(None, map(grade_of, grades)), None)


def _read_emails(value: object) -> list[str | None]:
    """Addresses in lower case; None for each that is none."""
    text = clean(written(value))
    if fold(text) in _SAID_EMPTY:
        return []
    parts = re.split(r"[\s;,/|]+", text) if text.count("@") > 1 else [text]
    return [_email(part) for part in parts if part]


def _email(text: str) -> str | None:
    try:
        checked = validate_email(text.removeprefix("mailto:").strip(".<>()"), check_deliverability=False)
    except EmailNotValidError:
        return None
    return (checked.ascii_email or checked.normalized).lower()


def _compare(drafts: Sequence[_Draft]) -> None:
    """Rows that say the same as an earlier one; numbers that stand beside many pupils."""
    seen: set[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = set()
    beside: Counter[str] = Counter()
    for draft in drafts:
        same = (fold(draft.pupil), fold(draft.class_name), tuple(draft.phone_columns), tuple(draft.emails))
        if same[0] and same in seen:
            draft.say("row.duplicate")
            continue
        seen.add(same)
        beside.update(list(draft.phone_columns))
    for draft in drafts:
        columns = {column for number, column in draft.phone_columns.items() if beside[number] > SHARED_BY_MORE_THAN}
        for column in sorted(columns):
            draft.say("phone.shared", column)


def _about_columns(tables: dict[tuple[str | None, int], Table], identity: set[tuple[str | None, int, int]]) -> list[Problem]:
    about = []
    for (sheet, header), table in tables.items():
        for column, heading in enumerate(table.columns):
            found = Field.DROPPED if (sheet, header, column) in identity else heading.field
            code = {Field.DROPPED: "column.dropped", Field.UNKNOWN: "column.unknown"}.get(found)
            if code and heading.written:
                about.append(Problem(sheet, header + 1, heading.written[:80], code))
    return about


def _count(rows: Sequence[CheckedRow]) -> Counts:
    return replace(
        Counts(),
        rows=len(rows),
        contacts=len(people(rows)),
        phones=len({phone for row in rows for _, phone in row.phones}),
        emails=len({email for row in rows for email in row.emails}),
        to_fix=sum(any(p.severity == "error" for p in row.problems) for row in rows),
        without_contact=sum(not row.phones and not row.emails for row in rows),
        duplicates=sum(any(p.code == "row.duplicate" for p in row.problems) for row in rows),
    )
