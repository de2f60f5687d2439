"""The sender that a carrier says it used: another than the registered one pauses the warning, by receipts too."""

from datetime import UTC, datetime, timedelta

import pytest

from service.carriers import twilio, twilio_callbacks
from service.clock import system_clock
from service.deliveries import Attempt, Receipt, ReceiptIntake
from service.deliveries.answers.senders import is_other
from service.deliveries.rounds.sweeping import close_finished
from tests.factories.approved import Approved
from tests.factories.receipts import apply_receipts

REGISTERED = "SGDDTDNAI"


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("SGDDTDNAI", False),
        ("sgddtdnai", False),
        ("SGDDT DNAI", False),
        (None, False),
        ("", False),
        ("MG" + "0" * 32, False),
        ("NOTIFY", True),
        ("+12025550123", True),
        ("SGDDTDNAl", True),
    ],
)
def test_what_is_another_sender(said: str | None, other: bool) -> None:  # noqa: FBT001
    assert is_other(said, REGISTERED) == other


@pytest.mark.parametrize(
    ("said", "registered", "other"),
    [
        ("+84901234567", "84901234567", False),  # as it may be set, and as Twilio writes it
        ("8079", "8079", False),
        ("+84901234568", "84901234567", True),
        ("+SGDDTDNAI", REGISTERED, True),
    ],
)
def test_a_number_is_the_same_with_and_without_its_plus(said: str, registered: str, other: bool) -> None:  # noqa: FBT001
    assert is_other(said, registered) == other


@pytest.mark.parametrize(
    ("sender", "registered", "other"),
    [
        ("NOTIFY", ["SGDDTDNAI"], True),
        ("SGDDTDNAI", ["A", "SGDDTDNAI"], False),
        ("NOTIFY", [], False),
        (None, ["SGDDTDNAI"], False),
    ],
)
def test_a_callback_tells_whose_name_it_left_under(sender: str | None, registered: list[str], other: bool) -> None:  # noqa: FBT001
    form = {"MessageSid": "SM1", "MessageStatus": "sent"} | ({"From": sender} if sender else {})
    said = twilio_callbacks.read_callback(form)
    assert said is not None
    assert Receipt.of(Attempt(1, 1, 1, 1), said, registered).other_sender == other


async def _told(planned: Approved, *, other: bool) -> tuple[str, str | None]:
    """A receipt of the first SMS has come; how the warning stands then."""
    (row,) = await planned.rows("SELECT number FROM deliveries WHERE channel = 'sms' ORDER BY number LIMIT 1")
    intake = ReceiptIntake(planned.engines.web, system_clock)
    intake.start()
    await intake.store(
        Receipt(
            Attempt(planned.unit_id, planned.broadcast_id, row.number, 1),
            twilio.said("SM1", "delivered", None),
            other_sender=other,
        )
    )
    await intake.stop()
    await apply_receipts(planned.engines.worker, planned.unit_id)
    (broadcast,) = await planned.rows("SELECT state, pause_reason FROM broadcasts")
    (delivery,) = await planned.rows("SELECT state FROM deliveries WHERE number = :n", n=row.number)
    assert delivery.state == "delivered"
    assert await planned.rows("SELECT 1 FROM receipts_inbox") == []
    return broadcast.state, broadcast.pause_reason


async def _call(planned: Approved, at: datetime) -> None:
    await planned.run("UPDATE deliveries SET state = 'calling', attempt = 1, called_at = :at WHERE channel = 'sms'", at=at)


async def test_a_receipt_under_another_name_pauses_the_warning_and_counts_as_what_it_says(planned: Approved) -> None:
    await _call(planned, datetime.now(UTC) + timedelta(seconds=1))
    assert await _told(planned, other=True) == ("paused", "sender.other")


async def test_a_receipt_under_the_registered_name_pauses_nothing(planned: Approved) -> None:
    await _call(planned, datetime.now(UTC) + timedelta(seconds=1))
    assert await _told(planned, other=False) == ("sending", None)


async def test_what_was_called_before_a_person_resumed_it_pauses_it_no_more(planned: Approved) -> None:
    await _call(planned, datetime.now(UTC))
    await planned.run("UPDATE broadcasts SET updated_at = now() + interval '1 second'")
    assert await _told(planned, other=True) == ("sending", None)


async def test_a_warning_that_is_through_says_it_all_the_same(planned: Approved) -> None:
    await _call(planned, datetime.now(UTC))
    await planned.run("UPDATE deliveries SET state = 'accepted' WHERE state = 'calling'")
    await planned.run("UPDATE deliveries SET state = 'not_sent' WHERE state = 'waiting'")
    await close_finished(planned.engines.worker, now=datetime.now(UTC))
    assert await _told(planned, other=True) == ("completed", "sender.other")
