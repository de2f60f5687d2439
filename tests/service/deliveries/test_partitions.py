"""There is always a partition for the next broadcast's deliveries, made before it is needed and beside sends under way."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from service.deliveries import plan
from service.deliveries.rounds.sweeping import make_partitions
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_another, approve_broadcast


@pytest.fixture
async def first(engines: Engines, master: MasterKey) -> Approved:
    return await approve_broadcast(engines, master)


async def _make(of: Approved) -> int:
    async with unit_transaction(of.engines.worker, None) as conn:
        return await make_partitions(conn)


async def _plan(of: Approved) -> None:
    await plan(of.engines.worker, unit_id=of.unit_id, broadcast_id=of.broadcast_id, now=datetime.now(UTC))


async def _numbered(first: Approved, number: int) -> Approved:
    """One more broadcast, with this number."""
    await first.run(f"ALTER TABLE broadcasts ALTER COLUMN id RESTART WITH {number}")
    made = await approve_another(first, unit="nbk-thcs", urgency="urgent")
    assert made.broadcast_id == number
    return made


async def _like(of: Approved, partition: str) -> tuple[Any, ...]:
    """How a partition is kept: storage, grants, statistics, indexes and triggers."""
    (row,) = await of.rows(
        "SELECT c.reloptions, c.relacl,"
        "  (SELECT attstattarget FROM pg_attribute WHERE attrelid = c.oid AND attname = 'broadcast_id'),"
        "  (SELECT array_agg(indkey::text ORDER BY indkey::text) FROM pg_index WHERE indrelid = c.oid),"
        "  (SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE tgrelid = c.oid)"
        "  FROM pg_class c WHERE c.relname = :name",
        name=partition,
    )
    return tuple(row)


async def test_the_next_is_made_when_the_last_is_half_full_and_not_before(first: Approved) -> None:
    await _numbered(first, 49_999)
    assert await _make(first) == 0
    await _numbered(first, 50_000)
    assert [await _make(first), await _make(first)] == [1, 0]


async def test_a_broadcast_of_the_next_partition_is_planned_as_any_other(first: Approved) -> None:
    await _numbered(first, 99_999)
    await _make(first)
    later = await _numbered(first, 100_000)
    await _plan(later)
    rows = await later.rows("SELECT tableoid::regclass::text AS place, state FROM deliveries")
    assert {(row.place, row.state) for row in rows} == {("deliveries_1", "waiting")}
    await later.run("UPDATE deliveries SET state = 'calling', attempt = 1")
    (chunks,) = await later.rows("SELECT sum(calling) AS calling, sum(waiting) AS waiting FROM delivery_chunks")
    assert (chunks.calling, chunks.waiting) == (5, 0)


async def test_it_is_kept_as_the_first_is_and_nobody_reads_it_by_its_own_name(first: Approved) -> None:
    later = await _numbered(first, 250_000)
    assert await _make(first) == 3
    for partition in ("deliveries_1", "deliveries_2", "deliveries_3"):
        assert await _like(first, partition) == await _like(first, "deliveries_0")
    for engine in (first.engines.web, first.engines.worker):
        async with unit_transaction(engine, later.unit_id) as conn:
            with pytest.raises(ProgrammingError, match="permission denied"):
                await conn.execute(text("SELECT FROM deliveries_2"))


async def test_it_is_made_beside_a_transaction_that_sends(first: Approved) -> None:
    await _plan(first)
    await _numbered(first, 60_000)
    async with unit_transaction(first.engines.worker, first.unit_id) as sending:
        await sending.execute(text("UPDATE deliveries SET state = 'calling', attempt = 1"))
        assert await _make(first) == 1
