"""Giving a warning back to its author, with one reason."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.audit import Action, note_event
from service.broadcasts.lifecycle import State, refusal_of_transition
from service.broadcasts.queries import BroadcastView, find_broadcast
from service.broadcasts.texts.slots import LONGEST
from service.broadcasts.transitions import change_state
from service.errors import FieldError, Invalid, LoaError
from service.text_rules import one_line


def refusal_of_return(view: BroadcastView, actor: Actor) -> LoaError | None:
    """Tells why this person may not give it back now."""
    return actor.refusal("broadcasts:approve") or refusal_of_transition(view.state, State.RETURNED)


async def return_broadcast(
    conn: AsyncConnection, actor: Actor, *, broadcast_id: int, reason: str, now: datetime
) -> BroadcastView:
    """Gives a broadcast back to its author. What was submitted is void: to be approved, it must be submitted again.

    Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`, `Conflict("broadcast.not_allowed_in_state")`,
    `NotFound("broadcast.unknown")`.
    """
    was = await find_broadcast(conn, broadcast_id, lock=True)
    if refusal := refusal_of_return(was, actor):
        raise refusal
    reason = one_line(reason)
    if not 1 <= len(reason) <= LONGEST["reason"]:
        code = "field.too_long" if reason else "field.too_short"
        raise Invalid("request.invalid", fields=(FieldError("reason", code, {"most": LONGEST["reason"]}),))
    view = await change_state(conn, broadcast_id, State.RETURNED, now=now, digest=None, return_reason=reason)
    await note_event(conn, actor, view.subject, Action.BROADCAST_RETURNED, now, version=view.version)
    return view
