"""Going on with a warning: one that was paused, and one that was completed and has something to try again."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.audit import Action, note_event
from service.broadcasts import (
    BroadcastView,
    State,
    change_state,
    count_messages,
    find_broadcast,
    not_allowed_in,
    require_audience,
    waits_until,
)
from service.clock import QuietHours, on_screen
from service.errors import Conflict, FieldError, Forbidden, LoaError
from service.outbox import PlanBroadcast, put
from service.readiness import readiness_of

GROWTH = 1.05
"""An audience that has grown by more than this since it was approved is not written to:
the count the approver saw would be untrue.
"""


RESTORED = "system.restored"
"""Paused because the system was restored from a backup, which does not know what has left since."""


def outgrown(view: BroadcastView, recipients: int) -> bool:
    """Tells whether so many recipients are more than were approved, or confirmed since."""
    return recipients > (view.audience_confirmed or view.audience_count or 0) * GROWTH


def refusal_of_resume(view: BroadcastView, actor: Actor, now: datetime) -> LoaError | None:
    """Tells why this person may not resume it now, whatever they say of its audience or of a restored backup."""
    return (
        actor.refusal("broadcasts:approve")
        or (None if view.state == State.PAUSED else not_allowed_in(view.state))
        or _refusal_of_late(view, now)
    )


async def resume(
    conn: AsyncConnection,
    actor: Actor,
    *,
    broadcast_id: int,
    audience_count: int | None = None,
    after_restore: bool = False,
    now: datetime,
) -> BroadcastView:
    """Goes on where it was paused, by whomever. The transaction acts for the broadcast's unit.

    An audience that has grown is counted anew: the refusal says how many there are now, and `audience_count` says yes to so many.
    As in approval, an author or editor does not say it. One that was under way when the system was restored from a backup is
    resumed by `after_restore`: the refusal before says of when the backup is and how many messages may have left since.
    Raises `Forbidden` with `auth.scope` or `approval.by_author`, `NotFound("broadcast.unknown")`, `Conflict` with
    `broadcast.not_allowed_in_state`, `broadcast.overdue`, `unit.not_ready`, `broadcast.audience_grew` or `broadcast.restored`,
    and `Invalid` as `resolve_audience` does where a list has changed.
    """
    view = await find_broadcast(conn, broadcast_id, lock=True)
    if refusal := refusal_of_resume(view, actor, now):
        raise refusal
    if view.pause_reason == RESTORED and not after_restore:
        raise Conflict("broadcast.restored", fields=(await _since_backup(conn, view),))
    becomes = State.APPROVED if view.planned_at is None else State.SENDING
    confirmed = view.audience_confirmed
    if view.planned_at is None:
        (await readiness_of(conn, view.unit_id, now=now)).require_for_sending(view.urgency)
        await require_audience(conn, view, now=now)
        confirmed = await _confirmed(conn, actor, view, audience_count, now)
    resumed = await change_state(conn, broadcast_id, becomes, now=now, pause_reason=None, audience_confirmed=confirmed)
    if becomes == State.APPROVED:
        await put(conn, PlanBroadcast(unit_id=view.unit_id, broadcast_id=view.id), lane=view.lane, now=now)
    await note_event(conn, actor, view.subject, Action.BROADCAST_RESUMED, now, was=view.pause_reason, recipients=confirmed)
    return resumed


async def _since_backup(conn: AsyncConnection, view: BroadcastView) -> FieldError:
    open_ = text("SELECT sum(waiting + uncertain) FROM delivery_chunks WHERE broadcast_id = :broadcast")
    known = (await conn.execute(open_, {"broadcast": view.id})).scalar_one()
    deliveries = view.audience_count if known is None else known
    at = on_screen(view.restored_from) if view.restored_from else ""
    return FieldError("after_restore", "restored.since", {"at": at, "deliveries": int(deliveries or 0)})


def refusal_of_reopening(view: BroadcastView, now: datetime) -> LoaError | None:
    """Tells why nothing of it may wait again now."""
    if view.state not in (State.SENDING, State.PAUSED, State.COMPLETED):
        return not_allowed_in(view.state)
    return _refusal_of_late(view, now)


async def reopen(
    conn: AsyncConnection, broadcast_id: int, *, actor: Actor | None, quiet: QuietHours | None, now: datetime
) -> BroadcastView:
    """Sends a completed broadcast once more, of which some wait again; one being sent or paused stays as it is. For the acting
    unit.

    `actor` None: the system itself. `quiet`: hours whose end it waits for; what is under way was held when they began. Raises
    `NotFound("broadcast.unknown")`, `Conflict` with `broadcast.overdue` or, for one that is neither completed, being sent nor
    paused, `broadcast.not_allowed_in_state`.
    """
    view = await find_broadcast(conn, broadcast_id, lock=True)
    if refusal := refusal_of_reopening(view, now):
        raise refusal
    if view.state != State.COMPLETED:
        return view
    reopened = await change_state(
        conn, broadcast_id, State.SENDING, now=now, completed_at=None, waits_until=waits_until(view.urgency, None, quiet, now)
    )
    await note_event(conn, actor, view.subject, Action.BROADCAST_REOPENED, now)
    return reopened


def _refusal_of_late(view: BroadcastView, now: datetime) -> Conflict | None:
    """`Conflict("broadcast.overdue")`: nothing is sent late."""
    return Conflict("broadcast.overdue") if view.expires_at <= now else None


async def _confirmed(conn: AsyncConnection, actor: Actor, view: BroadcastView, said: int | None, now: datetime) -> int | None:
    if view.pause_reason != "broadcast.audience_grew":
        return view.audience_confirmed
    counts = await count_messages(conn, view, now=now)
    total = sum(counts.values())
    if not outgrown(view, total):
        return view.audience_confirmed
    if said is None or total > said * GROWTH:
        raise Conflict("broadcast.audience_grew", fields=(FieldError("audience_count", "audience.now", {"recipients": total}),))
    if view.written_by(actor.account_id):
        raise Forbidden("approval.by_author")
    return said
