"""SMS of which no word came: asked for after an hour, once more after six, and then left as accepted."""

from datetime import UTC, datetime, timedelta

from service.database import unit_transaction
from service.deliveries.polling import silent_chunks
from tests.factories.receipts import apply_receipts
from tests.workers.jobs.conftest import Bench
from workers.channels.base import Told
from workers.jobs.polling import poll

HOUR = timedelta(hours=1)


async def _accepted(bench: Bench) -> None:
    """All three SMS and both emails, just now."""
    await bench.approved.run("UPDATE deliveries SET state = 'calling', attempt = 1")
    await bench.approved.run("UPDATE deliveries SET state = 'accepted', accepted_at = now(), provider_id = 'id-' || number")


async def _asked(bench: Bench, later: timedelta) -> list[str]:
    """Whom the carrier is asked for so long after they left."""
    bench.clock.ahead = later
    bench.carrier.asked.clear()
    await poll(bench.tools, spacing=0)
    return sorted(bench.carrier.asked)


async def _sms(bench: Bench) -> dict[str, tuple[str, str | None]]:
    await apply_receipts(bench.tools.engine, bench.approved.unit_id)
    rows = await bench.approved.rows("SELECT provider_id, state, reason FROM deliveries WHERE channel = 'sms' ORDER BY number")
    return {row.provider_id: (row.state, row.reason) for row in rows}


async def test_silent_sms_are_asked_for_after_one_and_after_six_hours_and_then_no_more(bench: Bench) -> None:
    await _accepted(bench)
    sms = list(await _sms(bench))
    bench.carrier.says = dict.fromkeys(sms, Told("sent", None))
    assert await _asked(bench, HOUR * 0.9) == []
    assert await _asked(bench, HOUR * 1.1) == sms
    assert await _asked(bench, HOUR * 1.5) == []
    assert await _asked(bench, HOUR * 5.9) == []
    assert await _asked(bench, HOUR * 6.1) == sms
    assert await _asked(bench, HOUR * 7) == []
    assert await _asked(bench, HOUR * 23) == []
    assert set((await _sms(bench)).values()) == {("accepted", None)}


async def test_what_the_provider_says_is_applied_as_a_receipt(bench: Bench) -> None:
    await _accepted(bench)
    first, second, third = await _sms(bench)
    bench.carrier.says = {first: Told("delivered", None), second: Told("undelivered", "30005"), third: None}
    await _asked(bench, HOUR * 2)
    assert list((await _sms(bench)).values()) == [("delivered", None), ("failed", "provider.30005"), ("accepted", None)]
    assert await _asked(bench, HOUR * 7) == [third], "nobody asks for what is settled"


async def test_whoever_had_a_receipt_or_was_accepted_just_now_is_not_asked_for(bench: Bench) -> None:
    await _accepted(bench)
    first, second, third = await _sms(bench)
    bench.carrier.says = {second: Told("sent", None)}
    await bench.approved.run("UPDATE deliveries SET state = 'delivered' WHERE provider_id = :id", id=first)
    await bench.approved.run(
        "UPDATE deliveries SET accepted_at = now() + interval '50 minutes' WHERE provider_id = :id", id=third
    )
    assert await _asked(bench, HOUR * 1.1) == [second]


async def test_a_provider_that_does_not_answer_is_asked_again_in_the_next_round(bench: Bench) -> None:
    await _accepted(bench)
    sms = list(await _sms(bench))
    bench.carrier.says = {sms[0]: Told("sent", None)}
    assert await _asked(bench, HOUR * 1.1) == sms
    assert await _asked(bench, HOUR * 1.1) == sms[1:]
    bench.carrier.says = dict.fromkeys(sms, Told("sent", None))
    assert await _asked(bench, HOUR * 1.2) == sms[1:]
    assert await _asked(bench, HOUR * 1.3) == []


async def test_an_answer_of_an_earlier_attempt_does_not_fail_the_one_under_way(bench: Bench) -> None:
    await _accepted(bench)
    first, *_ = await _sms(bench)
    bench.carrier.says = dict.fromkeys(await _sms(bench), Told("failed", "30008"))
    await _asked(bench, HOUR * 2)  # and before the answer is applied it was sent again
    await bench.approved.run("UPDATE deliveries SET attempt = 2 WHERE provider_id = :id", id=first)
    assert (await _sms(bench))[first] == ("accepted", None)


async def test_a_chunk_that_was_gone_through_is_not_looked_at_until_it_is_due_again(bench: Bench) -> None:
    await _accepted(bench)
    bench.carrier.says = dict.fromkeys(await _sms(bench), Told("sent", None))

    async def due(later: timedelta) -> int:
        async with unit_transaction(bench.tools.engine, None) as conn:
            return len(await silent_chunks(conn, now=datetime.now(UTC) + later, at_most=9))

    assert await due(HOUR * 1.1) == 1
    await _asked(bench, HOUR * 1.1)
    assert [await due(HOUR * hours) for hours in (1.2, 5.9, 6.1, 25)] == [0, 0, 1, 0]
