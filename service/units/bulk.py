"""Many units from one list: checked row by row, then made all together or not at all. A parent may stand further down.

What stands already as the list says is left alone, so the same list can be sent again. What stands otherwise is a problem: a list
renames and moves nothing.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.headings import fold_heading
from contact_registry.office_tables import PlainTable, TableRow, read_table_apart
from service.actors import Actor
from service.errors import Conflict, FieldError, Invalid, RowError, RowsRefused
from service.units.administration import LEVELS, check_unit, today_of

MOST = 5_000

TEMPLATE = (
    ("Mã đơn vị", "Tên đơn vị", "Cấp", "Trực thuộc", "Từ ngày"),
    ("mn-hoa-sen", "Trường Mầm non Hoa Sen", "trường", "mã đơn vị cấp trên", "01/08/2026"),  # no code, so never made by mistake
)

_COLUMNS = {
    "code": ("ma", "ma don vi", "ma dv", "ma truong", "code", "unit", "unit code"),
    "name": ("ten", "ten don vi", "ten truong", "name", "unit name"),
    "level": ("cap", "cap don vi", "loai", "loai don vi", "level"),
    "parent": ("truc thuoc", "don vi cap tren", "ma don vi cap tren", "cap tren", "ma cap tren", "parent", "parent code"),
    "valid_from": ("tu ngay", "hieu luc tu", "ngay hieu luc", "ngay bat dau", "valid from", "from"),
}
_NEEDED = ("code", "name", "level", "parent")

# The first word that fits decides: "Phòng Văn hóa - Xã hội" is an office, "Trường THCS" a school.
_LEVEL_WORDS = (
    ("department", re.compile(r"(?:so|department)\b")),
    ("commune_office", re.compile(r"(?:phong|xa|phuong|ubnd|dac khu|commune|ward)\b")),
    ("school", re.compile(r"(?:truong|school|mam non|mau giao|nha tre|tieu hoc|mn|th|thcs|thpt|lien cap|gdtx|trung tam)\b")),
)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as a list has it, from its row on the spreadsheet."""

    row: int
    code: str
    name: str
    level: str
    parent: str
    starts: date


@dataclass(frozen=True, slots=True)
class CheckedUnits:
    """`rows` of the list, how many of them stand `unchanged`, what is to be made, and what keeps it from being made."""

    rows: int
    unchanged: int
    new: tuple[UnitRow, ...]
    problems: tuple[RowError, ...]


async def read_units(data: bytes) -> PlainTable:
    """Reads a list of units as it stands in a file, before anything is held for it. Raises `ImportRefused`."""
    return await read_table_apart(data, _COLUMNS, most=MOST)


async def check_units(conn: AsyncConnection, actor: Actor | None, table: PlainTable, *, now: datetime) -> CheckedUnits:
    """Says what making a list of units would do. The transaction acts for the top of the tree, subtree.

    `actor` None: the deployment's owner. Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")` for a list without a
    column it needs.
    """
    if actor is not None:
        actor.require("units:write")
    today = today_of(now)
    read, problems = await asyncio.to_thread(_rows, table, today)
    standing = await _standing(conn, {row.code for row in read} | {row.parent for row in read})
    taken = set((await conn.execute(text("SELECT door_codes_taken(:codes)"), {"codes": [row.code for row in read]})).scalars())
    levels = {row.code: row.level for row in read} | {code: unit.level for code, unit in standing.items() if unit.stands(today)}
    fresh = []
    unchanged = 0
    for row in read:
        if row.code in standing:
            same = standing[row.code].same_as(row) and standing[row.code].stands(today)
            unchanged += same
            wrong = None if same else ("code", "bulk.unit_differs")
        elif row.code in taken:
            wrong = ("code", "unit.exists")
        elif row.parent not in levels:
            wrong = ("parent", "unit.unknown" if row.parent else "field.missing")
        elif LEVELS.index(row.level) <= LEVELS.index(levels[row.parent]):
            wrong = ("parent", "unit.parent_level")
        else:
            wrong = None
            fresh.append(row)
        if wrong:
            problems.append(RowError(row.row, table.headings[wrong[0]], wrong[1]))
    return CheckedUnits(len(table.rows), unchanged, tuple(fresh), tuple(sorted(problems, key=lambda each: each.row)))


async def create_units(conn: AsyncConnection, actor: Actor | None, checked: CheckedUnits, *, now: datetime) -> int:
    """Makes what `check_units` found to be new, in the same transaction; how many.

    Raises `RowsRefused("bulk.rows")` if a row has a problem, `Conflict("unit.exists")` if somebody was quicker with a code.
    """
    if checked.problems:
        raise RowsRefused(rows=checked.rows, unchanged=checked.unchanged, problems=checked.problems)
    if not checked.new:
        return 0
    made = await conn.execute(
        text("SELECT door_create_units(:codes, :levels, :names, :parents, :starts, :account, :key, :now)"),
        {
            "codes": [row.code for row in checked.new],
            "levels": [row.level for row in checked.new],
            "names": [row.name for row in checked.new],
            "parents": [row.parent for row in checked.new],
            "starts": [row.starts for row in checked.new],
            "account": actor.account_id if actor else None,
            "key": actor.api_key_id if actor else None,
            "now": now,
        },
    )
    if made.scalar_one() < len(checked.new):
        raise Conflict("unit.exists")
    return len(checked.new)


def _rows(table: PlainTable, today: date) -> tuple[list[UnitRow], list[RowError]]:
    if missing := [name for name in _NEEDED if name not in table.headings]:
        headings = dict(zip(_COLUMNS, TEMPLATE[0], strict=True))
        raise Invalid(
            "request.invalid",
            fields=tuple(FieldError(name, "bulk.column_missing", {"heading": headings[name]}) for name in missing),
        )
    rows: list[UnitRow] = []
    problems: list[RowError] = []
    first: dict[str, int] = {}
    for cells in table.rows:
        row, wrong = _unit(cells, today)
        if row is not None and (before := first.setdefault(row.code, row.row)) != row.row:
            wrong = [FieldError("code", "bulk.repeated", {"first": before})]
        elif row is not None:
            rows.append(row)
        problems += [RowError(cells.row, table.headings[each.field], each.code, each.values) for each in wrong]
    return rows, problems


def _unit(cells: TableRow, today: date) -> tuple[UnitRow | None, list[FieldError]]:
    code, level = cells.text("code").lower(), _level(cells.text("level"))
    starts = _day(cells.cells.get("valid_from"), cells.text("valid_from"), today)
    wrong = []
    if level is None:
        wrong.append(FieldError("level", "bulk.level"))
    if starts is None:
        wrong.append(FieldError("valid_from", "field.date"))
    name = ""
    try:
        name = check_unit(code=code, name=cells.text("name"), level=level or LEVELS[-1], starts=starts or today, ends=None)
    except Invalid as refused:
        wrong += refused.fields
    if wrong or level is None or starts is None:
        return None, wrong
    return UnitRow(cells.row, code, name, level, cells.text("parent").lower(), starts), []


def _level(written: str) -> str | None:
    folded = fold_heading(written)
    return next((level for level, words in _LEVEL_WORDS if words.match(folded)), None)


def _day(value: object, written: str, today: date) -> date | None:
    """The cell's day, today if it is empty, None if it is none. Vietnam writes the day first."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not written:
        return today
    try:
        day_first = _DAY.fullmatch(written)
        return date(*map(int, reversed(day_first.groups()))) if day_first else date.fromisoformat(written)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Standing:
    level: str
    name: str
    parent: str
    ends: date | None

    def stands(self, today: date) -> bool:
        return self.ends is None or self.ends > today

    def same_as(self, row: UnitRow) -> bool:
        return (self.level, self.name, self.parent) == (row.level, row.name, row.parent)


async def _standing(conn: AsyncConnection, codes: set[str]) -> dict[str, _Standing]:
    """Those of the codes that stand in the acting unit's tree, as their latest version has them."""
    rows = await conn.execute(
        text(
            "SELECT DISTINCT ON (u.id) u.code, u.level, v.name, coalesce(door_unit_code(v.parent_id), '') AS parent, v.valid_to"
            " FROM unit_closure c JOIN units u ON u.id = c.descendant_id JOIN unit_versions v ON v.unit_id = u.id"
            " WHERE c.ancestor_id = loa_unit() AND u.code = ANY(:codes) ORDER BY u.id, v.valid_from DESC"
        ),
        {"codes": [code for code in codes if "\x00" not in code]},
    )
    return {row.code: _Standing(row.level, row.name, row.parent, row.valid_to) for row in rows}
