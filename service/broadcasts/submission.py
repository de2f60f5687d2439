"""Asking for approval: the texts are held to the rules, the audience is counted,
and a digest binds what was seen to what is sent.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.audit import Action, note_event
from service.broadcasts.audiences.chosen import SENDABLE
from service.broadcasts.audiences.counting import count_messages
from service.broadcasts.digest import digest_of
from service.broadcasts.foreseeing import refusal_of_times, require_pace, work_of
from service.broadcasts.lifecycle import State, refusal_of_transition
from service.broadcasts.queries import BroadcastView, find_broadcast
from service.broadcasts.texts.frames import load_frame
from service.broadcasts.texts.inspection import inspect, written_of
from service.broadcasts.timing import Carrying
from service.broadcasts.transitions import change_state
from service.clock import QuietHours
from service.errors import Conflict, FieldError, LoaError
from service.readiness import readiness_of


def refusal_of_submission(view: BroadcastView, actor: Actor, now: datetime, quiet: QuietHours | None) -> LoaError | None:
    """Tells why this person may not submit it now. The unit, the texts and the audience are looked at when it is submitted."""
    return (
        actor.refusal("broadcasts:write")
        or refusal_of_transition(view.state, State.PENDING_APPROVAL)
        or refusal_of_times(view, quiet, now)
    )


async def submit(
    conn: AsyncConnection,
    actor: Actor,
    *,
    broadcast_id: int,
    sender: str,
    now: datetime,
    providers: tuple[str, ...] = (),
    digits: int = 12,
    carrying: Carrying = Carrying(),  # noqa: B008 - frozen
) -> BroadcastView:
    """Puts a draft before an approver; `providers`: those an SMS may go by; `digits`: a look-up number's; `carrying`: when
    its messages may leave and how fast.

    The transaction acts for the broadcast's unit.

    Raises `Forbidden("auth.scope")`, `NotFound("broadcast.unknown")`, `Conflict` with `broadcast.not_allowed_in_state`,
    `unit.not_ready`, `broadcast.overdue`, `broadcast.audience_empty` or what else is wrong with its times, and `Invalid` with the
    code of the first content rule that is broken.
    """
    view = await find_broadcast(conn, broadcast_id, lock=True)
    if refusal := refusal_of_submission(view, actor, now, carrying.quiet):
        raise refusal
    (await readiness_of(conn, view.unit_id, now=now)).require_for_sending(view.urgency)
    frame = await load_frame(conn, view.unit_id, sender=sender, providers=providers, digits=digits, now=now)
    inspect(written_of(view), frame, now=now).require_sendable()
    counts = await count_messages(conn, view, now=now)
    total = sum(counts.values())
    if total == 0 and set(view.channels) & set(SENDABLE):
        raise Conflict("broadcast.audience_empty", fields=(FieldError("drill", "drill.nobody"),) if view.drill else ())
    require_pace(view, carrying, work_of(view, counts, sender=sender, digits=digits), now)
    submitted = await change_state(
        conn,
        broadcast_id,
        State.PENDING_APPROVAL,
        now=now,
        digest=digest_of(view, frame, audience_count=total),
        audience_count=total,
        submitted_by=actor.account_id,
        submitted_at=now,
        return_reason=None,
    )
    await note_event(conn, actor, view.subject, Action.BROADCAST_SUBMITTED, now, version=view.version, recipients=counts)
    return submitted
