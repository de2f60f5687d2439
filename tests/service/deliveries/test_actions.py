"""What a person is offered is what they may do: no button stands for a refusal, and nothing that may be done lacks its button."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.actors import APPROVE_UNATTENDED, Actor
from service.audit import count_events
from service.broadcasts import BroadcastView, Carrying, approve, edit_draft, find_broadcast, return_broadcast, submit
from service.clock import LOCAL, QuietHours
from service.database import unit_transaction
from service.deliveries import (
    BroadcastAction,
    actions_of,
    cancel,
    pause,
    plan,
    progress_of,
    repeat_uncertain,
    resume,
    retry_failed,
)
from service.errors import LoaError
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_another, approve_broadcast

SENDER = "SGDDTDNAI"
UNAPPROVED = "record_id = NULL, approved_by = NULL, approved_at = NULL"
STATES = {
    "draft": ("unplanned", f"state = 'draft', {UNAPPROVED}"),
    "submitted": ("unplanned", f"state = 'pending_approval', {UNAPPROVED}"),
    "returned": ("unplanned", f"state = 'returned', {UNAPPROVED}"),
    "a cancelled draft": ("unplanned", f"state = 'cancelled', {UNAPPROVED}"),
    "approved": ("unplanned", "state = 'approved'"),
    "paused before it was planned": ("unplanned", "state = 'paused', pause_reason = 'unit.not_ready'"),
    "grown": ("unplanned", "state = 'paused', pause_reason = 'broadcast.audience_grew'"),
    "restored": ("unplanned", "state = 'paused', pause_reason = 'system.restored'"),
    "sending": ("planned", "state = 'sending'"),
    "paused": ("planned", "state = 'paused', pause_reason = 'broadcast.paused_by_person'"),
    "paused and restored": ("planned", "state = 'paused', pause_reason = 'system.restored'"),
    "completed": ("planned", "state = 'completed'"),
    "cancelled": ("planned", "state = 'cancelled'"),
}
ENDS = {"some failed and some in doubt": ("failed", "uncertain"), "nothing to repeat": ("accepted", "delivered")}


@dataclass(frozen=True)
class Moment:
    """When somebody looks, and the quiet hours they look in."""

    now: datetime
    quiet: QuietHours | None = None


class _TakenBackError(Exception):
    """Whatever was done in the transaction is not kept."""


@pytest.fixture
async def desk(engines: Engines, master: MasterKey) -> dict[str, Approved]:
    """Two approved warnings of a school, one of them planned."""
    planned = await approve_broadcast(engines, master)
    await plan(engines.worker, unit_id=planned.unit_id, broadcast_id=planned.broadcast_id, now=datetime.now(UTC))
    return {"planned": planned, "unplanned": await approve_another(planned, unit="nbk-thcs", urgency="urgent")}


def _persons(of: Approved) -> dict[str, Actor]:
    """Every role, and keys whose scopes are narrower or wider; the clerk wrote the warnings, the approver approved them."""
    roles = {role: of.world.actor("nbk-thcs", role) for role in ("clerk", "approver", "officer", "administrator")}
    unattended = {"broadcasts:read", "broadcasts:approve", APPROVE_UNATTENDED}

    def key(role: str, *scopes: str) -> Actor:
        return replace(roles[role], permissions=frozenset(scopes))

    return roles | {
        "approver's key": key("approver", *unattended),
        "officer's key": key("officer", *unattended),
        "author's key that approves": key("clerk", *unattended, "broadcasts:write"),
        "key that only writes": key("clerk", "broadcasts:write"),
        "key that only reads": key("clerk", "broadcasts:read"),
    }


def _moments(view: BroadcastView) -> dict[str, Moment]:
    """In time, too late, and in quiet hours that end after the warning does."""
    quiet = QuietHours(
        (view.expires_at - timedelta(hours=2)).astimezone(LOCAL).time(),
        (view.expires_at + timedelta(hours=1)).astimezone(LOCAL).time(),
    )
    return {
        "in time": Moment(view.expires_at - timedelta(hours=20)),
        "expired": Moment(view.expires_at + timedelta(seconds=1)),
        "quiet": Moment(view.expires_at - timedelta(hours=1), quiet),
    }


def _asked(
    of: Approved, view: BroadcastView, actor: Actor, at: Moment
) -> dict[BroadcastAction, Callable[[AsyncConnection], Awaitable[object]]]:
    """Each action, asked for with everything that a person could say to have it done."""
    id_, now, quiet, carrying = view.id, at.now, at.quiet, Carrying(at.quiet)
    better = {"title": "Tin khác", "expires_at": now + timedelta(days=9)}
    return {
        "edit": lambda c: edit_draft(c, actor, broadcast_id=id_, changes=better, now=now, carrying=carrying),
        "submit": lambda c: submit(c, actor, broadcast_id=id_, sender=SENDER, now=now, carrying=carrying),
        "return": lambda c: return_broadcast(c, actor, broadcast_id=id_, reason="Sai giờ", now=now),
        "approve": lambda c: approve(
            c,
            actor,
            broadcast_id=id_,
            digest=view.digest or "",
            sender=SENDER,
            master=of.master,
            numbers=of.numbers,
            now=now,
            carrying=carrying,
        ),
        "pause": lambda c: pause(c, actor, broadcast_id=id_, now=now),
        "resume": lambda c: resume(c, actor, broadcast_id=id_, audience_count=1000, after_restore=True, now=now),
        "cancel": lambda c: cancel(c, actor, broadcast_id=id_, reason=None, master=of.master, now=now),
        "retry-failed": lambda c: retry_failed(c, actor, broadcast_id=id_, quiet=quiet, now=now),
        "repeat-uncertain": lambda c: repeat_uncertain(
            c, actor, broadcast_id=id_, reason="may_come_twice", channel="email", quiet=quiet, now=now
        ),
    }


async def _does(of: Approved, action: Callable[[AsyncConnection], Awaitable[object]]) -> bool:
    """Whether it is done and leaves its mark; a second tap on what is done already is neither refused nor done."""
    done = False
    try:
        async with unit_transaction(of.engines.web, of.unit_id) as conn:
            before = await count_events(conn)
            await action(conn)
            done = await count_events(conn) > before
            raise _TakenBackError
    except (LoaError, _TakenBackError):
        return done


@pytest.mark.parametrize(
    ("state", "ended"),
    [(state, ended) for state, (which, _) in STATES.items() for ended in (ENDS if which == "planned" else list(ENDS)[:1])],
)
async def test_an_action_is_offered_exactly_where_it_would_be_done(desk: dict[str, Approved], state: str, ended: str) -> None:
    which, columns = STATES[state]
    of = desk[which]
    sms, email = ENDS[ended]
    await of.run(
        "UPDATE deliveries SET state = CASE channel WHEN 'sms' THEN :sms ELSE :email END", sms="calling", email="calling"
    )
    await of.run("UPDATE deliveries SET state = CASE channel WHEN 'sms' THEN :sms ELSE :email END", sms=sms, email=email)
    await of.run(f"UPDATE broadcasts SET {columns} WHERE id = :id", id=of.broadcast_id)
    async with unit_transaction(of.engines.web, of.unit_id) as conn:
        view = await find_broadcast(conn, of.broadcast_id)
        progress = await progress_of(conn, of.broadcast_id, now=view.expires_at)
    offered: dict[tuple[str, str], list[str]] = {}
    done: dict[tuple[str, str], list[str]] = {}
    for when, at in _moments(view).items():
        for who, actor in _persons(of).items():
            offered[when, who] = list(actions_of(view, actor, progress, now=at.now, quiet=at.quiet))
            asked = _asked(of, view, actor, at)
            done[when, who] = [name for name, action in asked.items() if await _does(of, action)]
    assert offered == done
