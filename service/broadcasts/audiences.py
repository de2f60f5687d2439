"""Whom a broadcast is for: units by code, resolved to those that stand on the day, and counted by the registry's own query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import Audience, LeftOut, Preferences, Tally, count_audience, count_fallbacks
from service.actors import Actor
from service.broadcasts.texts import unfit_fallback
from service.clock import LOCAL
from service.database import act_for
from service.errors import FieldError, Invalid
from service.readiness import sends_by_consent
from service.units import Unit, units_below
from service.wording import one_line

SENDABLE = ("sms", "email")
"""Channels with recipients. `notice` is published and sent to nobody."""


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """Deliveries a broadcast would have, and those it leaves out: (reason, count), each counted under one reason.

    `fallbacks`: numbers whose holder could be written to by email should theirs be no use; None where nobody asked.
    """

    recipients: int
    by_channel: Mapping[str, int]
    not_sent: tuple[tuple[LeftOut, int], ...]
    fallbacks: int | None = None


def stored_audience(audience: Audience) -> dict[str, Any]:
    """As the table broadcasts keeps it."""
    return {
        "units": sorted(set(audience.units)),
        "grades": sorted(set(audience.grades)),
        "classes": sorted(set(audience.classes)),
        "staff": audience.staff,
        # Said only where it is so: what was submitted before there was such an audience keeps its digest.
        **({} if audience.parents else {"parents": False}),
    }


def load_audience(stored: Mapping[str, Any]) -> Audience:
    """From the table's form."""
    return Audience(
        units=tuple(stored.get("units", ())),
        grades=tuple(stored.get("grades", ())),
        classes=tuple(stored.get("classes", ())),
        staff=bool(stored.get("staff", False)),
        parents=bool(stored.get("parents", True)),
    )


async def preferences_of(conn: AsyncConnection, unit_id: int, urgency: str) -> Preferences:
    """Only an advisory heeds an opt-out, and asks for consent where the unit's data rule says so."""
    if urgency != "advisory":
        return Preferences()
    return Preferences(obey_opt_out=True, needs_consent=await sends_by_consent(conn, unit_id))


async def resolve_audience(conn: AsyncConnection, unit_code: str, audience: Audience, *, on: datetime) -> list[int]:
    """Ids of the units whose lists are meant: those named, else the broadcast's own, each with all that stands below it.

    The transaction acts for the broadcast's unit. Raises `NotFound("unit.unknown")` for a unit outside its tree, and
    `Invalid("request.invalid")` for a class, grade or code with characters that nobody sees, and for an audience of nobody.
    """
    wrong = [
        FieldError(f"audience.{name}", "field.invalid")
        for name, words in (("units", audience.units), ("grades", audience.grades), ("classes", audience.classes))
        if any(one_line(word) != word for word in words)
    ]
    if not audience.parents and (audience.grades or audience.classes or not audience.staff):
        wrong.append(FieldError("audience", "audience.nobody"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return await units_below(conn, sorted(set(audience.units)) or [unit_code], on.astimezone(LOCAL).date())


async def count_recipients(
    conn: AsyncConnection,
    *,
    unit_id: int,
    unit_code: str,
    audience: Audience,
    channels: Sequence[str],
    urgency: str,
    now: datetime,
) -> dict[str, int]:
    """Deliveries a broadcast would have now, by channel. The transaction acts for the unit, and does so again afterwards."""
    tally = await _tally(
        conn, unit_id=unit_id, unit_code=unit_code, audience=audience, channels=channels, urgency=urgency, now=now
    )
    return dict(tally.by_channel)


async def weigh_audience(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit: Unit,
    audience: Audience,
    channels: Sequence[str],
    urgency: str,
    now: datetime,
    fallback: str | None = None,
) -> AudienceCount:
    """How many would be written to, and how many would not and why, before anything is drafted. The transaction acts for the unit.

    Raises `Forbidden("auth.scope")`, `NotFound("unit.unknown")`, and `Invalid("request.invalid")` for a `fallback` where there is none.
    """
    actor.require("broadcasts:write")
    if wrong := unfit_fallback(channels, fallback):
        raise Invalid("request.invalid", fields=tuple(wrong))
    tally = await _tally(
        conn, unit_id=unit.id, unit_code=unit.code, audience=audience, channels=channels, urgency=urgency, now=now
    )
    fallbacks = None
    if fallback:
        unit_ids, preferences = (
            await resolve_audience(conn, unit.code, audience, on=now),
            await preferences_of(conn, unit.id, urgency),
        )
        await act_for(conn, unit.id, subtree=True)
        fallbacks = await count_fallbacks(conn, unit_ids, audience, preferences)
        await act_for(conn, unit.id)
    return AudienceCount(sum(tally.by_channel.values()), tally.by_channel, tuple(tally.left_out.items()), fallbacks)


async def _tally(
    conn: AsyncConnection,
    *,
    unit_id: int,
    unit_code: str,
    audience: Audience,
    channels: Sequence[str],
    urgency: str,
    now: datetime,
) -> Tally:
    wanted = [channel for channel in SENDABLE if channel in channels]
    if not wanted:
        return Tally({}, {})
    unit_ids = await resolve_audience(conn, unit_code, audience, on=now)
    preferences = await preferences_of(conn, unit_id, urgency)
    await act_for(conn, unit_id, subtree=True)
    tally = await count_audience(conn, unit_ids, audience, wanted, preferences)
    await act_for(conn, unit_id)
    return tally
