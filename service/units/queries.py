"""Units as they stand on a day, as far as the transaction's unit and scope show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation as it is on a day. `parent` is a code; `valid_to` the first day it no longer holds."""

    id: int
    code: str
    name: str
    level: str
    parent: str | None
    valid_from: date
    valid_to: date | None = None


_COLUMNS = "u.id, u.code, v.name, u.level, door_unit_code(v.parent_id) AS parent, v.valid_from, v.valid_to"
_STANDING = "v.valid_from <= :on AND (v.valid_to IS NULL OR v.valid_to > :on)"


def _unit(row: RowMapping) -> Unit:
    return Unit(**row)  # the query's columns are the dataclass's fields


async def find_unit(conn: AsyncConnection, code: str, on: date) -> Unit:
    """Finds the unit with this code. Raises `NotFound("unit.unknown")`, also for one that is not the caller's to see."""
    if "\x00" in code:  # PostgreSQL cannot even be asked
        raise NotFound("unit.unknown")
    rows = await conn.execute(
        text(f"SELECT {_COLUMNS} FROM units u JOIN unit_versions v ON v.unit_id = u.id WHERE u.code = :code AND {_STANDING}"),
        {"code": code, "on": on},
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise NotFound("unit.unknown")
    return _unit(row)


async def unit_by_id(conn: AsyncConnection, unit_id: int, on: date) -> Unit:
    """Finds the unit with this internal id. Raises `NotFound("unit.unknown")`."""
    rows = await conn.execute(
        text(f"SELECT {_COLUMNS} FROM units u JOIN unit_versions v ON v.unit_id = u.id WHERE u.id = :id AND {_STANDING}"),
        {"id": unit_id, "on": on},
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise NotFound("unit.unknown")
    return _unit(row)


async def root_unit(conn_owner: AsyncConnection, on: date) -> Unit:
    """Finds the unit at the top of the deployment's tree, for its owner's login. Raises `NotFound("unit.unknown")` before there
    is one.
    """
    rows = await conn_owner.execute(
        text(
            f"SELECT {_COLUMNS} FROM units u JOIN unit_versions v ON v.unit_id = u.id WHERE v.parent_id IS NULL AND {_STANDING}"
        ),
        {"on": on},
    )
    row = rows.mappings().first()
    if row is None:
        raise NotFound("unit.unknown")
    return _unit(row)


async def list_units(conn: AsyncConnection, on: date, *, after: str = "", limit: int = 100) -> list[Unit]:
    """Lists units by code, beginning behind the code `after`."""
    rows = await conn.execute(
        text(
            f"SELECT {_COLUMNS} FROM units u JOIN unit_versions v ON v.unit_id = u.id"
            f" WHERE u.code > :after AND {_STANDING} ORDER BY u.code LIMIT :limit"
        ),
        {"after": after, "on": on, "limit": limit},
    )
    return [_unit(row) for row in rows.mappings()]


async def units_below_each(conn: AsyncConnection, codes: Sequence[str], on: date) -> dict[str, set[int]]:
    """Returns, by code, the ids of each of these units and of all that stand below it; a code is absent that does not stand in
    the acting unit's tree.
    """
    asked = [code for code in codes if "\x00" not in code]  # PostgreSQL cannot even be asked
    below: dict[str, set[int]] = {}
    for row in await conn.execute(text("SELECT asked, unit_id FROM door_units_below(:codes, :on)"), {"codes": asked, "on": on}):
        below.setdefault(row.asked, set()).add(row.unit_id)
    return below


async def standing_codes(conn: AsyncConnection, on: date) -> list[str]:
    """Lists the codes of all units that the transaction's unit and scope show, in order."""
    rows = await conn.execute(
        text(f"SELECT u.code FROM units u JOIN unit_versions v ON v.unit_id = u.id WHERE {_STANDING} ORDER BY u.code"), {"on": on}
    )
    return list(rows.scalars())
