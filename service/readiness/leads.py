"""The data protection lead: named by the unit, and in office from the day they themselves accept."""

from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey, address_hash
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.clock import last_day_of, school_year_of
from service.errors import FieldError, Forbidden, Invalid
from service.keyring import deployment_key
from service.readiness.queries import day_of
from service.text_rules import normal_email


async def name_lead(conn: AsyncConnection, actor: Actor, *, unit_id: int, email: str, master: MasterKey, now: datetime) -> None:
    """Puts an account of the unit, or of one above it, up as lead for this school year. The transaction acts for `unit_id`.

    Until the new lead accepts, the one before stays in office. Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`:
    the same for an email without an account and for one whose account is elsewhere or has another role.
    """
    actor.require("readiness:write")
    account = await _account(conn, email, await deployment_key(conn, master, "address_index"))
    year = school_year_of(now)
    latest = await _latest(conn, unit_id)
    if latest is not None and (latest["account_id"], latest["stands_for"]) == (account, year):
        return
    made = await conn.execute(
        text(
            "INSERT INTO protection_leads (unit_id, school_year, account_id, named_by, named_at)"
            " VALUES (:unit, :year, :account, :by, :now) RETURNING id"
        ),
        {"unit": unit_id, "year": year, "account": account, "by": actor.account_id, "now": now},
    )
    await _note(conn, actor, unit_id, Action.LEAD_NAMED, made.scalar_one(), account, now)


async def accept_lead(conn: AsyncConnection, actor: Actor, *, unit_id: int, now: datetime) -> None:
    """Takes the office on for the person who was named. The transaction acts for `unit_id`, which may stand below the actor's
    unit.

    Raises `Forbidden` with `auth.scope` or, for anybody but the account that was named last, `readiness.not_the_lead`.
    """
    actor.require("readiness:accept")
    latest = await _latest(conn, unit_id)
    if latest is None or latest["account_id"] != actor.account_id or day_of(now) > last_day_of(latest["stands_for"]):
        raise Forbidden("readiness.not_the_lead")
    accepted = await conn.execute(
        text("UPDATE protection_leads SET accepted_at = :now WHERE id = :id AND accepted_at IS NULL"),
        {"id": latest["id"], "now": now},
    )
    if accepted.rowcount:
        await _note(conn, actor, unit_id, Action.LEAD_ACCEPTED, latest["id"], actor.account_id, now)


async def is_named(conn: AsyncConnection, actor: Actor, unit_id: int) -> bool:
    """Tells whether the actor was the last to be named as the unit's lead."""
    latest = await _latest(conn, unit_id)
    return latest is not None and latest["account_id"] == actor.account_id


async def _account(conn: AsyncConnection, email: str, index_key: bytes) -> int:
    normal = normal_email(email)
    if normal is None:
        raise Invalid("request.invalid", fields=(FieldError("email", "field.invalid"),))
    found = await conn.execute(text("SELECT door_lead_account(:hash)"), {"hash": address_hash(index_key, "email", normal)})
    account: int | None = found.scalar_one()
    if account is None:
        raise Invalid("request.invalid", fields=(FieldError("email", "readiness.no_such_lead"),))
    return account


async def _latest(conn: AsyncConnection, unit_id: int) -> RowMapping | None:
    found = await conn.execute(
        text("SELECT id, account_id, stands_for FROM protection_leads WHERE unit_id = :unit ORDER BY id DESC LIMIT 1"),
        {"unit": unit_id},
    )
    return found.mappings().one_or_none()


async def _note(
    conn: AsyncConnection, actor: Actor, unit_id: int, action: Action, naming: int, account: int, now: datetime
) -> None:
    await note_event(
        conn, actor, Subject(unit_id, "protection_lead", naming), action, now, account=account, school_year=school_year_of(now)
    )
