"""SMS in doubt: one listing that has it settles it, one that has not proves nothing."""

from datetime import UTC, datetime, timedelta

from service.database import unit_transaction
from service.deliveries.reconciling import ABSENCES, CALL_ENDS, SPACING, absent, doubtful, found
from service.deliveries.sweeping import close_finished, doubtful_chunks
from tests.factories.approved import Approved
from tests.factories.direct import direct

CALLED = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)


async def _in_doubt(planned: Approved) -> list[int]:
    await planned.run("UPDATE deliveries SET state = 'calling', attempt = 1, called_at = :at WHERE channel = 'sms'", at=CALLED)
    await planned.run("UPDATE deliveries SET state = 'uncertain' WHERE channel = 'sms'")
    return [row.number for row in await planned.rows("SELECT number FROM deliveries WHERE channel = 'sms' ORDER BY number")]


async def _absent(planned: Approved, numbers: list[int], at: datetime) -> None:
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        await absent(conn, planned.broadcast_id, numbers, asked_at=at)


async def _due(planned: Approved, at: datetime) -> list[int]:
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        return [case.number for case in await doubtful(conn, planned.broadcast_id, 0, now=at)]


async def test_what_the_provider_has_is_accepted(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        await found(conn, planned.broadcast_id, {numbers[0]: "SM1"}, now=CALLED)
    assert await planned.states() == {"accepted": 1, "uncertain": 2, "waiting": 2}


async def test_absence_counts_only_after_the_call_must_have_ended(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    for n in range(10):
        await _absent(planned, numbers, CALLED + timedelta(seconds=n))
    assert (await planned.states())["uncertain"] == 3


async def test_absence_is_proven_by_several_listings_and_not_by_fewer(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    at = CALLED + CALL_ENDS
    for _ in range(ABSENCES - 1):
        await _absent(planned, numbers, at)
        assert (await planned.states())["uncertain"] == 3
        assert await _due(planned, at + SPACING / 2) == [], "listings are spaced"
        at += SPACING
        assert await _due(planned, at) == numbers
    await _absent(planned, numbers, at)
    assert await planned.states() == {"waiting": 5}


async def test_a_repeat_begins_the_proof_again(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    for n in range(ABSENCES):
        await _absent(planned, numbers, CALLED + CALL_ENDS + n * SPACING)
    worker_marks = (
        "UPDATE deliveries SET state = 'calling', attempt = attempt + 1, absences = 0, called_at = :at WHERE channel = 'sms'"
    )
    later = CALLED + timedelta(minutes=5)
    await planned.run(worker_marks, at=later)
    await planned.run("UPDATE deliveries SET state = 'uncertain' WHERE channel = 'sms'")
    await _absent(planned, numbers, later + CALL_ENDS)
    assert (await planned.states())["uncertain"] == 3


async def test_a_day_behind_the_warnings_end_nobody_is_asked_and_it_is_over(planned: Approved) -> None:
    """A carrier that keeps no texts, or has gone, would hold it open for ever."""
    await _in_doubt(planned)
    await planned.run("UPDATE deliveries SET state = 'not_sent' WHERE state = 'waiting'")

    async def asked_and_closed() -> tuple[int, int]:
        async with direct(planned.engines.worker) as conn:
            asked = len(await doubtful_chunks(conn, now=datetime.now(UTC)))
        return asked, await close_finished(planned.engines.worker, now=datetime.now(UTC))

    await planned.run("UPDATE broadcasts SET expires_at = now() - interval '23 hours'")
    assert await asked_and_closed() == (1, 0)
    await planned.run("UPDATE broadcasts SET expires_at = now() - interval '25 hours'")
    assert await asked_and_closed() == (0, 1)
    assert await planned.states() == {"uncertain": 3, "not_sent": 2}
