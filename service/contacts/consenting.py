"""Consent as the school can prove it: who said yes, on which channel, where the paper is.
Silence is no consent, and nothing is assumed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences import listed_classes, shown_name
from contact_registry.consents import Consent, give_consent, withdraw_consent
from contact_registry.people import addresses_of, present_addresses
from contact_registry.sealing import MasterKey, current_data_key
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.clock import LOCAL
from service.contacts.people import ContactPlace
from service.errors import FieldError, Invalid, NotFound
from service.units import Unit


async def record_consent(
    conn: AsyncConnection,
    actor: Actor,
    *,
    place: ContactPlace,
    channel: str,
    consent: Consent,
    master: MasterKey,
    now: datetime,
) -> int:
    """Records a contact's consent to one channel; returns how many addresses had none standing. The transaction acts for the
    contact's unit.

    Raises `Forbidden`, `NotFound("contact.no_such_address")`, `Invalid("request.invalid")` for a day that lies ahead.
    """
    actor.require("contacts:write")
    _must_be_past(consent, now)
    hashes = (await addresses_of(conn, place.unit_id, place.id, channel)).get(channel)
    if not hashes:
        raise NotFound("contact.no_such_address")
    subject = Subject(place.unit_id, "contact", place.public_id)
    return await _record(conn, actor, subject, channel, hashes, consent, master=master, now=now)


async def _record(
    conn: AsyncConnection,
    actor: Actor,
    subject: Subject,
    channel: str,
    hashes: Sequence[bytes],
    consent: Consent,
    *,
    master: MasterKey,
    now: datetime,
    **details: Any,
) -> int:
    """Records `consent` for these addresses of the subject's unit, and who did; returns how many had none before."""
    recorded = await give_consent(
        conn,
        channel=channel,
        address_hashes=hashes,
        consent=consent,
        data_key=await current_data_key(conn, master, subject.unit_id),
        by=actor.account_id,
        now=now,
    )
    await note_event(
        conn,
        actor,
        subject,
        Action.CONSENT_GIVEN,
        now,
        channel=channel,
        basis=consent.basis,
        proof=consent.proof,
        recorded=recorded,
        **details,
    )
    return recorded


async def withdraw(conn: AsyncConnection, actor: Actor, *, place: ContactPlace, channel: str, now: datetime) -> None:
    """Ends a contact's consent to one channel. The transaction acts for the contact's unit.

    Raises `Forbidden`, `NotFound("contact.no_such_address" | "consent.unknown")`.
    """
    actor.require("contacts:write")
    hashes = (await addresses_of(conn, place.unit_id, place.id, channel)).get(channel)
    if not hashes:
        raise NotFound("contact.no_such_address")
    if not await withdraw_consent(
        conn, unit_id=place.unit_id, channel=channel, address_hashes=hashes, by=actor.account_id, now=now
    ):
        raise NotFound("consent.unknown")
    await note_event(
        conn, actor, Subject(place.unit_id, "contact", place.public_id), Action.CONSENT_WITHDRAWN, now, channel=channel
    )


async def record_class_consents(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit: Unit,
    classes: Sequence[str],
    channel: str,
    consent: Consent,
    master: MasterKey,
    now: datetime,
) -> tuple[int, int]:
    """Records the acknowledgement of a parents' meeting for everybody of these classes; returns how many were recorded now, and
    how many stood before.

    The transaction acts for the unit. Raises `Forbidden`, `Invalid("request.invalid")` for a class that the list does not have.
    """
    actor.require("contacts:write")
    _must_be_past(consent, now)
    classes = await require_classes(conn, unit.id, classes)
    hashes = await present_addresses(conn, unit.id, channel, classes=classes)
    subject = Subject(unit.id, "unit", unit.code)
    recorded = await _record(conn, actor, subject, channel, hashes, consent, master=master, now=now, classes=list(classes))
    return recorded, len(hashes) - recorded


async def require_classes(conn: AsyncConnection, unit_id: int, classes: Sequence[str]) -> list[str]:
    """Spells these classes as the present list does. Raises `Invalid("request.invalid")` naming the places of those that it does
    not have.
    """
    listed = await listed_classes(conn, unit_ids=[unit_id])
    wrong = [
        FieldError(
            f"classes.{n}",
            "contact.class_unknown",
            {"named": shown_name(name), "nearest": listed.nearest_classes(name) or ("listed.nothing",)},
        )
        for n, name in enumerate(classes)
        if not listed.classes(name)
    ]
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return sorted({spelled for name in classes for spelled in listed.classes(name)})


def _must_be_past(consent: Consent, now: datetime) -> None:
    if consent.given_on > now.astimezone(LOCAL).date():
        raise Invalid("request.invalid", fields=(FieldError("given_on", "consent.in_future"),))
