"""The rounds beside the queue: doubts in turn, what has had its day, and room for what comes."""

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import event

from service.deliveries.rounds.sweeping import doubtful_chunks
from tests.conftest import Urls
from tests.factories.approved import approve_another
from tests.factories.direct import direct
from tests.workers.jobs.conftest import Bench
from workers.rounds.reconciling import reconcile
from workers.rounds.sweeping import clear, receive


async def test_a_provider_that_does_not_answer_is_asked_again_only_in_turn(bench: Bench) -> None:
    called = bench.clock() - timedelta(minutes=5)
    await bench.approved.run(
        "UPDATE deliveries SET state = 'calling', attempt = 1, called_at = :at WHERE channel = 'sms'", at=called
    )
    await bench.approved.run("UPDATE deliveries SET state = 'uncertain' WHERE channel = 'sms'")
    await reconcile(bench.tools)
    assert len(bench.carrier.asked) == 3
    await reconcile(bench.tools)
    assert len(bench.carrier.asked) == 3, "not at once"
    async with direct(bench.tools.engine) as conn:
        assert await doubtful_chunks(conn, now=bench.clock()) == []
    bench.clock.ahead += timedelta(minutes=2)
    await reconcile(bench.tools)
    assert len(bench.carrier.asked) == 6
    rows = await bench.approved.rows("SELECT DISTINCT state, absences FROM deliveries WHERE channel = 'sms'")
    assert [tuple(row) for row in rows] == [("uncertain", 0)], "no answer proves nothing"


async def test_what_was_called_by_a_clock_that_is_wrong_is_found_all_the_same(bench: Bench) -> None:
    """Taken for absent it would be sent twice, as soon as the right clock has caught up."""
    bench.carrier.created = bench.clock()
    wrong = bench.carrier.created + timedelta(hours=1)
    await bench.approved.run(
        "UPDATE deliveries SET state = 'calling', attempt = 1, called_at = :at WHERE channel = 'sms'", at=wrong
    )
    await bench.approved.run("UPDATE deliveries SET state = 'uncertain' WHERE channel = 'sms'")
    await reconcile(bench.tools)
    assert (await bench.approved.states())["accepted"] == 3


async def test_what_has_had_its_day_is_cleared_away(bench: Bench) -> None:
    run, rows = bench.approved.run, bench.approved.rows
    await bench.beat()
    await run(
        "INSERT INTO worker_heartbeats VALUES (gen_random_uuid(), 'bulk', now() - interval '3 days', now() - interval '25 hours')"
    )
    insert = (
        "INSERT INTO outbox (unit_id, lane, command, payload, created_at, relayed_at)"
        " VALUES (:unit, 'bulk', :command, '{}', now() - interval '9 days', now() - CAST(:age AS interval))"
    )
    await run("DELETE FROM outbox")
    for command, age in (("old", timedelta(hours=25)), ("new", timedelta(hours=23)), ("not relayed", None)):
        await run(insert, unit=bench.approved.unit_id, command=command, age=age)
    account = bench.approved.world.actor().account_id
    for key, days in (("old", 8), ("new", 6)):
        await run(
            "INSERT INTO idempotency_keys (unit_id, account_id, key, request_hash, created_at)"
            " VALUES (:unit, :account, :key, '', now() - make_interval(days => :days))",
            unit=bench.approved.unit_id,
            account=account,
            key=key,
            days=days,
        )

    await clear(bench.tools)

    assert [row.worker_id for row in await rows("SELECT worker_id FROM worker_heartbeats")] == [bench.tools.worker]
    assert [row.command for row in await rows("SELECT command FROM outbox ORDER BY id")] == ["new", "not relayed"]
    assert [row.key for row in await rows("SELECT key FROM idempotency_keys")] == ["new"]


async def test_the_next_broadcasts_deliveries_find_a_partition(bench: Bench) -> None:
    await bench.approved.run("ALTER TABLE broadcasts ALTER COLUMN id RESTART WITH 60000")
    await approve_another(bench.approved, unit="nbk-thcs", urgency="urgent")
    await clear(bench.tools)
    (row,) = await bench.approved.rows("SELECT to_regclass('deliveries_1') IS NOT NULL AS there")
    assert row.there


async def test_whose_receipts_come_without_end_does_not_keep_the_others_waiting(bench: Bench, urls: Urls) -> None:
    first, second = sorted(bench.approved.world.units.values())[:2]
    stray = (
        b"INSERT INTO receipts_inbox (unit_id, broadcast_id, number, attempt, provider_id, status, received_at)"
        b" VALUES (%s, 1, 1, 1, 'SM', 'sent', now())"
    )
    with psycopg.connect(urls.owner.replace("+psycopg", ""), autocommit=True) as carrier:

        def another(*said: Any) -> None:
            if "FROM receipts_inbox ORDER BY" in said[2]:
                carrier.execute(stray, [first])

        for unit in (first, second):
            carrier.execute(stray, [unit])
        event.listen(bench.tools.engine.sync_engine, "before_cursor_execute", another)
        async with asyncio.timeout(10):
            await receive(bench.tools)
        event.remove(bench.tools.engine.sync_engine, "before_cursor_execute", another)
    assert await bench.approved.rows("SELECT unit_id FROM receipts_inbox") == []
