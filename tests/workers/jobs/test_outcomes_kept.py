"""What was heard of a carrier while the database was away for minutes, or took no writes, is recorded when it is back."""

import asyncio
from contextlib import AsyncExitStack

import psycopg
import pytest

from tests.service.database.test_read_only import ONLY_READ
from tests.workers.jobs.conftest import Bench
from workers.delivering.job import deliver_chunk
from workers.kept.database import until_back


async def _only_reads(bench: Bench) -> None:
    """Every session that the worker has now belongs to a server that takes no writes; new ones do not."""
    async with AsyncExitStack() as stack:
        for _ in range(bench.tools.direct.min_size):
            conn = await stack.enter_async_context(bench.tools.direct.connection())
            await conn.execute(ONLY_READ)


async def test_what_was_heard_while_the_server_only_read_is_recorded_over_new_connections(bench: Bench) -> None:
    await bench.beat()
    bench.carrier.open.clear()
    delivering = asyncio.create_task(
        deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0)
    )
    await bench.carrier.has(3)
    await _only_reads(bench)
    bench.carrier.open.set()
    async with asyncio.timeout(20):
        await delivering
    assert await bench.approved.states() == {"accepted": 3, "waiting": 2}


async def _away_for(seconds: float, unrecorded: set[object] | None = None) -> tuple[str, list[int]]:
    """What comes of an outcome by a clock that goes a minute forward at every try, and how many stood unrecorded at each."""
    now, seen = [0.0], []

    async def record() -> str:
        now[0] += 60
        seen.append(len(unrecorded or ()))
        if now[0] <= seconds:
            raise psycopg.OperationalError
        return "recorded"

    return await until_back(record, 0, unrecorded, clock=lambda: now[0], again=0), seen


async def test_an_outcome_is_kept_for_minutes() -> None:
    assert (await _away_for(9 * 60))[0] == "recorded"
    with pytest.raises(psycopg.OperationalError):
        await _away_for(12 * 60)


async def test_while_an_outcome_waits_to_be_recorded_the_process_knows(bench: Bench) -> None:
    unrecorded = bench.tools.unrecorded
    assert (await _away_for(3 * 60, unrecorded))[1] == [0, 1, 1, 1]
    assert unrecorded == set()
