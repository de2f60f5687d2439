"""What a carrier says after a restore of what left before it sends nothing by itself: the lost system may have done so."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.carriers import twilio
from service.clock import system_clock
from service.database import unit_transaction
from service.deliveries import Attempt, Receipt, ReceiptIntake, apply_batch, fall_back, plan
from service.deliveries.rounds.sweeping import close_finished, reopen_unfinished
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast


@pytest.fixture
async def sent(engines: Engines, master: MasterKey) -> Approved:
    """Three SMS that a carrier took an hour ago, of a completed warning that falls back to email."""
    made = await approve_broadcast(engines, master, phones=3, emails=0, with_emails=3, fallback="email")
    await plan(engines.worker, unit_id=made.unit_id, broadcast_id=made.broadcast_id, now=datetime.now(UTC))
    await _take(made, "1 hour")
    await close_finished(engines.worker, now=datetime.now(UTC))
    return made


async def _take(made: Approved, ago: str) -> None:
    await made.run(
        "UPDATE deliveries SET state = 'calling', attempt = attempt + 1, called_at = now() - CAST(:ago AS interval)"
        " WHERE state = 'waiting'",
        ago=ago,
    )
    await made.run("UPDATE deliveries SET state = 'accepted' WHERE state = 'calling'")


async def _restored(made: Approved) -> None:
    async with made.engines.owner.begin() as conn:
        now = datetime.now(UTC)
        settle = text("SELECT * FROM settle_restored(:backed_up, 0, :now)")
        await conn.execute(settle, {"backed_up": now - timedelta(minutes=30), "now": now})


async def _receive(made: Approved, *codes: str) -> None:
    rows = await made.rows("SELECT number, attempt FROM deliveries WHERE state = 'accepted' AND channel = 'sms' ORDER BY number")
    intake = ReceiptIntake(made.engines.web, system_clock)
    intake.start()
    for row, code in zip(rows, codes, strict=False):
        attempt = Attempt(made.unit_id, made.broadcast_id, row.number, row.attempt)
        await intake.store(Receipt(attempt, twilio.said(f"SM{row.number}", "undelivered", code)))
    await intake.stop()


async def _work(made: Approved) -> tuple[str, dict[str, int]]:
    """Receipts, sweeper; what stands then."""
    now = datetime.now(UTC)
    async with unit_transaction(made.engines.worker, made.unit_id) as conn:
        await apply_batch(conn, now=now)
    await fall_back(made.engines.worker, now=now)
    await reopen_unfinished(made.engines.worker, now=now)
    (row,) = await made.rows("SELECT state FROM broadcasts")
    return row.state, await made.states()


async def test_what_failed_before_or_since_is_told_and_not_sent_again(sent: Approved) -> None:
    await _receive(sent, "30008")  # in the inbox of the backup
    await _restored(sent)
    await _receive(sent, "30008", "30005", "30008")
    assert await _work(sent) == ("completed", {"failed": 3})


async def test_without_a_restore_it_would_be(sent: Approved) -> None:
    await _receive(sent, "30008", "30005")
    assert await _work(sent) == ("sending", {"accepted": 1, "failed": 1, "waiting": 2})


async def test_what_stood_due_or_waited_in_a_completed_warning_is_in_doubt(sent: Approved) -> None:
    await sent.run(
        "INSERT INTO fallbacks_due (broadcast_id, unit_id, number) SELECT broadcast_id, unit_id, number FROM deliveries LIMIT 1"
    )
    await sent.run("UPDATE deliveries SET state = 'failed'")
    await sent.run("UPDATE deliveries SET state = 'waiting' WHERE number = (SELECT min(number) FROM deliveries)")
    await _restored(sent)
    assert await _work(sent) == ("completed", {"failed": 2, "uncertain": 1})


async def test_what_leaves_after_it_is_tried_again_as_ever(sent: Approved) -> None:
    await _restored(sent)
    await sent.run("UPDATE broadcasts SET state = 'sending'")
    await sent.run("UPDATE deliveries SET state = 'failed'")
    await sent.run("UPDATE deliveries SET state = 'waiting'")
    await _take(sent, "1 minute")
    await _receive(sent, "30008", "30005")
    assert await _work(sent) == ("sending", {"accepted": 1, "failed": 1, "waiting": 2})
