"""Drills: a warning through the whole path to colleagues who agreed to get it. Never to a parent, and never taken for a warning.

Its record is signed with a drill key, its texts begin with the word, its numbers say so at the look-up. Its recipients are the
unit's own staff whom an approver has named as test recipients, saying by that the addresses are theirs and were tried.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, column, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import read_address
from contact_registry.audiences import Audience, Preferences, audience_select, fallback_select
from contact_registry.errors import AddressRefused
from contact_registry.sealing import MasterKey, address_hash
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.errors import FieldError, Invalid
from service.keyring import deployment_key

_POINTS = table("contact_points", *(column(name) for name in ("unit_id", "contact_id", "channel", "address_hash", "ended_by")))
_TESTS = table("test_contacts", column("unit_id"), column("contact_id"))


def drill_select(unit_id: int, channel: str) -> Select[Any]:
    """Selects, of the registry's own query for the unit's staff, those who are test recipients; the same columns."""
    staff = audience_select([unit_id], Audience(staff=True, parents=False), channel, Preferences()).subquery()
    tried = (
        select(_POINTS.c.address_hash)
        .join(_TESTS, (_TESTS.c.contact_id == _POINTS.c.contact_id) & (_TESTS.c.unit_id == _POINTS.c.unit_id))
        .where(_POINTS.c.unit_id == unit_id, _POINTS.c.channel == channel, _POINTS.c.ended_by.is_(None))
    )
    return select(staff).where(staff.c.address_hash.in_(tried))


def drill_fallback_select(unit_id: int, numbers: Sequence[tuple[int, bytes]]) -> Select[Any]:
    """Selects, of the registry's own query for whose numbers failed, those who are test recipients; the same columns."""
    staff = fallback_select(numbers, Audience(staff=True, parents=False), Preferences()).subquery()
    return select(staff).where(staff.c.contact_id.in_(select(_TESTS.c.contact_id).where(_TESTS.c.unit_id == unit_id)))


async def count_drill(conn: AsyncConnection, unit_id: int, channels: Sequence[str]) -> dict[str, int]:
    """Counts the messages a drill would have, by channel. The transaction acts for the unit."""
    return {
        channel: (await conn.execute(select(func.count()).select_from(drill_select(unit_id, channel).subquery()))).scalar_one()
        for channel in channels
    }


async def drill_contacts(conn: AsyncConnection, actor: Actor) -> list[UUID]:
    """Lists the acting unit's test recipients, by their contact's id. Raises `Forbidden("auth.scope")`."""
    actor.require("broadcasts:read")
    rows = await conn.execute(
        text("SELECT c.public_id FROM test_contacts t JOIN contacts c ON c.id = t.contact_id ORDER BY c.public_id")
    )
    return list(rows.scalars())


async def staff_by_email(conn: AsyncConnection, *, unit_id: int, emails: Sequence[str], master: MasterKey) -> list[UUID]:
    """Members of the unit's own staff by their addresses, in that order. The transaction acts for the unit.

    Raises `Invalid("request.invalid")`, naming the place of each address that is no address or is nobody's of the present staff.
    """
    index_key = await deployment_key(conn, master, "address_index")
    found: list[UUID] = []
    wrong: list[FieldError] = []
    for place, written in enumerate(emails):
        try:
            hashed = address_hash(index_key, "email", read_address("email", written))
        except AddressRefused as refused:
            wrong.append(FieldError(f"emails.{place}", refused.code))
            continue
        staff = await conn.execute(
            text(
                "SELECT c.public_id FROM contacts c JOIN contact_points p ON p.unit_id = c.unit_id AND p.contact_id = c.id"
                " WHERE c.unit_id = :unit AND p.audience = 'staff' AND p.channel = 'email' AND p.address_hash = :hash"
                "   AND p.ended_by IS NULL"
            ),
            {"unit": unit_id, "hash": hashed},
        )
        if (contact := staff.scalar_one_or_none()) is None:
            wrong.append(FieldError(f"emails.{place}", "drill.staff_only"))
        else:
            found.append(contact)
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return found


async def set_drill_contacts(
    conn: AsyncConnection, actor: Actor, *, unit_id: int, contacts: Sequence[UUID], now: datetime
) -> list[UUID]:
    """Sets who gets the unit's drills: these contacts and no others. The transaction acts for the unit.

    Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")` where one is not a present member of the unit's own staff.
    """
    actor.require("broadcasts:approve")
    wanted = sorted(set(contacts))
    await conn.execute(text("DELETE FROM test_contacts WHERE unit_id = :unit"), {"unit": unit_id})
    named = await conn.execute(
        text(
            "INSERT INTO test_contacts (unit_id, contact_id, named_by, named_at)"
            " SELECT :unit, c.id, :by, :now FROM contacts c WHERE c.unit_id = :unit AND c.public_id = ANY (:wanted)"
            "   AND EXISTS (SELECT FROM contact_points p WHERE p.unit_id = :unit AND p.contact_id = c.id AND p.audience = 'staff'"
            "                  AND p.ended_by IS NULL)"
        ),
        {"unit": unit_id, "by": actor.account_id, "now": now, "wanted": wanted},
    )
    if named.rowcount != len(wanted):
        raise Invalid("request.invalid", fields=(FieldError("contacts", "drill.staff_only"),))
    await note_event(conn, actor, Subject(unit_id, "unit", unit_id), Action.TEST_CONTACTS_NAMED, now, contacts=len(wanted))
    return wanted
