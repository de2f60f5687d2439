"""One fair order of chunks: the emergency first, then whoever has the least under way, and nobody behind a big send's 3,000."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from service.deliveries.rounds.claims import claim
from service.deliveries.rounds.turns import PLACES, next_chunks
from service.outbox import Lane, PlanBroadcast, Queue
from service.outbox.queue import queue_name
from tests.conftest import Engines
from tests.factories.direct import direct
from tests.factories.world import World, make_world


@dataclass(frozen=True)
class Department:
    """Broadcasts under way, as many as a test wants, and workers that take their chunks."""

    engines: Engines
    world: World

    async def run(self, sql: str, **values: object) -> int:
        async with self.engines.owner.begin() as conn:
            return int((await conn.execute(text(sql), values)).scalar_one())

    async def sends(self, chunks: int, urgency: str = "advisory", *, emails: int = 0, unit: str = "nbk-thcs") -> int:
        """A broadcast being sent, with so many chunks of 500 SMS and, behind them, so many of emails."""
        broadcast = await self.run(
            "INSERT INTO broadcasts"
            " (unit_id, state, kind, urgency, title, texts, audience, channels, expires_at, author_id, planned_at)"
            " VALUES (:unit, 'sending', 'scam_alert', :urgency, 't', '{}', '{}', '{sms,email}', now() + interval '1 day',"
            " :author, now())"
            " RETURNING id",
            unit=self.world.units[unit],
            urgency=urgency,
            author=self.world.actor(unit).account_id,
        )
        async with self.engines.owner.begin() as conn:
            await conn.execute(
                text(
                    "INSERT INTO delivery_chunks"
                    " (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting)"
                    " SELECT :broadcast, i, :unit, :lane, CASE WHEN i < :sms THEN 'sms'"
                    " ELSE 'email' END, i * 500, i * 500 + 499, 500"
                    "   FROM generate_series(0, :chunks - 1) AS i"
                ),
                {
                    "broadcast": broadcast,
                    "unit": self.world.units[unit],
                    "lane": "bulk" if urgency == "advisory" else "urgent",
                    "sms": chunks,
                    "chunks": chunks + emails,
                },
            )
        return broadcast

    async def worker(self, lane: Lane = "bulk") -> None:
        """One more worker alive."""
        async with unit_transaction(self.engines.worker, None) as conn:
            await conn.execute(text("SELECT door_heartbeat(:id, :lane, now())"), {"id": uuid4(), "lane": lane})

    async def turns(self, lane: Lane = "bulk") -> list[int]:
        """The broadcasts that are given a turn now, in any order."""
        async with direct(self.engines.worker) as conn:
            return sorted(turn.command.broadcast_id for turn in await next_chunks(conn, lane))

    async def lease_all(self) -> None:
        """What is queued is leased, so that there is room in the queue."""
        await self.run(
            "WITH leased AS (UPDATE delivery_chunks SET holder = gen_random_uuid(), lease_until = now() + interval '1 minute'"
            " WHERE nudged_at IS NOT NULL AND holder IS NULL RETURNING 1) SELECT count(*) FROM leased"
        )

    async def end(self, broadcast: int, chunks: int) -> None:
        """So many leased chunks of a broadcast are done."""
        await self.run(
            "WITH done AS (UPDATE delivery_chunks c"
            " SET waiting = 0, accepted = 500, holder = NULL, lease_until = NULL, nudged_at = NULL"
            " WHERE (broadcast_id, chunk) IN (SELECT broadcast_id, chunk FROM delivery_chunks WHERE holder IS NOT NULL"
            "   AND broadcast_id = :broadcast ORDER BY chunk LIMIT :chunks) RETURNING 1) SELECT count(*) FROM done",
            broadcast=broadcast,
            chunks=chunks,
        )


@pytest.fixture
async def department(engines: Engines, master: MasterKey) -> Department:
    return Department(engines, await make_world(engines.owner, master))


async def test_a_few_chunks_a_worker_are_queued_and_no_more(department: Department) -> None:
    await department.sends(3000)
    assert await department.turns() == [], "no worker, no queue"
    await department.worker()
    assert len(await department.turns()) == 6
    assert await department.turns() == []
    await department.worker()
    assert len(await department.turns()) == 6, "each worker has its own"


async def test_a_school_is_not_stuck_behind_the_department(department: Department) -> None:
    big = await department.sends(3000, unit="sgddt-dongnai")
    await department.worker()
    await department.turns()
    await department.lease_all()
    school = await department.sends(4)
    await department.end(big, 4)
    assert Counter(await department.turns()) == {school: 3, big: 1}, "it had nothing under way"


async def test_all_get_the_same_however_many_chunks_they_have(department: Department) -> None:
    sends = [await department.sends(3000 if n == 0 else 40) for n in range(4)]
    await department.worker()
    given: Counter[int] = Counter()
    for _ in range(12):
        turns = await department.turns()
        given.update(turns)
        await department.lease_all()
        for broadcast, chunks in Counter(turns).items():
            await department.end(broadcast, chunks)
    assert set(given) == set(sends)
    assert max(given.values()) - min(given.values()) <= 1, given


async def test_with_one_place_at_a_time_everybody_has_a_turn(department: Department) -> None:
    sends = [await department.sends(100) for _ in range(9)]
    await department.worker()
    seen = Counter(await department.turns())
    await department.lease_all()
    for broadcast in list(seen):
        await department.end(broadcast, 1)
    seen.update(await department.turns())
    assert set(seen) == set(sends)


async def test_a_broadcasts_emails_do_not_wait_for_its_sms(department: Department) -> None:
    broadcast = await department.sends(3000, emails=3000)
    await department.worker()
    assert await department.turns() == [broadcast] * 6
    queued = await department.run("SELECT count(*) FROM delivery_chunks WHERE nudged_at IS NOT NULL AND channel = 'email'")
    assert queued == 3


async def test_an_emergency_has_every_turn_until_it_is_through(department: Department) -> None:
    urgent = await department.sends(100, "urgent")
    emergency = await department.sends(8, "emergency")
    await department.worker("urgent")
    assert await department.turns("urgent") == [emergency] * 6
    await department.lease_all()
    await department.end(emergency, 6)
    assert Counter(await department.turns("urgent")) == {emergency: 2, urgent: 4}


async def test_a_channel_whose_carrier_takes_its_time_leaves_the_others_their_turns(department: Department) -> None:
    slow = await department.sends(0, "urgent", emails=100)
    await department.worker("urgent")
    assert await department.turns("urgent") == [slow] * PLACES
    await department.lease_all()
    assert await department.turns("urgent") == [], "no more of one channel"
    emergency = await department.sends(1, "emergency", emails=1)
    assert await department.turns("urgent") == [emergency]
    await department.end(slow, 1)
    assert await department.turns("urgent") == [emergency], "its email comes before theirs"


async def test_lanes_do_not_take_each_others_chunks(department: Department) -> None:
    advisory = await department.sends(100)
    urgent = await department.sends(100, "urgent")
    await department.worker("urgent")
    await department.worker("bulk")
    assert set(await department.turns("urgent")) == {urgent}
    assert set(await department.turns("bulk")) == {advisory}


async def test_a_lane_is_not_held_up_by_the_other(department: Department) -> None:
    await department.sends(100, "urgent")
    await department.worker("urgent")
    await department.worker("bulk")
    async with direct(department.engines.worker) as conn, conn.transaction():
        await next_chunks(conn, "bulk")  # and its transaction is open
        assert len(await department.turns("urgent")) == 6


async def test_what_was_lost_with_the_queue_is_queued_again(department: Department) -> None:
    broadcast = await department.sends(100)
    await department.worker()
    first = await department.turns()
    await department.run(
        "WITH old AS (UPDATE delivery_chunks SET nudged_at = nudged_at - interval '11 seconds' WHERE nudged_at IS NOT NULL"
        " RETURNING 1)"
        " SELECT count(*) FROM old"
    )
    assert await department.turns() == first == [broadcast] * 6
    assert await department.run("SELECT count(*) FROM delivery_chunks WHERE nudged_at IS NOT NULL") == 6


async def test_what_waits_for_another_try_takes_no_turn_before(department: Department) -> None:
    broadcast = await department.sends(2)
    await department.worker()
    await department.run(
        "WITH later AS (UPDATE delivery_chunks SET not_before = now() + interval '1 hour' WHERE chunk = 0 RETURNING 1)"
        " SELECT count(*) FROM later"
    )
    assert await department.turns() == [broadcast]


async def test_a_paused_broadcasts_queued_chunk_takes_its_turn_again_at_once(department: Department) -> None:
    broadcast = await department.sends(1)
    await department.worker()
    await department.turns()
    await department.run("UPDATE broadcasts SET state = 'paused' RETURNING 1")
    async with direct(department.engines.worker) as conn:
        assert (
            await claim(conn, unit_id=department.world.units["nbk-thcs"], broadcast_id=broadcast, chunk=0, worker=UUID(int=1))
            is None
        )
    assert await department.turns() == []
    await department.run("UPDATE broadcasts SET state = 'sending' RETURNING 1")
    assert await department.turns() == [broadcast]


async def test_the_next_turn_costs_as_little_beside_3000_open_chunks_as_beside_30(department: Department) -> None:
    async def blocks_read() -> int:
        await department.run("WITH c AS (UPDATE delivery_chunks SET nudged_at = NULL RETURNING 1) SELECT count(*) FROM c")
        async with department.engines.owner.begin() as conn:
            async with conn.begin_nested() as once:  # what a connection reads at first is not counted
                await conn.execute(text("SELECT * FROM door_next_chunks('bulk', 6)"))
                await once.rollback()
            told = await conn.execute(text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM door_next_chunks('bulk', 6)"))
            return int(told.scalar_one()[0]["Plan"]["Shared Hit Blocks"])

    for _ in range(10):
        await department.sends(30, emails=30)
    await department.worker()
    few = await blocks_read()
    more = (
        "WITH more AS (INSERT INTO delivery_chunks"
        " (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting)"
        " SELECT b.id, i, b.unit_id, 'bulk', 'sms', i * 500, i * 500 + 499, 500"
        " FROM broadcasts b, generate_series(-2941, -1) AS i"
        " RETURNING 1) SELECT count(*) FROM more"
    )
    assert await department.run(more) == 29_410
    assert await blocks_read() < 2 * few, "whatever the statistics say: they know of none"


async def test_an_urgent_command_waits_for_no_bulk_worker(department: Department) -> None:
    unit = department.world.units["nbk-thcs"]
    insert = (
        "INSERT INTO outbox (unit_id, lane, command, payload, created_at)"
        " VALUES (:unit, :lane, 'plan_broadcast', '{}', now() - make_interval(secs => :age)) RETURNING id"
    )
    urgent = await department.run(insert, unit=unit, lane="urgent", age=0)
    bulk = await department.run(insert, unit=unit, lane="bulk", age=0)
    old = await department.run(insert, unit=unit, lane="urgent", age=6)
    async with unit_transaction(department.engines.worker, None) as conn:
        taken = {row.id for row in await conn.execute(text("SELECT * FROM door_take_outbox(10, 'bulk')"))}
    assert taken == {bulk, old}, "but what nobody took for a while is taken by anybody"
    async with unit_transaction(department.engines.worker, None) as conn:
        assert {row.id for row in await conn.execute(text("SELECT * FROM door_take_outbox(10, 'urgent')"))} == {urgent}


async def test_what_goes_first_stands_first_in_the_queue(valkey_url: str) -> None:
    queue = await Queue.connect(valkey_url)
    await queue.pool.flushall()
    for number, first in ((1, False), (2, True), (3, False)):
        await queue.add(PlanBroadcast(1, number), "urgent", first=first)
    waiting = await queue.pool.zrange(queue_name("urgent"), 0, -1)
    await queue.close()
    assert [key.decode() for key in waiting] == ["plan_broadcast:1:2", "plan_broadcast:1:1", "plan_broadcast:1:3"]
