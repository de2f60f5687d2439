"""Approval: freeze, sign, publish, mark and hand over, in one transaction. All of it happens, or none.

A record is therefore readable on the look-up page before its first message leaves; if signing fails, nothing was approved.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.actors import APPROVE_UNATTENDED, Actor
from service.audit import Action, note_event
from service.broadcasts.audiences.counting import require_audience
from service.broadcasts.digest import digest_of
from service.broadcasts.facts import facts_of
from service.broadcasts.foreseeing import refusal_of_times
from service.broadcasts.lifecycle import State, not_allowed_in
from service.broadcasts.queries import BroadcastView, find_broadcast
from service.broadcasts.texts.content_rules import RULES_VERSION
from service.broadcasts.texts.frames import Frame, load_frame
from service.broadcasts.texts.inspection import inspect, written_of
from service.broadcasts.timing import Carrying
from service.broadcasts.transitions import change_state
from service.clock import QuietHours
from service.errors import Conflict, Forbidden, LoaError
from service.keyring import signing_key
from service.outbox import PlanBroadcast, put
from service.readiness import readiness_of
from service.records import reserve_numbers, store_record
from service.rendering import LAYOUT_VERSION
from service.signing.lookup_numbers import LookupNumbers
from service.signing.records import Approval, Issuer, Record, sign


def refusal_of_approval(view: BroadcastView, actor: Actor, now: datetime, quiet: QuietHours | None) -> LoaError | None:
    """Tells why this person may not approve it now. Whether it is still what was submitted is looked at when it is approved."""
    if refusal := actor.refusal("broadcasts:approve"):
        return refusal
    if view.state != State.PENDING_APPROVAL:  # a paused one goes back to approved too, but by resuming it
        return not_allowed_in(view.state)
    if view.written_by(actor.account_id):
        return Forbidden("approval.by_author")
    # A second factor comes with sign-in; until then only a key that was given this scope in so many words may approve.
    if APPROVE_UNATTENDED not in actor.permissions:
        return Forbidden("approval.otp")
    return refusal_of_times(view, quiet, now)


async def approve(
    conn: AsyncConnection,
    actor: Actor,
    *,
    broadcast_id: int,
    digest: str,
    sender: str,
    master: MasterKey,
    numbers: LookupNumbers,
    now: datetime,
    providers: tuple[str, ...] = (),
    carrying: Carrying = Carrying(),  # noqa: B008 - frozen
) -> BroadcastView:
    """Approves exactly what was submitted, once: asked again by the same person for the same digest, it changes nothing;
    `providers`: those an SMS may go by. The transaction acts for the broadcast's unit and must commit for anything to be sent.

    Raises `Forbidden` with `auth.scope`, `approval.by_author` or `approval.otp`, `NotFound("broadcast.unknown")`, and
    `Conflict` with `broadcast.not_allowed_in_state`, `approval.digest_changed`, `unit.not_ready`, `broadcast.overdue` or
    `broadcast.expires_before_it_may_leave`; and `Invalid` as
    `resolve_audience` does where a list has changed since.
    """
    actor.require("broadcasts:approve")
    view = await find_broadcast(conn, broadcast_id, lock=True)
    if view.record_id is not None and (view.approved_by, view.digest) == (actor.account_id, digest):
        return view  # tapped twice: it is approved, by the same person and for the same words
    if refusal := refusal_of_approval(view, actor, now, carrying.quiet):
        raise refusal
    frame = await load_frame(conn, view.unit_id, sender=sender, providers=providers, digits=numbers.digits, now=now)
    # Both must hold: the approver saw what was submitted, and what was submitted is what would be signed now. The second fails
    # when the unit was renamed or the layout changed in between.
    if digest != view.digest or digest != digest_of(view, frame, audience_count=view.audience_count or 0):
        raise Conflict("approval.digest_changed")
    await require_audience(conn, view, now=now)
    (await readiness_of(conn, view.unit_id, now=now)).require_for_sending(view.urgency)

    record_id = uuid4()
    serial = await reserve_numbers(conn, 1, record_id, "public")
    key = await signing_key(conn, master, purpose="drill" if view.drill else "record", now=now)
    number = numbers.written(serial)
    record = _frozen(view, frame, record_id=record_id, public_number=number, approver=actor.account_id, now=now)
    jws = sign(record, key.kid, key.private)
    await store_record(conn, unit_id=view.unit_id, jws=jws, record=record, public_serial=serial)
    approved = await change_state(
        conn, broadcast_id, State.APPROVED, now=now, approved_by=actor.account_id, approved_at=now, record_id=record_id
    )
    await note_event(
        conn,
        actor,
        view.subject,
        Action.BROADCAST_APPROVED,
        now,
        digest=digest,
        record=str(record_id),
        kid=key.kid,
        recipients=view.audience_count or 0,
    )
    await put(conn, PlanBroadcast(unit_id=view.unit_id, broadcast_id=view.id), lane=view.lane, now=now)
    return approved


def _frozen(view: BroadcastView, frame: Frame, *, record_id: UUID, public_number: str, approver: int, now: datetime) -> Record:
    """The record: final texts, names as on the day, nothing that refers to what can change.
    Raises `Invalid` if a rule is broken.
    """
    written = written_of(view)
    inspected = inspect(written, frame, now=now)
    inspected.require_sendable()  # the rules may be stricter than on the day it was submitted
    return Record(
        id=record_id,
        kind=view.kind,
        urgency=view.urgency,
        issuer=Issuer(code=frame.unit.code, name=frame.unit.name),
        public_number=public_number,
        texts=inspected.variants,
        layout_version=str(LAYOUT_VERSION),
        facts=facts_of((text for _, text in written.texts.fields()), frame.card.phones),
        created_at=now,
        not_before=view.send_at or now,
        expires_at=view.expires_at,
        approvals=(Approval(role="approver", account_id=approver, at=now, digest=view.digest or ""),),
        rules_version=str(RULES_VERSION),
        purpose="drill" if view.drill else "record",
    )
