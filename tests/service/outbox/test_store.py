"""Commands on their way to the queue: those of a committed transaction,
and nothing that this release does not know holds them up.
"""

from datetime import UTC, datetime

import pytest

from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from service.outbox import PlanBroadcast, Queue, put, relay
from tests.conftest import Engines
from tests.factories.world import World, make_world


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    return await make_world(engines.owner, master)


async def _relayed(engines: Engines, valkey_url: str) -> list[int]:
    """The broadcasts that are to be planned, by the queue."""
    queue = await Queue.connect(valkey_url)
    await queue.pool.flushall()
    while await relay(engines.worker, queue, "urgent"):
        pass
    jobs = await queue.pool.queued_jobs(queue_name="loa:urgent")
    await queue.close()
    return sorted(job.kwargs["broadcast_id"] for job in jobs)


async def test_what_was_committed_is_queued_once_and_what_was_not_never(engines: Engines, world: World, valkey_url: str) -> None:
    unit = world.units["nbk-thcs"]
    async with unit_transaction(engines.web, unit) as conn:
        await put(conn, PlanBroadcast(unit, 1), lane="urgent", now=datetime.now(UTC))
    async with unit_transaction(engines.web, unit) as conn:
        await put(conn, PlanBroadcast(unit, 2), lane="urgent", now=datetime.now(UTC))
        await conn.rollback()
    assert await _relayed(engines, valkey_url) == [1]
    assert await _relayed(engines, valkey_url) == []


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("a_newer_one", '{"unit_id": 1}'),
        ("plan_broadcast", '{"unit_id": 1, "broadcast_id": 7, "a_newer_field": 3}'),
        ("plan_broadcast", "{}"),
    ],
)
async def test_what_a_newer_release_wrote_holds_up_nothing(
    engines: Engines, world: World, valkey_url: str, command: str, payload: str
) -> None:
    unit = world.units["nbk-thcs"]
    async with engines.owner.begin() as conn:
        await conn.exec_driver_sql(
            "INSERT INTO outbox (unit_id, lane, command, payload) VALUES (%s, 'urgent', %s, %s)", (unit, command, payload)
        )
    async with unit_transaction(engines.web, unit) as conn:
        await put(conn, PlanBroadcast(unit, 1), lane="urgent", now=datetime.now(UTC))
    assert await _relayed(engines, valkey_url) == [1]
