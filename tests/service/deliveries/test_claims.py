"""Leases and intents: one worker has a chunk, and what lost its lease is not called."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from service.carriers import twilio
from service.clock import system_clock
from service.database import unit_transaction
from service.deliveries import Attempt, Receipt, ReceiptIntake, apply_batch
from service.deliveries.rounds.claiming import Result, Round, commit_round
from service.deliveries.rounds.claims import Claimed, claim, release
from service.deliveries.rounds.sweeping import free_lost_chunks
from tests.factories.approved import Approved
from tests.factories.direct import direct


async def _claim(planned: Approved, worker: UUID, chunk: int = 0) -> Claimed | None:
    await planned.run("SELECT door_heartbeat(:worker, 'urgent', now())", worker=worker)
    async with direct(planned.engines.worker) as conn:
        return await claim(conn, unit_id=planned.unit_id, broadcast_id=planned.broadcast_id, chunk=chunk, worker=worker)


async def _mark(planned: Approved, claimed: Claimed, worker: UUID) -> dict[int, int]:
    numbers = [each.number for each in claimed.deliveries]
    async with direct(planned.engines.worker) as conn:
        return (await commit_round(conn, claimed, worker=worker, now=datetime.now(UTC), call=numbers)).attempts


async def _record(planned: Approved, claimed: Claimed, results: Sequence[Result]) -> None:
    async with direct(planned.engines.worker) as conn:
        await commit_round(conn, claimed, worker=uuid4(), now=datetime.now(UTC), results=results)


async def _sweep(planned: Approved) -> int:
    async with direct(planned.engines.worker) as conn:
        return await free_lost_chunks(conn)


async def test_a_chunk_is_leased_to_one_worker(planned: Approved) -> None:
    first = await _claim(planned, uuid4())
    assert first is not None
    assert len(first.deliveries) == 3
    assert await _claim(planned, uuid4()) is None


async def test_only_the_holder_of_the_lease_may_call(planned: Approved) -> None:
    holder = uuid4()
    claimed = await _claim(planned, holder)
    assert claimed is not None

    assert await _mark(planned, claimed, uuid4()) == {}
    assert sorted(await _mark(planned, claimed, holder)) == [each.number for each in claimed.deliveries]
    assert await _mark(planned, claimed, holder) == {}, "an intent is committed once"


async def test_a_paused_broadcast_calls_nobody_more(planned: Approved) -> None:
    holder = uuid4()
    claimed = await _claim(planned, holder)
    assert claimed is not None
    await planned.run("UPDATE broadcasts SET state = 'paused'")

    assert await _mark(planned, claimed, holder) == {}
    assert await _claim(planned, uuid4(), chunk=1) is None


async def test_a_dead_workers_chunk_goes_on_and_what_it_called_is_uncertain(planned: Approved) -> None:
    dead, heir = uuid4(), uuid4()
    claimed = await _claim(planned, dead)
    assert claimed is not None
    called = claimed.deliveries[0]
    async with direct(planned.engines.worker) as conn:
        await commit_round(conn, claimed, worker=dead, now=datetime.now(UTC), call=[called.number])
    assert await _sweep(planned) == 0, "it lives"
    await planned.run("UPDATE worker_heartbeats SET seen_at = now() - interval '9 seconds'")

    assert await _sweep(planned) == 1
    assert await planned.states() == {"waiting": 4, "uncertain": 1}
    inherited = await _claim(planned, heir)
    assert inherited is not None
    assert called.number not in [each.number for each in inherited.deliveries]
    assert await _mark(planned, claimed, dead) == {}, "the dead one, should it wake, calls nobody"


async def test_a_late_answer_settles_what_became_uncertain(planned: Approved) -> None:
    worker = uuid4()
    claimed = await _claim(planned, worker)
    assert claimed is not None
    attempts = await _mark(planned, claimed, worker)
    await planned.run("UPDATE delivery_chunks SET lease_until = now() - interval '1 second'")
    await _sweep(planned)
    assert (await planned.states())["uncertain"] == 3

    await _record(planned, claimed, [Result(number, attempt, "accepted", "SM1") for number, attempt in attempts.items()])

    assert await planned.states() == {"accepted": 3, "waiting": 2}


async def test_a_late_yes_settles_what_was_taken_for_absent(planned: Approved) -> None:
    worker = uuid4()
    claimed = await _claim(planned, worker)
    assert claimed is not None
    attempts = await _mark(planned, claimed, worker)
    for state in ("uncertain", "waiting"):
        await planned.run("UPDATE deliveries SET state = :state WHERE channel = 'sms'", state=state)
    yes, no, other = sorted(attempts)

    await _record(
        planned,
        claimed,
        [
            Result(other, attempts[other] + 1, "accepted", "SM2"),
            Result(no, attempts[no], "failed", reason="21211"),
            Result(yes, attempts[yes], "accepted", "SM1"),
        ],
    )

    assert [row.number for row in await planned.rows("SELECT number FROM deliveries WHERE state = 'accepted'")] == [yes]
    assert await planned.states() == {"accepted": 1, "waiting": 4}


async def test_an_answer_of_another_attempt_changes_nothing(planned: Approved) -> None:
    worker = uuid4()
    claimed = await _claim(planned, worker)
    assert claimed is not None
    attempts = await _mark(planned, claimed, worker)

    await _record(planned, claimed, [Result(number, attempt + 1, "accepted", "SM1") for number, attempt in attempts.items()])

    assert (await planned.states())["calling"] == 3


async def test_what_waits_for_another_try_keeps_its_chunk_until_then(planned: Approved) -> None:
    worker = uuid4()
    claimed = await _claim(planned, worker)
    assert claimed is not None
    attempts = await _mark(planned, claimed, worker)
    later = datetime(2099, 1, 1, tzinfo=UTC)
    await _record(planned, claimed, [Result(n, a, "waiting", reason="connect", retry_at=later) for n, a in attempts.items()])
    async with direct(planned.engines.worker) as conn:
        await release(conn, claimed, worker=worker)

    assert await _claim(planned, uuid4()) is None
    await planned.run("UPDATE delivery_chunks SET not_before = now(); ")
    await planned.run("UPDATE deliveries SET retry_at = now()")
    again = await _claim(planned, uuid4())
    assert again is not None
    assert len(again.deliveries) == 3


async def test_one_round_records_what_came_back_and_calls_the_next(planned: Approved) -> None:
    worker = uuid4()
    claimed = await _claim(planned, worker)
    assert claimed is not None
    first, second, third = (each.number for each in claimed.deliveries)
    async with direct(planned.engines.worker) as conn:
        begun = await commit_round(conn, claimed, worker=worker, now=datetime.now(UTC), call=[first, second])
        assert begun == Round(stands=True, attempts={first: 1, second: 1}, returned={first: 0, second: 0})
        went = [Result(first, 1, "accepted", "SM1"), Result(second, 1, "failed", reason="twilio.21211", fault="dead_address")]
        next_one = await commit_round(conn, claimed, worker=worker, now=datetime.now(UTC), results=went, call=[first, third])
    assert next_one == Round(stands=True, attempts={third: 1}, returned={third: 0}), "what has an outcome is not called again"
    assert await planned.states() == {"accepted": 1, "failed": 1, "calling": 1, "waiting": 2}


async def test_an_answer_written_down_behind_its_failed_receipt_undoes_no_other_try(planned: Approved) -> None:
    worker = uuid4()
    claimed = await _claim(planned, worker)
    assert claimed is not None
    number = claimed.deliveries[0].number
    await _mark(planned, claimed, worker)
    intake = ReceiptIntake(planned.engines.web, system_clock)
    intake.start()
    await intake.store(
        Receipt(Attempt(planned.unit_id, planned.broadcast_id, number, 1), twilio.said("SM1", "undelivered", "30008"))
    )
    await intake.stop()
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        await apply_batch(conn, now=datetime.now(UTC))
    await _record(planned, claimed, [Result(number, 1, "accepted", "SM1")])
    (row,) = await planned.rows("SELECT state, retry_at IS NOT NULL AS due FROM deliveries WHERE number = :n", n=number)
    assert (row.state, row.due) == ("waiting", True)


async def test_what_expired_meanwhile_is_not_sent(planned: Approved) -> None:
    await planned.run("UPDATE broadcasts SET expires_at = now() - interval '1 second'")

    claimed = await _claim(planned, uuid4())

    assert claimed is not None
    assert claimed.deliveries == ()
    assert await planned.states() == {"not_sent": 3, "waiting": 2}
