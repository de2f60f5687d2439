"""What a failed receipt leads to: another try in its own time, or a pause that says why. Nothing beyond the warning's expiry."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contact_registry.sealing import MasterKey
from service.carriers import twilio
from service.clock import system_clock
from service.database import unit_transaction
from service.deliveries import Attempt, Receipt, ReceiptIntake, apply_batch, plan
from service.deliveries.answers.failures import MOST_RETURNS
from service.deliveries.rounds.sweeping import close_finished
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast


async def _planned(engines: Engines, master: MasterKey, phones: int) -> Approved:
    approved = await approve_broadcast(engines, master, phones=phones, emails=0)
    await plan(approved.engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    await _accept(approved)
    return approved


async def _accept(approved: Approved) -> None:
    """Everything that waits is handed over, and taken."""
    await approved.run(
        "UPDATE deliveries SET state = 'calling', attempt = attempt + 1, provider = 'twilio', retry_at = NULL"
        " WHERE state = 'waiting'"
    )
    await approved.run("UPDATE deliveries SET state = 'accepted', accepted_at = now() WHERE state = 'calling'")


@pytest.fixture
async def sent(engines: Engines, master: MasterKey) -> Approved:
    """Ten SMS that a carrier has taken."""
    return await _planned(engines, master, 10)


async def _receive(approved: Approved, code: str | None, *, how_many: int = 1, at: datetime | None = None) -> frozenset[str]:
    """So many of what the carrier has failed with this code; the providers that ask for less."""
    rows = await approved.rows(
        "SELECT number, attempt FROM deliveries WHERE state = 'accepted' ORDER BY number LIMIT :many", many=how_many
    )
    assert len(rows) == how_many
    intake = ReceiptIntake(approved.engines.web, system_clock)
    intake.start()
    for row in rows:
        attempt = Attempt(approved.unit_id, approved.broadcast_id, row.number, row.attempt)
        await intake.store(Receipt(attempt, twilio.said(f"SM{row.number}", "undelivered", code)))
    await intake.stop()
    slower: frozenset[str] = frozenset()
    while True:
        async with unit_transaction(approved.engines.worker, approved.unit_id) as conn:
            applied = await apply_batch(conn, now=at or datetime.now(UTC))
        slower |= applied.slower
        if applied.taken == 0:
            return slower


async def _broadcast(approved: Approved) -> tuple[str, str | None]:
    (row,) = await approved.rows("SELECT state, pause_reason FROM broadcasts")
    return row.state, row.pause_reason


async def _first(approved: Approved) -> Any:
    (row,) = await approved.rows("SELECT * FROM deliveries ORDER BY number LIMIT 1")
    return row


@pytest.mark.parametrize(
    ("code", "minutes"),
    [
        ("30003", (30, 60)),
        ("30004", (24 * 60, 26 * 60)),
        ("30008", (5, 15)),
        ("30001", (10, 20)),
        ("30036", (1, 5)),
        ("30500", (5, 15)),
        ("30410", (5, 15)),
        ("21730", (1, 5)),
    ],
)
async def test_some_failures_are_tried_again_in_their_own_time(
    engines: Engines, master: MasterKey, code: str, minutes: tuple[int, int]
) -> None:
    sent = await _planned(engines, master, 2)
    await sent.run("UPDATE broadcasts SET expires_at = now() + interval '9 days'")
    now = datetime.now(UTC)
    await _receive(sent, code, at=now)
    row = await _first(sent)
    assert (row.state, row.reason, row.returned, row.accepted_at, row.finished_at) == (
        "waiting",
        f"twilio.{code}",
        1,
        None,
        None,
    )
    assert timedelta(minutes=minutes[0]) <= row.retry_at - now <= timedelta(minutes=minutes[1])
    (chunk,) = await sent.rows("SELECT not_before, waiting FROM delivery_chunks")
    assert (chunk.not_before, chunk.waiting) == (row.retry_at, 1), "no worker looks at it before"


@pytest.mark.parametrize(("code", "most"), [("30003", 3), ("30004", 1), ("30008", 2)])
async def test_but_only_so_often(engines: Engines, master: MasterKey, code: str, most: int) -> None:
    sent = await _planned(engines, master, 1)
    await sent.run("UPDATE broadcasts SET expires_at = now() + interval '9 days'")
    for _ in range(most):
        await _receive(sent, code)
        assert (await _first(sent)).state == "waiting"
        await _accept(sent)
    await _receive(sent, code)
    row = await _first(sent)
    assert (row.state, row.returned) == ("failed", most)


async def test_nothing_waits_beyond_the_warnings_expiry(sent: Approved) -> None:
    await sent.run("UPDATE broadcasts SET expires_at = now() + interval '29 minutes'")
    await _receive(sent, "30003")
    assert (await _first(sent)).state == "failed"
    await _receive(sent, "30008")
    assert await sent.states() == {"accepted": 8, "failed": 1, "waiting": 1}


async def test_what_was_completed_is_sent_once_more_and_what_was_cancelled_is_not(sent: Approved) -> None:
    await close_finished(sent.engines.worker, now=datetime.now(UTC))
    assert await _broadcast(sent) == ("completed", None)
    await _receive(sent, "30008")
    assert await _broadcast(sent) == ("sending", None)
    await sent.run("UPDATE broadcasts SET state = 'cancelled'")
    await _receive(sent, "30008")
    assert await sent.states() == {"accepted": 8, "failed": 1, "waiting": 1}


async def test_a_number_that_is_no_more_ends_and_is_not_written_to_again(sent: Approved) -> None:
    await _receive(sent, "30005")
    assert await sent.states() == {"accepted": 9, "failed": 1}
    assert len(await sent.rows("SELECT 1 FROM suppressions WHERE reason = 'invalid'")) == 1
    assert await _broadcast(sent) == ("sending", None)


async def test_a_suspended_account_pauses_the_warning_and_fails_nobody(sent: Approved) -> None:
    await _receive(sent, "30002", how_many=4)
    assert await sent.states() == {"accepted": 6, "waiting": 4}
    assert await _broadcast(sent) == ("paused", "twilio.30002")
    row = await _first(sent)
    assert (row.retry_at, row.returned) == (None, 1)
    (chunk,) = await sent.rows("SELECT not_before FROM delivery_chunks")
    assert chunk.not_before is None, "whoever resumes it waits for nothing"
    for _ in range(MOST_RETURNS):
        await sent.run("UPDATE broadcasts SET state = 'sending', pause_reason = NULL")
        await _accept(sent)
        await _receive(sent, "30002")
    assert (await _first(sent)).state == "failed", "one that no set-up can reach does not stop it for ever"


async def test_a_text_that_carriers_filter_stops_above_two_in_a_hundred(engines: Engines, master: MasterKey) -> None:
    sent = await _planned(engines, master, 300)
    await _receive(sent, "30007", how_many=6)
    assert await _broadcast(sent) == ("sending", None)
    await _receive(sent, "30007")
    assert await _broadcast(sent) == ("paused", "twilio.30007")
    assert await sent.states() == {"accepted": 293, "failed": 7}, "the same text is never tried again"
    await sent.run("UPDATE broadcasts SET state = 'sending', pause_reason = NULL")
    await _receive(sent, "30007")
    assert await _broadcast(sent) == ("sending", None), "whoever resumed it has seen those"


async def test_a_few_of_a_small_school_stop_nothing(sent: Approved) -> None:
    await _receive(sent, "30007", how_many=4)
    assert await _broadcast(sent) == ("sending", None)
    await _receive(sent, "30007")
    assert await _broadcast(sent) == ("paused", "twilio.30007")


async def test_two_codes_of_one_batch_each_have_their_way(sent: Approved) -> None:
    rows = await sent.rows("SELECT number FROM deliveries ORDER BY number LIMIT 3")
    intake = ReceiptIntake(sent.engines.web, system_clock)
    intake.start()
    for row, code in zip(rows, ("30003", "30005", None), strict=True):
        attempt = Attempt(sent.unit_id, sent.broadcast_id, row.number, 1)
        await intake.store(Receipt(attempt, twilio.said(f"SM{row.number}", "undelivered", code)))
    await intake.stop()
    async with unit_transaction(sent.engines.worker, sent.unit_id) as conn:
        await apply_batch(conn, now=datetime.now(UTC))
    states = [row.state for row in await sent.rows("SELECT state FROM deliveries ORDER BY number LIMIT 3")]
    assert states == ["waiting", "failed", "failed"]


async def test_a_queue_that_is_full_is_told_to_whoever_paces(sent: Approved) -> None:
    assert await _receive(sent, "30001") == {"twilio"}
    assert await _receive(sent, "30003") == frozenset()


async def test_the_same_receipt_twice_sends_it_back_once(sent: Approved) -> None:
    (row,) = await sent.rows("SELECT number FROM deliveries ORDER BY number LIMIT 1")
    for _ in range(2):
        intake = ReceiptIntake(sent.engines.web, system_clock)
        intake.start()
        await intake.store(
            Receipt(Attempt(sent.unit_id, sent.broadcast_id, row.number, 1), twilio.said("SM1", "undelivered", "30003"))
        )
        await intake.stop()
        async with unit_transaction(sent.engines.worker, sent.unit_id) as conn:
            await apply_batch(conn, now=datetime.now(UTC))
    first = await _first(sent)
    assert (first.state, first.returned) == ("waiting", 1)


@pytest.mark.parametrize("meanwhile", ["waits", "is called", "is in doubt"])
async def test_that_it_had_been_taken_comes_late_and_undoes_no_other_try(sent: Approved, meanwhile: str) -> None:
    await _receive(sent, "30003")
    first = await _first(sent)
    for state in {"waits": (), "is called": ("calling",), "is in doubt": ("calling", "uncertain")}[meanwhile]:
        await sent.run(
            "UPDATE deliveries SET state = :state, attempt = 2 WHERE number = :number", state=state, number=first.number
        )
    was = (await _first(sent)).state
    for word in ("queued", "sent"):
        await _say(sent, first.number, word, provider_id=f"SM{first.number}")
        assert (await _first(sent)).state == was
    await _say(sent, first.number, "sent", provider_id="SM of another attempt")
    assert (await _first(sent)).state == "accepted"


async def _say(approved: Approved, number: int, status: str, *, provider_id: str) -> None:
    intake = ReceiptIntake(approved.engines.web, system_clock)
    intake.start()
    await intake.store(
        Receipt(Attempt(approved.unit_id, approved.broadcast_id, number, 1), twilio.said(provider_id, status, None))
    )
    await intake.stop()
    async with unit_transaction(approved.engines.worker, approved.unit_id) as conn:
        await apply_batch(conn, now=datetime.now(UTC))


async def test_a_carrier_that_calls_nearly_everybody_dead_takes_nobody_off(engines: Engines, master: MasterKey) -> None:
    sent = await _planned(engines, master, 100)
    await sent.run(
        "UPDATE deliveries SET state = 'delivered' WHERE number IN (SELECT number FROM deliveries ORDER BY number DESC LIMIT 30)"
    )
    suppressed = "SELECT count(*) AS many FROM suppressions"
    await _receive(sent, "30005", how_many=19)
    await _receive(sent, "30005", how_many=11)
    assert (await sent.rows(suppressed))[0].many == 30, "as many as were delivered to"
    await _receive(sent, "30005")
    await _receive(sent, "30005", how_many=39)
    assert (await sent.rows(suppressed))[0].many == 30
    assert await sent.states() == {"delivered": 30, "failed": 70}


@pytest.mark.parametrize("code", ["30042", "30024", "30034", "30040", "31999", None])
async def test_a_sender_that_is_blocked_pauses_the_warning_after_a_few_whatever_the_carrier_calls_it(
    engines: Engines, master: MasterKey, code: str | None
) -> None:
    sent = await _planned(engines, master, 20)
    await _receive(sent, code, how_many=4)
    assert await _broadcast(sent) == ("sending", None)
    await _receive(sent, code)
    assert await _broadcast(sent) == ("paused", f"twilio.{code or 'failed'}")


@pytest.mark.parametrize("code", ["21268", "30005"])
async def test_numbers_that_take_no_sms_pause_nobody_however_many_they_are(
    engines: Engines, master: MasterKey, code: str
) -> None:
    sent = await _planned(engines, master, 20)
    await _receive(sent, code, how_many=20)
    assert (await _broadcast(sent))[0] != "paused"
    assert await sent.states() == {"failed": 20}


async def test_an_unknown_code_of_a_few_among_many_ends_each_for_itself(engines: Engines, master: MasterKey) -> None:
    sent = await _planned(engines, master, 300)
    await _receive(sent, "31999", how_many=6)
    assert await _broadcast(sent) == ("sending", None)
    await _receive(sent, "31999")
    assert await _broadcast(sent) == ("paused", "twilio.31999")
