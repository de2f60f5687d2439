"""A chunk under way: what was asleep does not call, a hung carrier costs no lease, and what cannot be believed is not sent."""

import asyncio
from datetime import timedelta

import pytest
from psycopg import OperationalError, ProgrammingError
from sqlalchemy.pool import QueuePool

from contact_registry.errors import Unsealable
from service.deliveries.rounds.claiming import commit_round
from service.deliveries.rounds.claims import release
from service.deliveries.rounds.reconciling import CALL_ENDS
from tests.factories.direct import direct
from tests.factories.waiting import stays, until
from tests.workers.jobs.conftest import Bench, Line
from workers.carriers import SMS_TIMEOUT
from workers.delivering.job import deliver_chunk
from workers.delivering.sending import LATEST_CALL


async def _deliver(bench: Bench, chunk: int = 0) -> None:
    await bench.beat()
    await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, chunk, 0)


async def test_everybody_in_a_chunk_is_called_once(bench: Bench) -> None:
    await _deliver(bench)
    await _deliver(bench)
    assert len(bench.carrier.taken) == len(set(bench.carrier.taken)) == 3
    assert await bench.approved.states() == {"accepted": 3, "waiting": 2}


async def test_no_connection_to_the_database_is_held_while_a_carrier_is_called(bench: Bench) -> None:
    bench.carrier.open.clear()
    sending = asyncio.create_task(_deliver(bench))
    await bench.carrier.has(3)
    pool = bench.tools.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0
    direct_pool = bench.tools.direct.get_stats()
    assert direct_pool["pool_available"] == direct_pool["pool_size"] > 0
    bench.carrier.open.set()
    await sending


async def test_a_carrier_is_told_how_long_the_warning_is_still_valid(bench: Bench) -> None:
    bench.clock.ahead += timedelta(hours=23)  # of the 24 it was approved for
    await _deliver(bench)
    assert all(isinstance(left, float) and 3500 < left <= 3600 for left in bench.carrier.valid_for)
    assert len(bench.carrier.valid_for) == 3


async def test_a_process_that_slept_between_its_commit_and_the_answer_calls_nobody(bench: Bench) -> None:
    def sleep(said: str) -> None:
        if "deliver_round" in said:
            bench.clock.ahead += LATEST_CALL * 2

    Line.behind = sleep
    await _deliver(bench)

    assert bench.carrier.taken == []
    rows = await bench.approved.rows("SELECT DISTINCT state, reason, attempt FROM deliveries WHERE channel = 'sms'")
    assert [tuple(row) for row in rows] == [("waiting", "asleep", 1)]


async def test_what_was_not_committed_is_not_called_by_who_lost_the_lease_meanwhile(bench: Bench) -> None:
    away, tried = True, list[str]()

    def lost(said: str) -> None:
        if away:
            tried.append(said)
            raise OperationalError

    sending = await bench.sending(await bench.claim(), renew_every=5)
    Line.before = lost
    running = asyncio.create_task(sending.run())
    await until("it has tried, and tried again", lambda: len(tried) > 1)
    await bench.approved.run("UPDATE delivery_chunks SET holder = gen_random_uuid(), claims = claims + 1 WHERE chunk = 0")
    away = False
    await running

    assert bench.carrier.taken == []
    assert await bench.approved.states() == {"waiting": 5}


async def test_a_claim_that_was_committed_unheard_does_not_keep_the_chunk_from_others(bench: Bench) -> None:
    def unheard(said: str) -> None:
        if "claim_chunk" in said:
            Line.behind = None
            raise OperationalError

    Line.behind = unheard
    with pytest.raises(OperationalError):
        await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0)

    (chunk,) = await bench.approved.rows("SELECT claims, holder FROM delivery_chunks WHERE chunk = 0")
    assert (chunk.claims, chunk.holder) == (1, None), "claimed, and let go"
    await _deliver(bench)
    assert await bench.approved.states() == {"accepted": 3, "waiting": 2}


async def test_a_claim_that_was_never_committed_gives_the_chunk_its_turn_at_once(bench: Bench) -> None:
    def away(said: str) -> None:
        if "claim_chunk" in said:
            raise OperationalError

    await bench.approved.run("UPDATE delivery_chunks SET nudged_at = now()")
    Line.before = away
    with pytest.raises(OperationalError):
        await _deliver(bench)

    chunks = await bench.approved.rows("SELECT nudged_at IS NOT NULL AS queued, claims FROM delivery_chunks ORDER BY chunk")
    assert [tuple(chunk) for chunk in chunks] == [(False, 0), (True, 0)]


async def test_a_chunk_is_given_back_once_the_database_is_there_again(bench: Bench) -> None:
    tries = 0

    def away(said: str) -> None:
        nonlocal tries
        if "release_chunk" in said:
            tries += 1
            if tries < 3:
                raise OperationalError

    Line.before = away
    await _deliver(bench)

    (chunk,) = await bench.approved.rows("SELECT holder FROM delivery_chunks WHERE chunk = 0")
    assert (tries, chunk.holder) == (3, None)


def test_absence_counts_only_behind_the_last_moment_of_a_call() -> None:
    assert CALL_ENDS.total_seconds() >= LATEST_CALL.total_seconds() + SMS_TIMEOUT + 3


async def _renewed(bench: Bench, chunk: int) -> None:
    good = f"SELECT 1 FROM delivery_chunks WHERE chunk = {chunk} AND lease_until > now() + interval '30 seconds'"
    await until("the lease is renewed", lambda: bench.approved.rows(good), 5)


async def test_a_hung_carrier_costs_no_lease(bench: Bench) -> None:
    bench.carrier.open.clear()
    sending = await bench.sending(await bench.claim(chunk=1), renew_every=0.2)
    running = asyncio.create_task(sending.run())
    await bench.carrier.has(2)
    await bench.approved.run("UPDATE delivery_chunks SET lease_until = now() + interval '1 second' WHERE chunk = 1")
    await _renewed(bench, chunk=1)
    bench.carrier.open.set()
    await running
    assert await bench.approved.states() == {"accepted": 2, "waiting": 3}


async def test_whoever_waits_for_a_place_keeps_the_lease(bench: Bench) -> None:
    taken = bench.tools.window.take("sms", 500)
    running = asyncio.create_task((await bench.sending(await bench.claim(), renew_every=0.2)).run())
    await bench.approved.run("UPDATE delivery_chunks SET lease_until = now() + interval '1 second' WHERE chunk = 0")
    await _renewed(bench, chunk=0)
    bench.tools.window.give_back("sms", taken)
    await running
    assert await bench.approved.states() == {"accepted": 3, "waiting": 2}


async def test_whoever_waits_for_a_place_waits_no_longer_when_asked_to_stop(bench: Bench) -> None:
    taken = bench.tools.window.take("sms", 500)
    running = asyncio.create_task((await bench.sending(await bench.claim(), renew_every=60)).run())
    await until("it waits for a place", lambda: bench.tools.window._freed["sms"]._waiters)
    bench.tools.stopping.set()
    await asyncio.wait_for(running, 3)
    bench.tools.window.give_back("sms", taken)
    assert await bench.approved.states() == {"waiting": 5}


async def test_an_old_lease_of_the_same_process_is_no_lease(bench: Bench) -> None:
    old = await bench.claim()
    await bench.approved.run("UPDATE delivery_chunks SET lease_until = now() - interval '1 second' WHERE chunk = 0")
    new = await bench.claim()
    numbers = [each.number for each in old.deliveries]
    worker, now = bench.tools.worker, bench.clock()
    async with direct(bench.tools.engine) as conn:
        assert (await commit_round(conn, old, worker=worker, now=now, call=numbers)).attempts == {}
        await release(conn, old, worker=worker)
    (row,) = await bench.approved.rows("SELECT holder FROM delivery_chunks WHERE chunk = 0")
    assert row.holder == worker
    async with direct(bench.tools.engine) as conn:
        assert sorted((await commit_round(conn, new, worker=worker, now=now, call=numbers)).attempts) == numbers


async def test_a_missing_grant_is_an_error_and_its_calls_come_home_before_their_places_are_free(bench: Bench) -> None:
    bench.carrier.open.clear()
    running = asyncio.create_task((await bench.sending(await bench.claim(), renew_every=0.2)).run())
    await bench.carrier.has(3)
    await bench.approved.run("REVOKE UPDATE ON delivery_chunks FROM loa_worker")
    said: list[str] = []
    Line.before = said.append
    await until("it renews its lease", lambda: any("deliver_round" in each for each in said))
    await stays("its calls come home first", lambda: not running.done(), 0.3)
    assert bench.tools.window.take("sms", 500) == 97
    bench.tools.window.give_back("sms", 97)
    bench.carrier.open.set()
    with pytest.raises(ProgrammingError):
        await asyncio.wait_for(running, 5)
    assert bench.tools.window.take("sms", 500) == 100


async def test_a_key_that_does_not_open_is_an_error_and_its_chunk_is_free(bench: Bench) -> None:
    await bench.approved.run("UPDATE data_keys SET wrapped = set_byte(wrapped, 20, 255 - get_byte(wrapped, 20))")
    with pytest.raises(Unsealable):
        await _deliver(bench)
    (row,) = await bench.approved.rows("SELECT holder, claims FROM delivery_chunks WHERE chunk = 0")
    assert (row.holder, row.claims) == (None, 1)
    assert bench.carrier.taken == []


async def test_what_is_not_signed_is_not_sent_and_the_broadcast_says_so(bench: Bench) -> None:
    await bench.approved.run(
        "UPDATE records SET jws = overlay(jws PLACING 'A' FROM position('signature' IN convert_from(jws, 'UTF8')) + 20)"
    )
    await _deliver(bench)
    assert bench.carrier.taken == []
    assert await bench.state() == ("paused", "record.unverified")
    assert await bench.approved.states() == {"waiting": 5}
    (marked,) = await bench.approved.rows("SELECT details FROM audit_events WHERE action = 'broadcast.paused'")
    assert marked.details == {"reason": "record.unverified"}
    (chunk,) = await bench.approved.rows("SELECT count(*) AS held FROM delivery_chunks WHERE holder IS NOT NULL")
    assert chunk.held == 0
