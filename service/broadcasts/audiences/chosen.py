"""Whom a broadcast is for, counted by the registry's own query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences import Audience, LeftOut, Preferences, Tally, count_audience, count_fallbacks, count_people
from service.actors import Actor
from service.broadcasts.audiences.resolving import Resolved, codes_of, resolve_audience
from service.broadcasts.texts.slots import unfit_fallback
from service.database import act_for
from service.errors import Invalid
from service.readiness import sends_by_consent
from service.units import Unit

SENDABLE = ("sms", "email")
"""Channels with recipients. `notice` is published and sent to nobody."""
_MOST_NAMED = 20
"""Units that lack a class, of all that do: a department's grade 6 is in no primary school."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """A class or grade that some of the audience's units do not have. `units`: the codes of the first few of so `many`."""

    of: Literal["class", "grade"]
    named: str
    units: tuple[str, ...]
    many: int


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """Deliveries a broadcast would have, the people behind them, and those it leaves out: (reason, count), each under one reason.

    `people`: a mother with a number and an email is one. `lacking`: units of the audience whose own list has none of a class or
    grade.
    `fallbacks`: numbers whose holder could be written to by email should theirs be no use; None where nobody asked.
    """

    recipients: int
    people: int
    by_channel: Mapping[str, int]
    not_sent: tuple[tuple[LeftOut, int], ...]
    lacking: tuple[Lacking, ...] = ()
    fallbacks: int | None = None


def stored_audience(audience: Audience) -> dict[str, Any]:
    """Writes the audience as the table broadcasts keeps it."""
    return {
        "units": sorted(set(audience.units)),
        "grades": sorted(set(audience.grades)),
        "classes": sorted(set(audience.classes)),
        "staff": audience.staff,
        # Said only where it is so: what was submitted before there was such an audience keeps its digest.
        **({} if audience.parents else {"parents": False}),
    }


def load_audience(stored: Mapping[str, Any]) -> Audience:
    """Reads the audience from the table's form."""
    return Audience(
        units=tuple(stored.get("units", ())),
        grades=tuple(stored.get("grades", ())),
        classes=tuple(stored.get("classes", ())),
        staff=bool(stored.get("staff", False)),
        parents=bool(stored.get("parents", True)),
    )


async def preferences_of(conn: AsyncConnection, unit_id: int, urgency: str) -> Preferences:
    """Decides which preferences count: only an advisory heeds an opt-out, and asks for consent where the unit's data rule says
    so.
    """
    if urgency != "advisory":
        return Preferences()
    return Preferences(obey_opt_out=True, needs_consent=await sends_by_consent(conn, unit_id))


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
    """Counts the deliveries a broadcast would have now, by channel. The transaction acts for the unit, and does so again
    afterwards.
    """
    meant = await resolve_audience(conn, unit_id, unit_code, audience, on=now)
    tally = await _tally(conn, unit_id, meant, channels, await preferences_of(conn, unit_id, urgency))
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
    """Counts who would be written to, and who would not and why, before anything is drafted. The transaction acts for the unit.

    Raises `Forbidden("auth.scope")`, `Invalid` as `resolve_audience` does, and `Invalid("request.invalid")` for a `fallback`
    where there is none.
    """
    actor.require("broadcasts:write")
    if wrong := unfit_fallback(channels, fallback):
        raise Invalid("request.invalid", fields=tuple(wrong))
    meant = await resolve_audience(conn, unit.id, unit.code, audience, on=now)
    preferences = await preferences_of(conn, unit.id, urgency)
    tally = await _tally(conn, unit.id, meant, channels, preferences)
    await act_for(conn, unit.id, subtree=True)
    fallbacks = await count_fallbacks(conn, meant.unit_ids, meant.audience, preferences) if fallback else None
    people = await count_people(conn, meant.unit_ids, meant.audience, _sent_by(channels), preferences)
    await act_for(conn, unit.id)
    return AudienceCount(
        recipients=sum(tally.by_channel.values()),
        people=people,
        by_channel=tally.by_channel,
        not_sent=tuple(tally.left_out.items()),
        lacking=await _lacking(conn, unit.id, meant),
        fallbacks=fallbacks,
    )


async def _lacking(conn: AsyncConnection, unit_id: int, meant: Resolved) -> tuple[Lacking, ...]:
    if meant.listed is None:
        return ()
    found = []
    asked: list[tuple[str, Literal["class", "grade"]]] = [(name, "class") for name in meant.named.classes]
    asked += [(name, "grade") for name in meant.named.grades]
    for name, of in asked:
        if units := sorted(meant.listed.lacking(name, of)):
            found.append(Lacking(of, name, tuple(await codes_of(conn, unit_id, units[:_MOST_NAMED])), len(units)))
    return tuple(found)


def _sent_by(channels: Sequence[str]) -> list[str]:
    return [channel for channel in SENDABLE if channel in channels]


async def _tally(
    conn: AsyncConnection, unit_id: int, meant: Resolved, channels: Sequence[str], preferences: Preferences
) -> Tally:
    if not (wanted := _sent_by(channels)):
        return Tally({}, {})
    await act_for(conn, unit_id, subtree=True)
    tally = await count_audience(conn, meant.unit_ids, meant.audience, wanted, preferences)
    await act_for(conn, unit_id)
    return tally
