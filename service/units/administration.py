"""Making, renaming, moving and ending units. Each change holds from a day on; the day before keeps what was.

A school cannot see its siblings and a department sees whole trees, so the writes go through two doors of the database, which
check the place in the tree once more and leave the mark in the audit trail themselves.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.clock import LOCAL
from service.errors import Conflict, FieldError, Forbidden, Invalid
from service.text_rules import breaches, one_line
from service.units.queries import Unit, find_unit

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
LEVELS = ("department", "commune_office", "school")  # from the top; a unit stands below one of a higher level


@dataclass(frozen=True, slots=True)
class Revision:
    """What changes, and from when. None: stays as it is. `ends`: the first day the unit no longer stands."""

    name: str | None = None
    parent: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def today_of(now: datetime) -> date:
    """Returns the day it is in Vietnam."""
    return now.astimezone(LOCAL).date()


def check_unit(*, code: str, name: str, level: str, starts: date, ends: date | None) -> str:
    """Checks that there can be such a unit; returns its name in its one form. Raises `Invalid`, naming every field at once."""
    wrong = []
    if not _CODE.fullmatch(code):
        wrong.append(FieldError("code", "unit.code_shape"))
    name = one_line(name)
    if not 1 <= len(name) <= 200:
        wrong.append(FieldError("name", "field.too_long" if name else "field.too_short", {"most": 200}))
    elif breaches(name):  # it stands in every signed email of the unit
        wrong.append(FieldError("name", "unit.name_forbidden"))
    if level not in LEVELS:
        wrong.append(FieldError("level", "field.choice", {"allowed": ", ".join(LEVELS)}))
    if ends is not None and ends <= starts:
        wrong.append(FieldError("valid_to", "unit.ends_before_start"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return name


async def create_unit(
    conn: AsyncConnection,
    actor: Actor,
    *,
    code: str,
    name: str,
    level: str,
    parent: str,
    valid_from: date | None = None,
    valid_to: date | None = None,
    now: datetime,
) -> Unit:
    """Creates a unit below `parent`, which is the actor's unit or stands below it. The transaction acts for the actor's unit,
    subtree.

    Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`, `NotFound("unit.unknown")` for the parent,
    `Conflict("unit.exists")`.
    """
    actor.require("units:write")
    starts = valid_from or today_of(now)
    name = check_unit(code=code, name=name, level=level, starts=starts, ends=valid_to)
    above = await find_unit(conn, parent, today_of(now))
    _stands_below(level, above)
    made = await conn.execute(
        text("SELECT door_create_unit(:code, :level, :name, :below, :starts, :ends, :account, :key, :now)"),
        {
            "code": code,
            "level": level,
            "name": name,
            "below": above.id,
            "starts": starts,
            "ends": valid_to,
            "account": actor.account_id,
            "key": actor.api_key_id,
            "now": now,
        },
    )
    unit_id = made.scalar_one()
    if unit_id is None:
        raise Conflict("unit.exists")
    return Unit(unit_id, code, name, level, above.code, starts, valid_to)


async def revise_unit(conn: AsyncConnection, actor: Actor, *, code: str, revision: Revision, now: datetime) -> Unit:
    """Renames, moves or ends a unit from `revision.valid_from` (today) on.

    A move holds from today or a day before: the tree that decides who sees what is today's. What a unit is called, which is what
    every message of its own is signed with, and how long it stands, the unit above says; of the topmost, which has none, it says
    it itself. What is left out stays as it is once nobody else is changing the unit. What the unit was before its present name
    and place stays, too. Raises `Forbidden("auth.scope" | "unit.oneself")`, `NotFound("unit.unknown")`,
    `Invalid("request.invalid")`.
    """
    actor.require("units:write")
    today = today_of(now)
    locked = (await find_unit(conn, code, today)).id
    # One change of a unit at a time, to the end of the transaction: what is read from here on is what the change is of.
    await conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('loa.revise_unit:' || :id, 0))"), {"id": str(locked)})
    unit = await find_unit(conn, code, today)
    if unit.id == actor.unit_id and unit.parent is not None:
        raise Forbidden("unit.oneself")
    starts = revision.valid_from or today
    if starts < unit.valid_from:
        earliest = FieldError("valid_from", "unit.before_present", {"day": unit.valid_from.strftime("%d/%m/%Y")})
        raise Invalid("request.invalid", fields=(earliest,))
    ends = revision.valid_to if revision.valid_to is not None else unit.valid_to
    name = check_unit(
        code=code, name=unit.name if revision.name is None else revision.name, level=unit.level, starts=starts, ends=ends
    )
    parent_id: int | None = None
    parent = unit.parent
    if revision.parent is not None and revision.parent != unit.parent:
        if starts > today:
            raise Invalid("request.invalid", fields=(FieldError("valid_from", "unit.move_in_future"),))
        above = await find_unit(conn, revision.parent, today)
        _stands_below(unit.level, above)
        if unit.id == actor.unit_id:
            raise Invalid("request.invalid", fields=(FieldError("parent", "unit.parent_level"),))
        parent_id, parent = above.id, above.code
    else:
        kept = text("SELECT parent_id FROM unit_versions WHERE unit_id = :id AND valid_from = :start")
        parent_id = (await conn.execute(kept, {"id": unit.id, "start": unit.valid_from})).scalar_one()
    await conn.execute(
        text("SELECT door_revise_unit(:unit, :name, :below, :starts, :ends, :account, :key, :now)"),
        {
            "unit": unit.id,
            "name": name,
            "below": parent_id,
            "starts": starts,
            "ends": ends,
            "account": actor.account_id,
            "key": actor.api_key_id,
            "now": now,
        },
    )
    return Unit(unit.id, code, name, unit.level, parent, starts, ends)


def _stands_below(level: str, above: Unit) -> None:
    if LEVELS.index(level) <= LEVELS.index(above.level):
        raise Invalid("request.invalid", fields=(FieldError("parent", "unit.parent_level"),))


async def create_first_unit(
    conn_owner: AsyncConnection, *, code: str, name: str, level: str = "department", valid_from: date | None = None, now: datetime
) -> Unit:
    """Creates the root of a deployment's tree, by its owner's login. Raises `Invalid`, `Conflict("unit.exists")`."""
    starts = valid_from or today_of(now)
    name = check_unit(code=code, name=name, level=level, starts=starts, ends=None)
    made = await conn_owner.execute(
        text(
            "INSERT INTO units (code, level, created_at) VALUES (:code, :level, :now) ON CONFLICT (code) DO NOTHING RETURNING id"
        ),
        {"code": code, "level": level, "now": now},
    )
    unit_id = made.scalar_one_or_none()
    if unit_id is None:
        raise Conflict("unit.exists")
    await conn_owner.execute(
        text("INSERT INTO unit_versions VALUES (:unit, :name, NULL, :starts, NULL)"),
        {"unit": unit_id, "name": name, "starts": starts},
    )
    await conn_owner.execute(text("INSERT INTO unit_closure VALUES (:unit, :unit, 0)"), {"unit": unit_id})
    return Unit(unit_id, code, name, level, None, starts)
