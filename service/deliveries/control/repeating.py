"""Sending again what a person says shall be: what failed, and what is in doubt. Never by itself."""

from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.audit import Action, note_event
from service.broadcasts import BroadcastView
from service.clock import QuietHours
from service.deliveries.control.resuming import refusal_of_reopening, reopen
from service.errors import Conflict, LoaError, NotFound

RepeatReason = Literal["not_received", "provider_has_not", "may_come_twice"]
"""Why what is in doubt is sent again: the recipient said that nothing came; the provider's own log has nothing; it matters more
than a double."""


def refusal_of_repeating(view: BroadcastView, actor: Actor, now: datetime, *, deliveries: int) -> LoaError | None:
    """Tells why this person may not have `deliveries` of it sent again now: those that failed, or those in doubt."""
    return (
        actor.refusal("broadcasts:approve")
        or refusal_of_reopening(view, now)
        or (None if deliveries else Conflict("broadcast.nothing_to_repeat"))
    )


async def retry_failed(
    conn: AsyncConnection, actor: Actor, *, broadcast_id: int, quiet: QuietHours | None = None, now: datetime
) -> int:
    """Has all that failed, but for dead numbers, wait again; returns how many. Whoever was taken off meanwhile is held back at
    the next claim. `quiet`: hours whose end it waits for.

    The transaction acts for the broadcast's unit. Raises `Forbidden("auth.scope")`, `NotFound("broadcast.unknown")`, `Conflict`
    with `broadcast.not_allowed_in_state`, `broadcast.overdue` or `broadcast.nothing_to_repeat`.
    """
    actor.require("broadcasts:approve")
    view = await reopen(conn, broadcast_id, actor=actor, quiet=quiet, now=now)
    again = await _wait_again(conn, broadcast_id, "failed")
    if refusal := refusal_of_repeating(view, actor, now, deliveries=again):
        raise refusal
    await note_event(conn, actor, view.subject, Action.FAILED_RETRIED, now, deliveries=again)
    return again


async def repeat_uncertain(
    conn: AsyncConnection,
    actor: Actor,
    *,
    broadcast_id: int,
    reason: RepeatReason,
    channel: str | None = None,
    number: int | None = None,
    quiet: QuietHours | None = None,
    now: datetime,
) -> int:
    """Has what is in doubt wait again: one delivery by its number, or all of a channel; returns how many. Each may come twice.

    Raises as `retry_failed`, and `NotFound("delivery.unknown")` for a number that is not in doubt in this broadcast.
    """
    actor.require("broadcasts:approve")
    view = await reopen(conn, broadcast_id, actor=actor, quiet=quiet, now=now)
    again = await _wait_again(conn, broadcast_id, "uncertain", channel=channel, number=number)
    if again == 0 and number is not None:
        raise NotFound("delivery.unknown")
    if refusal := refusal_of_repeating(view, actor, now, deliveries=again):
        raise refusal
    await note_event(
        conn, actor, view.subject, Action.UNCERTAIN_REPEATED, now, deliveries=again, reason=reason, channel=channel, number=number
    )
    return again


async def _wait_again(
    conn: AsyncConnection, broadcast_id: int, was: str, *, channel: str | None = None, number: int | None = None
) -> int:
    found = await conn.execute(
        text("SELECT door_wait_again(:broadcast, :was, :channel, :number)"),
        {"broadcast": broadcast_id, "was": was, "channel": channel, "number": number},
    )
    return int(found.scalar_one())
