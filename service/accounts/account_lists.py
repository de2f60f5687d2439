"""A list of people as an office keeps it, read into rows: one person, their unit, email and roles, in its own words. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from contact_registry.headings import fold_heading
from contact_registry.office_tables import PlainTable, TableRow, read_table_apart
from contact_registry.sealing import address_hash
from service.accounts.administration import wrong_fields
from service.errors import FieldError, Invalid, RowError
from service.languages import Language, languages
from service.text_rules import normal_email, one_line

MOST = 5_000

TEMPLATE = (
    ("Mã đơn vị", "Họ và tên", "Email", "Vai trò", "Ngôn ngữ"),
    ("mã đơn vị", "Nguyễn Thị Lan", "lan@truong.edu.vn", "văn thư, phụ trách dữ liệu", "vi"),  # no code, so never made by mistake
)

_COLUMNS = {
    "unit": ("ma don vi", "don vi", "ma dv", "ma truong", "ma", "unit", "unit code", "code"),
    "name": ("ho ten", "ho va ten", "ten", "name", "full name"),
    "email": ("email", "e mail", "gmail", "dia chi email", "thu dien tu", "dia chi thu dien tu"),
    "roles": ("vai tro", "quyen", "nhiem vu", "role", "roles"),
    "language": ("ngon ngu", "language"),
}
_NEEDED = ("unit", "name", "email", "roles")

_ROLES = {
    "clerk": ("clerk", "van thu", "giao vu"),
    "approver": (
        "approver", "nguoi duyet", "hieu truong", "pho hieu truong", "lanh dao", "giam doc", "pho giam doc", "principal",
    ),
    "officer": ("officer", "can bo", "can bo so", "chuyen vien"),
    "data_protection_lead": (
        "data protection lead", "phu trach du lieu", "phu trach bao ve du lieu", "phu trach du lieu ca nhan",
        "phu trach bao ve du lieu ca nhan",
    ),
    "administrator": ("administrator", "admin", "quan tri", "quan tri vien"),
}  # fmt: skip
_ROLE_OF = {words: role for role, spellings in _ROLES.items() for words in spellings}
_LANGUAGE_OF = {
    "": "vi", "vi": "vi", "viet": "vi", "tieng viet": "vi", "vietnamese": "vi",
    "en": "en", "anh": "en", "tieng anh": "en", "english": "en",
}  # fmt: skip
_BETWEEN = re.compile(r"[,;/+&\n]|\bvà\b")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A person as a list has them, from their row on the spreadsheet. `roles` in alphabetical order."""

    row: int
    unit: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    email_hash: bytes
    roles: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class ReadAccounts:
    """`count`: rows of the list, also those with problems. `headings`: how the columns found are written."""

    count: int
    headings: Mapping[str, str]
    rows: tuple[AccountRow, ...]
    problems: tuple[RowError, ...]


async def read_accounts(data: bytes) -> PlainTable:
    """Reads a list of people as it stands in a file, before anything is held for it. Raises `ImportRefused`."""
    return await read_table_apart(data, _COLUMNS, most=MOST)


def people_of(table: PlainTable, index_key: bytes) -> ReadAccounts:
    """Reads the list's people, each email once. Raises `Invalid("request.invalid")` for a missing column."""
    if missing := [name for name in _NEEDED if name not in table.headings]:
        headings = dict(zip(_COLUMNS, TEMPLATE[0], strict=True))
        raise Invalid(
            "request.invalid",
            fields=tuple(FieldError(name, "bulk.column_missing", {"heading": headings[name]}) for name in missing),
        )
    rows: list[AccountRow] = []
    problems: list[RowError] = []
    first: dict[bytes, int] = {}
    for cells in table.rows:
        row, wrong = _person(cells, index_key)
        if row is not None and (before := first.setdefault(row.email_hash, row.row)) != row.row:
            wrong = [FieldError("email", "bulk.repeated", {"first": before})]
        elif row is not None:
            rows.append(row)
        problems += [RowError(cells.row, table.headings[each.field], each.code, each.values) for each in wrong]
    return ReadAccounts(len(table.rows), table.headings, tuple(rows), tuple(problems))


def _language(written: str) -> Language | None:
    """A language that there are catalogues of, by its code, or by its name where that is Vietnamese or English."""
    language = _LANGUAGE_OF.get(fold_heading(written), written.strip())
    return language if language in languages() else None


def _person(cells: TableRow, index_key: bytes) -> tuple[AccountRow | None, list[FieldError]]:
    email, name = normal_email(cells.text("email")), one_line(cells.text("name"))
    language = _language(cells.text("language"))
    roles = _roles(cells.text("roles"))
    wrong = wrong_fields(email, name)
    if not roles:
        wrong.append(FieldError("roles", "bulk.roles"))
    if language is None:
        wrong.append(FieldError("language", "bulk.language", {"allowed": languages()}))
    if wrong or email is None or language is None:
        return None, wrong
    unit = cells.text("unit").lower().replace("\x00", "")
    return AccountRow(cells.row, unit, name, email, address_hash(index_key, "email", email), roles, language), []


def _roles(written: str) -> tuple[str, ...]:
    """The roles named in a cell, or none if one of them is unknown."""
    named = [_ROLE_OF.get(words) for part in _BETWEEN.split(written.lower()) if (words := fold_heading(part))]
    known = {role for role in named if role is not None}
    return () if None in named else tuple(sorted(known))
