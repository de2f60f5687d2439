"""Stopping, resuming, cancelling and trying again: what is counted is true, and nothing is lost or doubled by it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey
from service.actors import APPROVE_UNATTENDED, Actor
from service.broadcasts import BroadcastView, approve, find_broadcast
from service.database import unit_transaction
from service.deliveries import cancel, pause, plan, progress_of, reopen, repeat_uncertain, resume, retry_failed
from service.deliveries.rounds.claiming import Becomes, Result, commit_round
from service.deliveries.rounds.claims import Claimed, claim
from service.deliveries.rounds.sweeping import close_finished, drop_waiting, end_overdue, reopen_unfinished
from service.errors import Conflict, Forbidden, LoaError, NotFound
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.direct import direct
from tests.factories.parents import add_parents
from tests.factories.waiting import somebody_waits

T = TypeVar("T")


@pytest.fixture
async def approved(engines: Engines, master: MasterKey) -> Approved:
    """Three numbers and two addresses of a school, approved."""
    return await approve_broadcast(engines, master)


@pytest.fixture
async def sending(approved: Approved) -> Approved:
    """The same, planned."""
    await _plan(approved)
    return approved


def _now() -> datetime:
    return datetime.now(UTC)


async def _plan(of: Approved) -> None:
    await plan(of.engines.worker, unit_id=of.unit_id, broadcast_id=of.broadcast_id, now=_now())


async def _by(of: Approved, deed: Callable[[AsyncConnection, Actor], Awaitable[T]], role: str = "approver") -> T:
    async with unit_transaction(of.engines.web, of.unit_id) as conn:
        return await deed(conn, of.world.actor("nbk-thcs", role))


async def _pause(of: Approved, role: str = "approver") -> BroadcastView:
    return await _by(of, lambda conn, actor: pause(conn, actor, broadcast_id=of.broadcast_id, now=_now()), role)


async def _resume(of: Approved, role: str = "approver", audience_count: int | None = None) -> BroadcastView:
    return await _by(
        of,
        lambda conn, actor: resume(conn, actor, broadcast_id=of.broadcast_id, audience_count=audience_count, now=_now()),
        role,
    )


async def _cancel(of: Approved, role: str = "approver") -> BroadcastView:
    return await _by(
        of,
        lambda conn, actor: cancel(conn, actor, broadcast_id=of.broadcast_id, reason=" Nhầm ", master=of.master, now=_now()),
        role,
    )


async def _refused(deed: Awaitable[object], error: type[LoaError], code: str) -> LoaError:
    with pytest.raises(error) as refused:
        await deed
    assert refused.value.code == code
    return refused.value


async def _call(of: Approved, becomes: Becomes | None, chunk: int = 0) -> Claimed:
    """A worker that has the chunk calls all of it, and this comes of it (None: not yet known)."""
    worker = uuid4()
    await of.run("SELECT door_heartbeat(:worker, 'urgent', now())", worker=worker)
    async with direct(of.engines.worker) as conn:
        claimed = await claim(conn, unit_id=of.unit_id, broadcast_id=of.broadcast_id, chunk=chunk, worker=worker)
        assert claimed is not None
        numbers = [each.number for each in claimed.deliveries]
        marked = await commit_round(conn, claimed, worker=worker, now=_now(), call=numbers)
        if becomes:
            results = [Result(n, a, becomes, reason="x") for n, a in marked.attempts.items()]
            await commit_round(conn, claimed, worker=worker, now=_now(), results=results)
    await of.run("UPDATE delivery_chunks SET holder = NULL, lease_until = NULL")
    return claimed


async def _drop(of: Approved) -> int:
    async with direct(of.engines.worker) as conn:
        return await drop_waiting(conn, 20)


async def _actions(of: Approved) -> list[str]:
    return [row.action for row in await of.rows("SELECT action FROM audit_events ORDER BY id")]


async def test_a_paused_warning_goes_on_where_it_was(sending: Approved) -> None:
    assert ((await _pause(sending)).state, await _claimable(sending)) == ("paused", False)
    resumed = await _resume(sending, "officer")
    assert (resumed.state, resumed.pause_reason, await _claimable(sending)) == ("sending", None, True)
    assert (await _actions(sending))[-2:] == ["broadcast.paused", "broadcast.resumed"]


async def _claimable(of: Approved) -> bool:
    async with direct(of.engines.worker) as conn:
        return await claim(conn, unit_id=of.unit_id, broadcast_id=of.broadcast_id, chunk=1, worker=uuid4()) is not None


async def test_a_warning_paused_before_it_was_planned_is_planned_after_it_is_resumed(approved: Approved) -> None:
    await _pause(approved)
    await _plan(approved)
    assert await approved.states() == {}
    before = len(await approved.rows("SELECT FROM outbox"))
    assert (await _resume(approved)).state == "approved"
    assert len(await approved.rows("SELECT FROM outbox")) == before + 1, "planning is asked for again"
    await _plan(approved)
    assert await approved.states() == {"waiting": 5}


@pytest.mark.parametrize("deed", [_pause, _resume, _cancel])
async def test_a_clerk_stops_and_resumes_nothing(sending: Approved, deed: Callable[..., Awaitable[object]]) -> None:
    await _refused(deed(sending, "clerk"), Forbidden, "auth.scope")


async def test_what_the_state_does_not_allow_is_refused(sending: Approved) -> None:
    await _refused(_resume(sending), Conflict, "broadcast.not_allowed_in_state")
    await _pause(sending)
    await _refused(_pause(sending), Conflict, "broadcast.not_allowed_in_state")
    await _cancel(sending)
    for deed in (_pause, _resume, _cancel):
        await _refused(deed(sending), Conflict, "broadcast.not_allowed_in_state")


async def test_a_paused_warning_is_not_approved_a_second_time(sending: Approved) -> None:
    """It would get another record and be planned anew: everybody would be written to twice."""
    paused = await _pause(sending)
    another = replace(
        sending.world.actor("nbk-thcs", "officer"), permissions=frozenset({"broadcasts:approve", APPROVE_UNATTENDED})
    )
    approval = _by(
        sending,
        lambda conn, _: approve(
            conn,
            another,
            broadcast_id=sending.broadcast_id,
            digest=paused.digest or "",
            sender="SGDDTDNAI",
            master=sending.master,
            numbers=sending.numbers,
            now=_now(),
        ),
    )
    await _refused(approval, Conflict, "broadcast.not_allowed_in_state")
    assert (await sending.rows("SELECT count(*) AS n FROM records"))[0].n == 1


async def test_a_stop_waits_for_whoever_marks_and_counts_what_they_marked(sending: Approved) -> None:
    """Without the gate the stop would say that all five are unsent while three are being called."""
    worker = uuid4()
    await sending.run("SELECT door_heartbeat(:worker, 'urgent', now())", worker=worker)
    async with direct(sending.engines.worker) as conn:
        claimed = await claim(conn, unit_id=sending.unit_id, broadcast_id=sending.broadcast_id, chunk=0, worker=worker)
    assert claimed is not None

    async def stop(conn: AsyncConnection, actor: Actor) -> tuple[int, int]:
        await pause(conn, actor, broadcast_id=sending.broadcast_id, now=_now())
        counted = await progress_of(conn, sending.broadcast_id, now=_now())
        return counted.sending, counted.waiting

    async with direct(sending.engines.worker) as conn, conn.transaction():
        await commit_round(conn, claimed, worker=worker, now=_now(), call=[each.number for each in claimed.deliveries])
        stopping = asyncio.create_task(_by(sending, stop))
        await somebody_waits(sending.engines.owner)
        assert not stopping.done()
    assert await stopping == (3, 2)


async def test_pausing_and_resuming_twenty_times_loses_and_doubles_nothing(sending: Approved) -> None:
    for _ in range(20):
        await _pause(sending)
        await _resume(sending)
    await _call(sending, "accepted")
    await _call(sending, "accepted", chunk=1)
    assert await sending.states() == {"accepted": 5}
    assert {row.attempt for row in await sending.rows("SELECT attempt FROM deliveries")} == {1}


async def test_an_audience_that_grew_waits_for_an_approver_to_say_yes_to_its_number(
    approved: Approved, engines: Engines, master: MasterKey
) -> None:
    await add_parents(engines.owner, master, approved.unit_id, phones=2, first=500)
    await _plan(approved)
    await _refused(_resume(approved), Conflict, "broadcast.audience_grew")
    asked = await _refused(_resume(approved, audience_count=6), Conflict, "broadcast.audience_grew")
    assert [(each.field, each.values) for each in asked.fields] == [("audience_count", {"recipients": 7})]
    resumed = await _resume(approved, audience_count=7)
    assert (resumed.state, resumed.audience_count, resumed.audience_confirmed) == ("approved", 5, 7)
    await _plan(approved)
    assert await approved.states() == {"waiting": 7}


async def test_an_author_does_not_say_yes_to_a_grown_audience(approved: Approved, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, approved.unit_id, phones=2, first=500)
    await _plan(approved)
    approver = approved.world.actor("nbk-thcs", "approver").account_id
    await approved.run("UPDATE broadcasts SET editor_ids = ARRAY[CAST(:who AS bigint)]", who=approver)
    await _refused(_resume(approved, audience_count=7), Forbidden, "approval.by_author")
    assert (await _resume(approved, "officer", audience_count=7)).state == "approved"


async def test_an_audience_that_shrank_again_needs_no_word(approved: Approved, engines: Engines, master: MasterKey) -> None:
    await add_parents(engines.owner, master, approved.unit_id, phones=2, first=500)
    await _plan(approved)
    await approved.run("DELETE FROM contact_points WHERE id IN (SELECT id FROM contact_points ORDER BY id DESC LIMIT 2)")
    assert (await _resume(approved)).audience_confirmed is None


async def test_what_is_overdue_is_not_resumed_and_says_so(sending: Approved) -> None:
    await _pause(sending)
    await sending.run("UPDATE broadcasts SET expires_at = now()")
    await _refused(_resume(sending), Conflict, "broadcast.overdue")
    await end_overdue(sending.engines.worker, now=_now())
    (row,) = await sending.rows("SELECT state, pause_reason FROM broadcasts")
    assert (row.state, row.pause_reason) == ("cancelled", "broadcast.overdue")
    assert await _drop(sending) == 5
    assert {row.reason for row in await sending.rows("SELECT reason FROM deliveries")} == {"broadcast.overdue"}


async def test_what_expires_while_it_is_sent_is_not_sent_late(sending: Approved) -> None:
    await sending.run("UPDATE broadcasts SET expires_at = now()")
    await sending.run("UPDATE delivery_chunks SET not_before = now() + interval '1 hour'")
    assert await _drop(sending) == 5
    await close_finished(sending.engines.worker, now=_now())
    (row,) = await sending.rows("SELECT state FROM broadcasts")
    assert (row.state, await sending.states()) == ("completed", {"not_sent": 5})


async def test_cancelling_ends_what_waits_and_lets_what_is_called_end_as_it_ends(sending: Approved) -> None:
    claimed = await _call(sending, None)
    cancelled = await _cancel(sending)
    assert (cancelled.state, cancelled.cancel_reason) == ("cancelled", "Nhầm")
    assert (await _drop(sending), await _drop(sending)) == (2, 0)
    assert await sending.states() == {"calling": 3, "not_sent": 2}
    yes, no, later = (each.number for each in claimed.deliveries)
    async with direct(sending.engines.worker) as conn:
        results = [Result(yes, 1, "accepted"), Result(no, 1, "failed", reason="21211"), Result(later, 1, "waiting")]
        await commit_round(conn, claimed, worker=uuid4(), now=_now(), results=results)
    assert await _drop(sending) == 1, "it is not tried again"
    assert await sending.states() == {"accepted": 1, "failed": 1, "not_sent": 3}
    assert {r.reason for r in await sending.rows("SELECT reason FROM deliveries WHERE state = 'not_sent'")} == {
        "broadcast.cancelled"
    }


async def test_nothing_is_dropped_of_what_is_being_sent_or_paused(sending: Approved) -> None:
    assert await _drop(sending) == 0
    await _pause(sending)
    assert await _drop(sending) == 0


async def test_what_comes_back_to_wait_after_the_end_is_sent_all_the_same(sending: Approved) -> None:
    """By a worker that was taken for dead: it knows that the emails in doubt were not taken.
    An email in doubt keeps nothing open.
    """
    await _call(sending, "accepted")
    claimed = await _call(sending, "uncertain", chunk=1)
    await close_finished(sending.engines.worker, now=_now())
    assert await reopen_unfinished(sending.engines.worker, now=_now()) == 0

    results = [Result(each.number, 1, "waiting") for each in claimed.deliveries]
    async with direct(sending.engines.worker) as conn:
        await commit_round(conn, claimed, worker=uuid4(), now=_now(), results=results)
    assert await reopen_unfinished(sending.engines.worker, now=_now()) == 1
    (row,) = await sending.rows("SELECT state, completed_at FROM broadcasts")
    assert (row.state, row.completed_at) == ("sending", None)
    await _call(sending, "accepted", chunk=1)
    await close_finished(sending.engines.worker, now=_now())
    assert await sending.states() == {"accepted": 5}
    assert (await _actions(sending))[-3:] == ["broadcast.completed", "broadcast.reopened", "broadcast.completed"]


async def test_only_what_failed_is_tried_again_and_the_warning_is_open_until_then(sending: Approved) -> None:
    await _call(sending, "failed")
    await _call(sending, "accepted", chunk=1)
    await close_finished(sending.engines.worker, now=_now())

    async def retry(conn: AsyncConnection, actor: Actor) -> int:
        return await retry_failed(conn, actor, broadcast_id=sending.broadcast_id, now=_now())

    assert await _by(sending, retry) == 3
    (row,) = await sending.rows("SELECT state, completed_at FROM broadcasts")
    assert (row.state, row.completed_at, await sending.states()) == ("sending", None, {"waiting": 3, "accepted": 2})
    await _refused(_by(sending, retry), Conflict, "broadcast.nothing_to_repeat")
    await _call(sending, "accepted")
    await close_finished(sending.engines.worker, now=_now())
    assert await sending.states() == {"accepted": 5}
    assert (await _actions(sending))[-4:] == [
        "broadcast.completed",
        "broadcast.reopened",
        "broadcast.failed_retried",
        "broadcast.completed",
    ]


async def test_a_dead_number_is_not_written_to_again_by_a_retry_and_keeps_its_reason(sending: Approved) -> None:
    worker = uuid4()
    called = await _call(sending, None)
    dead, *others = (each.number for each in called.deliveries)
    results = [
        Result(dead, 1, "failed", reason="twilio.21211", fault="dead_address"),
        *(Result(n, 1, "failed", reason="twilio.30008") for n in others),
    ]
    async with direct(sending.engines.worker) as conn:
        await commit_round(conn, called, worker=worker, now=_now(), results=results)

    def retry() -> Awaitable[int]:
        return _by(sending, lambda conn, actor: retry_failed(conn, actor, broadcast_id=sending.broadcast_id, now=_now()))

    assert await retry() == 2
    (row,) = await sending.rows("SELECT state, reason FROM deliveries WHERE number = :n", n=dead)
    assert tuple(row) == ("failed", "twilio.21211")
    await sending.run("DELETE FROM suppressions")  # the school asked: it is the right one
    assert await retry() == 1


async def test_what_is_in_doubt_is_repeated_by_a_person_one_or_a_channel_at_a_time(sending: Approved) -> None:
    await _call(sending, "uncertain", chunk=1)
    numbers = [row.number for row in await sending.rows("SELECT number FROM deliveries WHERE channel = 'email' ORDER BY number")]

    async def repeat(conn: AsyncConnection, actor: Actor, **which: object) -> int:
        return await repeat_uncertain(
            conn,
            actor,
            broadcast_id=sending.broadcast_id,
            reason="not_received",
            now=_now(),
            **which,  # type: ignore[arg-type]
        )

    with pytest.raises(Forbidden):
        await _by(sending, lambda conn, actor: repeat(conn, actor, number=numbers[0]), "clerk")
    assert await _by(sending, lambda conn, actor: repeat(conn, actor, number=numbers[0])) == 1
    waits = await sending.rows("SELECT number FROM deliveries WHERE state = 'waiting' AND channel = 'email'")
    assert [row.number for row in waits] == [numbers[0]]
    await _refused(_by(sending, lambda conn, actor: repeat(conn, actor, number=numbers[0])), NotFound, "delivery.unknown")
    assert await _by(sending, lambda conn, actor: repeat(conn, actor, channel="email")) == 1
    assert await sending.states() == {"waiting": 5}
    (told,) = await sending.rows("SELECT details FROM audit_events ORDER BY id DESC LIMIT 1")
    assert told.details["reason"] == "not_received"


async def test_another_school_repeats_nothing(sending: Approved) -> None:
    await _call(sending, "failed")
    other = replace(sending, unit_id=sending.world.units["lqd-th"])
    with pytest.raises(NotFound):
        await _by(other, lambda conn, actor: retry_failed(conn, actor, broadcast_id=sending.broadcast_id, now=_now()))
    async with unit_transaction(sending.engines.web, other.unit_id) as conn:
        again = await conn.exec_driver_sql(f"SELECT door_wait_again({sending.broadcast_id}, 'failed', NULL, NULL)")
        assert again.scalar_one() == 0


async def test_a_late_failure_opens_a_completed_warning_but_not_a_cancelled_or_expired_one(sending: Approved) -> None:
    async def late() -> str:
        async with unit_transaction(sending.engines.worker, sending.unit_id) as conn:
            await reopen(conn, sending.broadcast_id, actor=None, quiet=None, now=_now())
            return (await find_broadcast(conn, sending.broadcast_id)).state

    await sending.run("UPDATE broadcasts SET state = 'completed'")
    assert await late() == "sending"
    await sending.run("UPDATE broadcasts SET state = 'cancelled'")
    await _refused(late(), Conflict, "broadcast.not_allowed_in_state")
    await sending.run("UPDATE broadcasts SET state = 'completed', expires_at = :past", past=_now() - timedelta(seconds=1))
    await _refused(late(), Conflict, "broadcast.overdue")
