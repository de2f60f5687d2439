"""Taking an address off: one deed, whether it is on the list or not, which also stops what still waits to be sent to it.

The work is the same for an address nobody has, so that neither answer nor time tells what other schools have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.consents import Suppressed, SuppressionReason, lift_suppression, list_suppressions, suppress
from contact_registry.people import addresses_of
from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.contacts.people import locate_contact
from service.contacts.typed import read_typed
from service.errors import FieldError, Invalid, NotFound

LiftedBecause = Literal["asked_again", "mistake", "works_again"]
SUBJECT = "suppression"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom it is about: exactly one of the three. `channel` narrows a contact to its number or its emails."""

    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    contact: UUID | None = None
    channel: str | None = None


async def take_off(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit_id: int,
    target: Target,
    reason: SuppressionReason,
    master: MasterKey,
    now: datetime,
) -> list[str]:
    """Stops the unit from writing to `target`, and what waits for it from being sent; returns the channels. The transaction acts
    for the unit.

    An opt-out ends advisories only. Raises `Forbidden`, `NotFound("contact.unknown")`, `Invalid("request.invalid")`,
    `NotFound("contact.no_such_address")`.
    """
    actor.require("contacts:write")
    hashes = await _hashes(conn, unit_id, target, master)
    await keep_off(conn, unit_id=unit_id, hashes=hashes, reason=reason, by=actor.account_id, now=now)
    await _note(conn, actor, unit_id, Action.SUPPRESSION_ADDED, target, hashes, now, reason=reason)
    return sorted(hashes)


async def keep_off(
    conn: AsyncConnection,
    *,
    unit_id: int,
    hashes: Mapping[str, Sequence[bytes]],
    reason: SuppressionReason,
    by: int | None,
    now: datetime,
) -> int:
    """Suppresses these addresses and stops what waits for them; how many were not suppressed before.
    `by` None: the person itself.
    """
    added = 0
    for channel, some in hashes.items():
        added += await suppress(conn, unit_id=unit_id, channel=channel, address_hashes=some, reason=reason, by=by, now=now)
        await conn.execute(
            text("SELECT door_stop_waiting(:channel, CAST(:hashes AS bytea[]), :reason)"),
            {"channel": channel, "hashes": list(some), "reason": reason},
        )
    return added


async def lift(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit_id: int,
    target: Target,
    reason: SuppressionReason,
    why: LiftedBecause,
    master: MasterKey,
    now: datetime,
) -> list[str]:
    """Lets the unit write to `target` again, as far as this reason goes; returns the channels. The transaction acts for the
    unit.

    Raises what `take_off` does, and `NotFound("suppression.unknown")`.
    """
    actor.require("contacts:write")
    hashes = await _hashes(conn, unit_id, target, master)
    lifted = {
        channel
        for channel, some in hashes.items()
        if await lift_suppression(conn, unit_id=unit_id, channel=channel, address_hashes=some, reason=reason)
    }
    if not lifted:
        raise NotFound("suppression.unknown")
    await _note(conn, actor, unit_id, Action.SUPPRESSION_LIFTED, target, hashes, now, reason=reason, why=why)
    return sorted(lifted)


async def suppressions_of(
    conn: AsyncConnection, actor: Actor, *, unit_id: int, before: tuple[datetime, UUID] | None, limit: int, master: MasterKey
) -> list[Suppressed]:
    """Lists the unit's suppressions, the newest first. The transaction acts for the unit. Raises `Forbidden`."""
    actor.require("contacts:read")
    return await list_suppressions(conn, master, unit_id, before=before, limit=limit)


async def _hashes(conn: AsyncConnection, unit_id: int, target: Target, master: MasterKey) -> Mapping[str, Sequence[bytes]]:
    said = [name for name in ("phone", "email", "contact") if getattr(target, name) is not None]
    if len(said) != 1:
        raise Invalid("request.invalid", fields=(FieldError(said[1] if said else "phone", "contact.one_target"),))
    if target.contact is None:
        typed = await read_typed(conn, master, {"phone": target.phone, "email": target.email})
        return {channel: [hashed] for channel, (_, hashed) in typed.items()}
    place = await locate_contact(conn, target.contact)
    found = await addresses_of(conn, unit_id, place.id, target.channel)
    if not found:
        raise NotFound("contact.no_such_address")
    return found


async def _note(
    conn: AsyncConnection,
    actor: Actor,
    unit_id: int,
    action: Action,
    target: Target,
    hashes: Mapping[str, Sequence[bytes]],
    now: datetime,
    **codes: str,
) -> None:
    await note_event(
        conn,
        actor,
        Subject(unit_id, SUBJECT, target.contact or "address"),
        action,
        now,
        **codes,
        **{channel: len(some) for channel, some in hashes.items()},
    )
