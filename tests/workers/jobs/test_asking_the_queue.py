"""A worker asks the queue about a job once, and again after a while: whose worker died is not forgotten."""

import pytest
from redis.asyncio import Redis

from service.outbox import PlanBroadcast
from service.outbox.queue import queue_name
from tests.workers.jobs.conftest import Bench
from workers import main


async def _asked(redis: Redis) -> int:
    return int((await redis.info("commandstats")).get("cmdstat_watch", {"calls": 0})["calls"])


async def test_a_job_under_way_elsewhere_is_asked_about_once_and_taken_when_its_time_is_over(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = bench.tools.queue.pool
    await bench.tools.queue.add(PlanBroadcast(bench.approved.unit_id, bench.approved.broadcast_id), "urgent")
    (job_id,) = await pool.zrange(queue_name("urgent"), 0, -1)
    elsewhere = f"arq:in-progress:{job_id.decode()}"
    await pool.set(elsewhere, "1")
    worker = main._arq_worker(bench.tools)
    before = await _asked(pool)

    for _ in range(5):
        await worker._poll_iteration()
    assert await _asked(pool) == before + 1

    await pool.delete(elsewhere)
    await worker._poll_iteration()
    assert worker.tasks == {}, "not yet"
    monkeypatch.setattr(worker, "_forgets_at", 0.0)
    await worker._poll_iteration()
    assert list(worker.tasks) == [job_id.decode()]
    await worker.tasks[job_id.decode()]
    await worker._poll_iteration()
    assert await pool.zcard(queue_name("urgent")) == 0
