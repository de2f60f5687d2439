"""SMS of which no word came: asked for after an hour, once more after six, and then left as accepted;
sooner where receipts are lost.
"""

from datetime import UTC, datetime, timedelta

from service.carriers import twilio
from service.database import unit_transaction
from service.deliveries import plan
from service.deliveries.rounds.polling import silent_chunks
from tests.factories.approved import approve_another
from tests.factories.parents import add_parents
from tests.factories.receipts import apply_receipts
from tests.workers.jobs.conftest import Bench
from workers.rounds.polling import poll

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


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
    bench.carrier.says = dict.fromkeys(sms, twilio.said("SM1", "sent", None))
    assert await _asked(bench, MINUTE * 4) == []
    assert await _asked(bench, MINUTE * 6) == sms, "most of the chunk is silent"
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
    bench.carrier.says = {
        first: twilio.said("SM1", "delivered", None),
        second: twilio.said("SM1", "undelivered", "30005"),
        third: None,
    }
    await _asked(bench, HOUR * 2)
    assert list((await _sms(bench)).values()) == [("delivered", None), ("failed", "twilio.30005"), ("accepted", None)]
    assert await _asked(bench, HOUR * 7) == [third], "nobody asks for what is settled"


async def test_whoever_had_a_receipt_or_was_accepted_just_now_is_not_asked_for(bench: Bench) -> None:
    await _accepted(bench)
    first, second, third = await _sms(bench)
    bench.carrier.says = {second: twilio.said("SM1", "sent", None)}
    await bench.approved.run("UPDATE deliveries SET state = 'delivered' WHERE provider_id = :id", id=first)
    await bench.approved.run(
        "UPDATE deliveries SET accepted_at = now() + interval '50 minutes' WHERE provider_id = :id", id=third
    )
    assert await _asked(bench, HOUR * 1.1) == [second]


async def test_a_chunk_of_which_most_was_spoken_of_is_not_asked_for_before_an_hour(bench: Bench) -> None:
    await _accepted(bench)
    first, second, third = await _sms(bench)
    bench.carrier.says = {third: twilio.said("SM1", "sent", None)}
    await bench.approved.run("UPDATE deliveries SET state = 'delivered' WHERE provider_id = ANY (:ids)", ids=[first, second])
    assert await _asked(bench, MINUTE * 30) == []
    assert await _asked(bench, HOUR * 1.1) == [third]


async def _many(bench: Bench) -> list[str]:
    """Another warning, of thirty SMS, all just left."""
    approved = bench.approved
    await add_parents(approved.engines.owner, approved.master, approved.unit_id, phones=27, emails=0, first=100)
    other = await approve_another(approved, unit="nbk-thcs", urgency="urgent")
    await plan(other.engines.worker, unit_id=other.unit_id, broadcast_id=other.broadcast_id, now=datetime.now(UTC))
    await _accepted(bench)
    rows = await bench.approved.rows(
        "SELECT provider_id FROM deliveries WHERE channel = 'sms' AND broadcast_id = (SELECT max(id) FROM broadcasts)"
    )
    return [row.provider_id for row in rows]


async def test_where_receipts_are_lost_all_are_asked_for_and_where_there_are_none_a_few(bench: Bench) -> None:
    sms = await _many(bench)
    assert len(sms) == 30
    everything = [f"id-{number}" for number in range(100)]
    bench.carrier.says = dict.fromkeys(everything, twilio.said("SM1", "sent", None))
    assert len(set(await _asked(bench, MINUTE * 6)) & set(sms)) == 10, "the carrier knows no more than we"
    await bench.approved.run("UPDATE delivery_chunks SET polled_at = NULL")
    await bench.approved.run("UPDATE deliveries SET listed_at = NULL")
    bench.carrier.says = dict.fromkeys(everything, twilio.said("SM1", "delivered", None))
    assert len(set(await _asked(bench, MINUTE * 7)) & set(sms)) == len(sms)


async def test_a_provider_that_does_not_answer_is_asked_again_in_the_next_round(bench: Bench) -> None:
    await _accepted(bench)
    sms = list(await _sms(bench))
    bench.carrier.says = {sms[0]: twilio.said("SM1", "sent", None)}
    assert await _asked(bench, HOUR * 1.1) == sms
    assert await _asked(bench, HOUR * 1.1) == sms[1:]
    bench.carrier.says = dict.fromkeys(sms, twilio.said("SM1", "sent", None))
    assert await _asked(bench, HOUR * 1.2) == sms[1:]
    assert await _asked(bench, HOUR * 1.3) == []


async def test_an_answer_of_an_earlier_attempt_does_not_fail_the_one_under_way(bench: Bench) -> None:
    await _accepted(bench)
    first, *_ = await _sms(bench)
    bench.carrier.says = dict.fromkeys(await _sms(bench), twilio.said("SM1", "failed", "30008"))
    await _asked(bench, HOUR * 2)  # and before the answer is applied it was sent again
    await bench.approved.run("UPDATE deliveries SET attempt = 2 WHERE provider_id = :id", id=first)
    assert (await _sms(bench))[first] == ("accepted", None)


async def test_a_chunk_that_was_gone_through_is_not_looked_at_until_it_is_due_again(bench: Bench) -> None:
    await _accepted(bench)
    bench.carrier.says = dict.fromkeys(await _sms(bench), twilio.said("SM1", "sent", None))

    async def due(later: timedelta) -> int:
        async with unit_transaction(bench.tools.engine, None) as conn:
            return len(await silent_chunks(conn, now=datetime.now(UTC) + later, at_most=9))

    assert await due(HOUR * 1.1) == 1
    await _asked(bench, HOUR * 1.1)
    assert [await due(HOUR * hours) for hours in (1.2, 5.9, 6.1, 25)] == [0, 0, 1, 0]
