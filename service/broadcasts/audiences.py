"""Whom a broadcast is for: units by code, resolved to those that stand on the day, and counted by the registry's own query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import Audience, count_audience
from service.actors import Actor
from service.clock import LOCAL
from service.database import act_for
from service.errors import FieldError, Invalid
from service.units import Unit, units_below
from service.wording import one_line

SENDABLE = ("sms", "email")
"""Channels with recipients. `notice` is published and sent to nobody."""


@dataclass(frozen=True, slots=True)
class AudienceCount:
    """Deliveries a broadcast would have. `not_sent`: (reason, count) of those it leaves out; only "opt_out" is told apart."""

    recipients: int
    by_channel: Mapping[str, int]
    not_sent: tuple[tuple[str, int], ...]


def stored_audience(audience: Audience) -> dict[str, Any]:
    """As the table broadcasts keeps it."""
    return {
        "units": sorted(set(audience.units)),
        "grades": sorted(set(audience.grades)),
        "classes": sorted(set(audience.classes)),
        "staff": audience.staff,
    }


def load_audience(stored: Mapping[str, Any]) -> Audience:
    """From the table's form."""
    return Audience(
        units=tuple(stored.get("units", ())),
        grades=tuple(stored.get("grades", ())),
        classes=tuple(stored.get("classes", ())),
        staff=bool(stored.get("staff", False)),
    )


def obeys_opt_out(urgency: str) -> bool:
    """Only an advisory obeys an opt-out; a wrong person or a dead address is never written to."""
    return urgency == "advisory"


async def resolve_audience(conn: AsyncConnection, unit_code: str, audience: Audience, *, on: datetime) -> list[int]:
    """Ids of the units whose lists are meant: those named, else the broadcast's own, each with all that stands below it.

    The transaction acts for the broadcast's unit. Raises `NotFound("unit.unknown")` for a unit outside its tree, and
    `Invalid("request.invalid")` for a class, grade or code with characters that nobody sees.
    """
    wrong = [
        FieldError(f"audience.{name}", "field.invalid")
        for name, words in (("units", audience.units), ("grades", audience.grades), ("classes", audience.classes))
        if any(one_line(word) != word for word in words)
    ]
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
    wanted = [channel for channel in SENDABLE if channel in channels]
    if not wanted:
        return {}
    unit_ids = await resolve_audience(conn, unit_code, audience, on=now)
    await act_for(conn, unit_id, subtree=True)
    counts = await count_audience(conn, unit_ids, audience, wanted, obey_opt_out=obeys_opt_out(urgency))
    await act_for(conn, unit_id)
    return {channel: counts.get(channel, 0) for channel in wanted}


async def weigh_audience(
    conn: AsyncConnection, actor: Actor, *, unit: Unit, audience: Audience, channels: Sequence[str], urgency: str, now: datetime
) -> AudienceCount:
    """How many would be written to, before anything is drafted. The transaction acts for the unit.

    Raises `Forbidden("auth.scope")`, `NotFound("unit.unknown")`.
    """
    actor.require("broadcasts:write")

    async def counted(as_urgency: str) -> dict[str, int]:
        return await count_recipients(
            conn, unit_id=unit.id, unit_code=unit.code, audience=audience, channels=channels, urgency=as_urgency, now=now
        )

    by_channel = await counted(urgency)
    total = sum(by_channel.values())
    opted_out = sum((await counted("urgent")).values()) - total if obeys_opt_out(urgency) else 0
    return AudienceCount(total, by_channel, (("opt_out", opted_out),) if opted_out > 0 else ())
