"""SMS in doubt: one listing that has it settles it, one that has not proves nothing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from service.database import unit_transaction
from service.deliveries.rounds.reconciling import ABSENCES, CALL_ENDS, SPACING, absent, doubtful, found, unanswered
from service.deliveries.rounds.sweeping import close_finished, doubtful_chunks
from tests.factories.approved import Approved
from tests.factories.direct import direct

CALLED = datetime(2026, 9, 7, 1, 0, tzinfo=UTC)
SETTLES = timedelta(minutes=10)


async def _in_doubt(planned: Approved) -> list[int]:
    await planned.run("UPDATE deliveries SET state = 'calling', attempt = 1, called_at = :at WHERE channel = 'sms'", at=CALLED)
    await planned.run("UPDATE deliveries SET state = 'uncertain' WHERE channel = 'sms'")
    return [row.number for row in await planned.rows("SELECT number FROM deliveries WHERE channel = 'sms' ORDER BY number")]


async def _absent(planned: Approved, numbers: list[int], at: datetime, settles: timedelta = SETTLES) -> None:
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        await absent(conn, planned.broadcast_id, numbers, asked_at=at, settles=settles)


async def _due(planned: Approved, at: datetime) -> list[int]:
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        return [case.number for case in await doubtful(conn, planned.broadcast_id, 0, now=at)]


async def test_what_the_provider_has_is_accepted(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        await found(conn, planned.broadcast_id, {numbers[0]: "SM1"}, now=CALLED)
    assert await planned.states() == {"accepted": 1, "uncertain": 2, "waiting": 2}


async def test_no_number_of_listings_proves_anything_before_minutes_have_passed(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    at = CALLED
    while (at := at + timedelta(seconds=20)) < CALLED + SETTLES:
        await _absent(planned, numbers, at)
    assert (await planned.states())["uncertain"] == 3
    await _absent(planned, numbers, CALLED + SETTLES * 1.5)
    assert await planned.states() == {"waiting": 5}


async def test_however_little_time_is_asked_for_a_call_has_its_own_to_end(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    for n in range(1, ABSENCES + 1):
        at = CALLED + n * (CALL_ENDS - timedelta(milliseconds=1)) / ABSENCES
        await planned.run("UPDATE deliveries SET listed_at = NULL WHERE state = 'uncertain'")
        await _absent(planned, numbers, at, timedelta())
    assert (await planned.states())["uncertain"] == 3


async def test_absence_is_proven_by_several_listings_and_not_by_fewer(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    at = CALLED + SETTLES
    for _ in range(ABSENCES - 1):
        await _absent(planned, numbers, at)
        assert (await planned.states())["uncertain"] == 3
        assert await _due(planned, at + SPACING / 2) == [], "listings are spaced"
        at += SETTLES
        assert await _due(planned, at) == numbers
    await _absent(planned, numbers, at)
    assert await planned.states() == {"waiting": 5}


def test_the_listings_are_spread_over_the_time_a_call_may_take() -> None:
    assert (ABSENCES - 1) * SPACING >= CALL_ENDS


async def test_the_last_listing_has_caught_up_with_the_end_of_the_call(planned: Approved) -> None:
    """A list that stands still since the midst of it lacks what the call made at its end, however often it is asked."""
    numbers = await _in_doubt(planned)
    reaches = []
    for n in range(ABSENCES):
        at = CALLED + SETTLES * (n + 1)
        async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
            reaches.append({case.caught_up for case in await doubtful(conn, planned.broadcast_id, 0, now=at)})
        await _absent(planned, numbers, at)
    assert reaches[:-1] == [{CALLED + timedelta(seconds=5)}] * (ABSENCES - 1)
    assert reaches[-1] == {CALLED + CALL_ENDS}
    assert await planned.states() == {"waiting": 5}


async def test_a_doubt_that_lasts_is_listed_ever_more_rarely_and_at_least_every_ten_minutes(planned: Approved) -> None:
    numbers = await _in_doubt(planned)

    async def listings(minutes: float) -> list[datetime]:
        at, asked = CALLED, []
        while (at := at + timedelta(seconds=2)) < CALLED + timedelta(minutes=minutes):
            if await _due(planned, at):
                asked.append(at)
                async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
                    await unanswered(conn, planned.broadcast_id, numbers, asked_at=at)
        return asked

    asked = await listings(6)
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses[0] == SPACING
    assert pauses == sorted(pauses)
    assert len(asked) < 25
    day = CALLED + timedelta(days=1)
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        await unanswered(conn, planned.broadcast_id, numbers, asked_at=day)
    assert await _due(planned, day + timedelta(minutes=9)) == []
    assert await _due(planned, day + timedelta(minutes=10)) == numbers


async def test_a_repeat_begins_the_proof_again(planned: Approved) -> None:
    numbers = await _in_doubt(planned)
    for n in range(1, ABSENCES + 1):
        await _absent(planned, numbers, CALLED + n * SETTLES)
    assert (await planned.states())["waiting"] == 5
    worker_marks = (
        "UPDATE deliveries SET state = 'calling', attempt = attempt + 1, absences = 0, called_at = :at WHERE channel = 'sms'"
    )
    later = CALLED + timedelta(days=1)
    await planned.run(worker_marks, at=later)
    await planned.run("UPDATE deliveries SET state = 'uncertain' WHERE channel = 'sms'")
    await _absent(planned, numbers, later + SETTLES)
    assert (await planned.states())["uncertain"] == 3


async def test_what_a_lost_system_called_ended_only_when_it_was_restored(planned: Approved) -> None:
    """Its list may show what the lost system sent after the backup: the list must reach beyond that."""
    await _in_doubt(planned)
    await planned.run("UPDATE deliveries SET reason = 'system.restored' WHERE channel = 'sms'")
    restored = CALLED + timedelta(hours=5)
    await planned.run("UPDATE broadcasts SET updated_at = :at", at=restored)
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        cases = await doubtful(conn, planned.broadcast_id, 0, now=restored)
    assert {case.caught_up > restored for case in cases} == {True}


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
