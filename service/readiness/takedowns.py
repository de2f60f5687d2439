"""The take-down checklist: addresses where lists of people might stand, who looked and when,
and whether what was found is gone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.clock import school_year_of
from service.errors import Conflict, FieldError, Invalid, NotFound
from service.readiness.queries import day_of
from service.readiness.reports import people

_LONGEST_URL = 2000


@dataclass(frozen=True, slots=True)
class Takedown:
    """One look at one address. `checked_by`, `removed_by`: names."""

    number: int
    id: UUID
    url: str
    checked_on: date
    found: bool
    checked_by: str | None
    removed_on: date | None
    removed_by: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """The head's word that nothing found is left. `checked`: addresses looked at in that school year."""

    school_year: str
    checked: int
    stated_at: datetime


async def record_takedown(
    conn: AsyncConnection, actor: Actor, *, unit_id: int, url: str, checked_on: date, found: bool, now: datetime
) -> UUID:
    """Notes that an address was looked at; the note's public id. The transaction acts for `unit_id`.

    Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`.
    """
    actor.require("readiness:write")
    wrong = [] if _is_address(url) else [FieldError("url", "field.web_address")]
    if checked_on > day_of(now):
        wrong.append(FieldError("checked_on", "field.date_ahead"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    made = await conn.execute(
        text(
            "INSERT INTO takedowns (unit_id, url, checked_on, found, checked_by, recorded_at)"
            " VALUES (:unit, :url, :on, :found, :by, :now) RETURNING public_id"
        ),
        {"unit": unit_id, "url": url, "on": checked_on, "found": found, "by": actor.account_id, "now": now},
    )
    public_id = UUID(str(made.scalar_one()))
    await _note(conn, actor, unit_id, Action.TAKEDOWN_RECORDED, str(public_id), now, found=found)
    return public_id


async def mark_removed(
    conn: AsyncConnection, actor: Actor, *, unit_id: int, public_id: UUID, removed_on: date, now: datetime
) -> None:
    """Notes that what was found is gone. The transaction acts for `unit_id`.

    Raises `Forbidden("auth.scope")`, `NotFound("takedown.unknown")`, `Conflict("takedown.nothing_found")`,
    `Invalid("request.invalid")`.
    """
    actor.require("readiness:write")
    found = await conn.execute(
        text("SELECT id, found, checked_on FROM takedowns WHERE unit_id = :unit AND public_id = :id FOR UPDATE"),
        {"unit": unit_id, "id": public_id},
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("takedown.unknown")
    if not row.found:
        raise Conflict("takedown.nothing_found")
    if removed_on > day_of(now):
        raise Invalid("request.invalid", fields=(FieldError("removed_on", "field.date_ahead"),))
    if removed_on < row.checked_on:
        raise Invalid("request.invalid", fields=(FieldError("removed_on", "takedown.before_check"),))
    await conn.execute(
        text("UPDATE takedowns SET removed_on = :on, removed_by = :by WHERE id = :id"),
        {"id": row.id, "on": removed_on, "by": actor.account_id},
    )
    await _note(conn, actor, unit_id, Action.TAKEDOWN_REMOVED, str(public_id), now)


async def state_takedowns(conn: AsyncConnection, actor: Actor, *, unit_id: int, now: datetime) -> Statement:
    """Records the head's yearly statement that nothing found is left. The transaction acts for `unit_id`.

    Raises `Forbidden("auth.scope")`, `Conflict("takedown.open")`.
    """
    actor.require("readiness:approve")
    left = await open_takedowns(conn, unit_id)
    if left:
        raise Conflict("takedown.open", count=left)
    year = school_year_of(now)
    made = await conn.execute(
        text(
            "INSERT INTO takedown_statements (unit_id, school_year, checked, stated_by, stated_at)"
            " SELECT :unit, :year, count(DISTINCT url), :by, :now FROM takedowns"
            " WHERE unit_id = :unit AND checked_on >= :since RETURNING id, checked"
        ),
        {"unit": unit_id, "year": year, "by": actor.account_id, "now": now, "since": date(int(year[:4]), 7, 1)},
    )
    row = made.one()
    await _note(conn, actor, unit_id, Action.TAKEDOWNS_STATED, row.id, now, school_year=year, checked=row.checked)
    return Statement(year, row.checked, now)


async def open_takedowns(conn: AsyncConnection, unit_id: int) -> int:
    """Checks that found something which is not removed."""
    found = await conn.execute(
        text("SELECT count(*) FROM takedowns WHERE unit_id = :unit AND found AND removed_on IS NULL"), {"unit": unit_id}
    )
    return int(found.scalar_one())


async def latest_statement(conn: AsyncConnection, unit_id: int) -> Statement | None:
    """Loads the head's last word."""
    found = await conn.execute(
        text("SELECT school_year, checked, stated_at FROM takedown_statements WHERE unit_id = :unit ORDER BY id DESC LIMIT 1"),
        {"unit": unit_id},
    )
    row = found.mappings().one_or_none()
    return None if row is None else Statement(**row)


async def list_takedowns(
    conn: AsyncConnection, unit_id: int, *, master: MasterKey, before: int | None = None, limit: int = 50
) -> list[Takedown]:
    """Lists the unit's checks, the newest first, behind the one numbered `before`. The transaction acts for `unit_id`."""
    where = "AND t.id < coalesce(CAST(:before AS bigint), 9223372036854775807) ORDER BY t.id DESC LIMIT :limit"
    return await _read(conn, master, where, {"unit": unit_id, "before": before, "limit": limit})


async def _read(conn: AsyncConnection, master: MasterKey, where: str, values: dict[str, object]) -> list[Takedown]:
    rows = await conn.execute(
        text(
            "SELECT t.id AS number, t.public_id AS id, url, checked_on, found, checked_by, removed_on, removed_by"
            f" FROM takedowns t WHERE unit_id = :unit {where}"
        ),
        values,
    )
    names = await people(conn, master)
    return [
        Takedown(**{**row, "checked_by": names.get(row["checked_by"]), "removed_by": names.get(row["removed_by"])})
        for row in rows.mappings()
    ]


def _is_address(url: str) -> bool:
    if len(url) > _LONGEST_URL or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return url.startswith(("http://", "https://")) and bool(parts.hostname) and "@" not in parts.netloc


async def _note(
    conn: AsyncConnection, actor: Actor, unit_id: int, action: Action, subject: str | int, now: datetime, **details: str | int
) -> None:
    await note_event(conn, actor, Subject(unit_id, "takedown", subject), action, now, **details)
