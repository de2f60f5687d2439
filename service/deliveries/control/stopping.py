"""Stopping a warning: pausing it, and cancelling it for good.

What stands afterwards is true: the gate is shut, so counts taken in the same transaction (`service.deliveries.progress_of`) are
of what has left, what is in a provider's hands and what will not leave. Workers look at the state before every group they call.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.audit import Action, note_event
from service.broadcasts import LONGEST, BroadcastView, State, change_state, find_broadcast, refusal_of_transition
from service.deliveries.control.gate import shut_the_gate
from service.errors import FieldError, Invalid, LoaError
from service.keyring import signing_key
from service.records import store_revocation
from service.signing.public_keys import Purpose
from service.signing.revocations import Revocation, sign_revocation
from service.text_rules import one_line

PAUSED_BY_PERSON = "broadcast.paused_by_person"
_UNDER_WAY = {State.APPROVED, State.SENDING}


def refusal_of_pause(view: BroadcastView, actor: Actor) -> LoaError | None:
    """Tells why this person may not pause it now."""
    return actor.refusal("broadcasts:approve") or refusal_of_transition(view.state, State.PAUSED)


async def pause(conn: AsyncConnection, actor: Actor, *, broadcast_id: int, now: datetime) -> BroadcastView:
    """Stops a broadcast: nothing more leaves until somebody resumes it. The transaction acts for its unit.

    Raises `Forbidden("auth.scope")`, `NotFound("broadcast.unknown")`, `Conflict("broadcast.not_allowed_in_state")`.
    """
    if refusal := refusal_of_pause(await find_broadcast(conn, broadcast_id, lock=True), actor):
        raise refusal
    view = await change_state(conn, broadcast_id, State.PAUSED, now=now, pause_reason=PAUSED_BY_PERSON)
    await shut_the_gate(conn, broadcast_id)
    await note_event(conn, actor, view.subject, Action.BROADCAST_PAUSED, now)
    return view


async def pause_by_system(conn: AsyncConnection, broadcast_id: int, *, reason: str, now: datetime) -> bool:
    """Pauses a broadcast that cannot go on by itself: better than trying it for ever. Returns whether it was under way.

    `reason`: a code, which a person sees as a sentence. The transaction acts for the broadcast's unit.
    """
    view = await find_broadcast(conn, broadcast_id, lock=True)
    if view.state not in _UNDER_WAY:
        return False
    await change_state(conn, broadcast_id, State.PAUSED, now=now, pause_reason=reason)
    await note_event(conn, None, view.subject, Action.BROADCAST_PAUSED, now, reason=reason)
    return True


def refusal_of_cancel(view: BroadcastView, actor: Actor) -> LoaError | None:
    """Tells why this person may not cancel it now: a draft is a writer's to cancel, an approved warning an approver's."""
    return (
        actor.refusal("broadcasts:read")
        or actor.refusal("broadcasts:write" if view.record_id is None else "broadcasts:approve")
        or refusal_of_transition(view.state, State.CANCELLED)
    )


async def cancel(
    conn: AsyncConnection, actor: Actor, *, broadcast_id: int, reason: str | None, master: MasterKey, now: datetime
) -> BroadcastView:
    """Ends it for good: what waits is not sent (the workers settle it within seconds), what is being called ends as it ends.

    Its record is revoked: whoever looks it up is told that it no longer stands, whether or not some of it had left.
    A draft is cancelled by whoever may write one, an approved warning by whoever may approve one. `reason`: for colleagues to
    read. Raises `Forbidden("auth.scope")`, `Invalid("request.invalid")`, `NotFound("broadcast.unknown")`,
    `Conflict("broadcast.not_allowed_in_state")`, `Unavailable("signing.no_key")`.
    """
    was = await find_broadcast(conn, broadcast_id, lock=True)
    if refusal := refusal_of_cancel(was, actor):
        raise refusal
    reason = one_line(reason or "") or None
    if reason and len(reason) > LONGEST["reason"]:
        raise Invalid("request.invalid", fields=(FieldError("reason", "field.too_long", {"most": LONGEST["reason"]}),))
    view = await change_state(
        conn, broadcast_id, State.CANCELLED, now=now, pause_reason=None, cancel_reason=reason, completed_at=now
    )
    await shut_the_gate(conn, broadcast_id)
    if view.record_id is not None:
        await _revoke(conn, view, view.record_id, master, now)
    await note_event(conn, actor, view.subject, Action.BROADCAST_CANCELLED, now, was=was.state)
    return view


async def _revoke(conn: AsyncConnection, view: BroadcastView, record_id: UUID, master: MasterKey, now: datetime) -> None:
    """The gate is shut: what has not begun to leave by now never will."""
    begun = (
        "SELECT EXISTS"
        " (SELECT FROM delivery_chunks WHERE broadcast_id = :id AND calling + accepted + delivered + failed + uncertain > 0)"
    )
    left = (await conn.execute(text(begun), {"id": view.id})).scalar_one()
    purpose: Purpose = "drill" if view.drill else "record"
    key = await signing_key(conn, master, purpose=purpose, now=now)
    revocation = Revocation(record_id, now, "cancelled" if left else "cancelled_unsent", purpose)
    jws = sign_revocation(revocation, key.kid, key.private)
    await store_revocation(conn, unit_id=view.unit_id, record_id=record_id, jws=jws)
