"""What has a time of its own, or meets quiet hours, waits: planned ahead, claimed by nobody, asked for by nobody."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from contact_registry.sealing import MasterKey
from service.broadcasts import find_broadcast, waiting_of
from service.clock import LOCAL, QuietHours
from service.database import unit_transaction
from service.deliveries import plan, retry_failed
from service.deliveries.rounds.claims import claim
from service.deliveries.rounds.sweeping import close_finished, keep_quiet, lost_work, reopen_unfinished
from service.deliveries.rounds.turns import next_chunks
from service.outbox import PlanBroadcast
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.direct import direct
from tests.factories.quiet import quiet_now


async def _plan(of: Approved, quiet: QuietHours | None = None) -> int:
    return await plan(of.engines.worker, unit_id=of.unit_id, broadcast_id=of.broadcast_id, quiet=quiet, now=datetime.now(UTC))


async def _claimed(of: Approved, chunk: int = 0) -> bool:
    async with direct(of.engines.worker) as conn:
        return await claim(conn, unit_id=of.unit_id, broadcast_id=of.broadcast_id, chunk=chunk, worker=uuid4()) is not None


async def _asked_for(of: Approved) -> int:
    await of.run("SELECT door_heartbeat(gen_random_uuid(), 'urgent', now())")
    async with direct(of.engines.worker) as conn:
        return len(await next_chunks(conn, "urgent"))


async def _sweep_at_night(of: Approved, quiet: QuietHours) -> None:
    async with direct(of.engines.worker) as conn:
        await keep_quiet(conn, quiet.end_after(datetime.now(UTC)))


async def test_a_scheduled_warning_is_planned_ahead_and_waits_for_its_second(approved: Approved) -> None:
    send_at = datetime.now(UTC) + timedelta(seconds=90)
    await approved.run("UPDATE broadcasts SET send_at = :at", at=send_at)
    async with direct(approved.engines.worker) as conn:
        assert PlanBroadcast(approved.unit_id, approved.broadcast_id) in [command for command, _ in await lost_work(conn)]
    assert await _plan(approved) == 2
    await approved.run("UPDATE delivery_chunks SET nudged_at = NULL")
    assert (await _claimed(approved), await _asked_for(approved)) == (False, 0)
    await approved.run("UPDATE broadcasts SET send_at = now(), waits_until = now()")
    assert not await _claimed(approved), "its chunks wait, too"
    await approved.run("UPDATE delivery_chunks SET not_before = now()")
    assert await _asked_for(approved) == 2
    assert await _claimed(approved)


@pytest.mark.parametrize(("urgency", "waits"), [("emergency", False), ("urgent", True), ("advisory", True)])
async def test_only_an_emergency_goes_out_in_quiet_hours(
    engines: Engines,
    master: MasterKey,
    urgency: str,
    waits: bool,  # noqa: FBT001
) -> None:
    approved = await approve_broadcast(engines, master, urgency=urgency)
    quiet = quiet_now()
    await _plan(approved, quiet)
    assert await _claimed(approved) is not waits
    async with unit_transaction(engines.worker, approved.unit_id) as conn:
        view = await find_broadcast(conn, approved.broadcast_id)
    told = waiting_of(view, quiet, datetime.now(UTC))
    assert told == ((quiet.end_after(datetime.now(UTC)), "quiet_hours") if waits else None)


async def test_quiet_hours_that_begin_hold_what_is_under_way_and_let_it_go_when_they_end(planned: Approved) -> None:
    await planned.run("UPDATE delivery_chunks SET nudged_at = NULL")
    await _sweep_at_night(planned, quiet_now())
    assert (await _asked_for(planned), await _claimed(planned)) == (0, False)
    await planned.run("UPDATE broadcasts SET waits_until = now()")
    await planned.run("UPDATE delivery_chunks SET not_before = now()")
    assert await _asked_for(planned) == 2
    assert await _claimed(planned)


async def test_what_comes_home_in_quiet_hours_is_not_asked_for_every_few_seconds(planned: Approved) -> None:
    await _sweep_at_night(planned, quiet_now())
    await planned.run("UPDATE delivery_chunks SET not_before = NULL, nudged_at = NULL")
    await _sweep_at_night(planned, quiet_now())
    assert await _asked_for(planned) == 0


async def test_an_emergency_under_way_is_not_held(engines: Engines, master: MasterKey) -> None:
    approved = await approve_broadcast(engines, master, urgency="emergency")
    await _plan(approved)
    await _sweep_at_night(approved, quiet_now())
    assert await _claimed(approved)


async def test_a_time_that_falls_into_quiet_hours_waits_for_their_end(approved: Approved) -> None:
    send_at = datetime.now(UTC) + timedelta(seconds=60)
    local = send_at.astimezone(LOCAL)
    begins, ends = (local - timedelta(seconds=30)).time(), (local + timedelta(hours=1)).time()
    quiet = QuietHours(begins.replace(microsecond=0), ends.replace(microsecond=0))
    await approved.run("UPDATE broadcasts SET send_at = :at", at=send_at)
    await _plan(approved, quiet)
    (row,) = await approved.rows("SELECT waits_until FROM broadcasts")
    assert row.waits_until == quiet.end_after(send_at)


@pytest.mark.parametrize("who", ["a person", "the sweeper"])
async def test_what_is_sent_once_more_at_night_waits_for_the_morning(planned: Approved, who: str) -> None:
    await planned.run("UPDATE deliveries SET state = 'calling', attempt = 1")
    await planned.run("UPDATE deliveries SET state = 'failed', reason = 'twilio.30008'")
    await close_finished(planned.engines.worker, now=datetime.now(UTC))
    quiet, now = quiet_now(), datetime.now(UTC)
    if who == "a person":
        async with unit_transaction(planned.engines.web, planned.unit_id) as conn:
            approver = planned.world.actor("nbk-thcs", "approver")
            assert await retry_failed(conn, approver, broadcast_id=planned.broadcast_id, quiet=quiet, now=now) == 5
    else:
        await planned.run("UPDATE deliveries SET state = 'waiting'")
        assert await reopen_unfinished(planned.engines.worker, quiet=quiet, now=now) == 1
    (row,) = await planned.rows("SELECT state, waits_until FROM broadcasts")
    assert (row.state, row.waits_until, await _claimed(planned)) == ("sending", quiet.end_after(now), False)
