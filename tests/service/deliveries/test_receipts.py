"""Receipts: signed, stored before they are answered, and harmless however they come."""

import asyncio
import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from service.carriers import Said, twilio, twilio_callbacks
from service.clock import system_clock
from service.database import unit_transaction
from service.deliveries import (
    Attempt,
    AttemptTokens,
    Receipt,
    ReceiptIntake,
    apply_batch,
    check_signature,
    progress_of,
)
from service.deliveries.rounds.claims import lock_chunks
from service.errors import Forbidden
from tests.factories.approved import Approved
from tests.factories.receipts import apply_receipts
from tests.factories.waiting import somebody_waits

URL = "https://loa.example/webhooks/twilio/status/abc"
TOKENS = AttemptTokens(bytes(range(64)))


def _signed(token: str, url: str, parameters: Sequence[tuple[str, str]]) -> str:
    signed = url + "".join(f"{name}{value}" for name, value in sorted(parameters))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), "sha1").digest()).decode()


@given(st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=20), max_size=8), st.text(min_size=1, max_size=40))
def test_a_signature_is_what_twilios_own_library_computes(parameters: dict[str, str], token: str) -> None:
    check_signature([token], URL, list(parameters.items()), RequestValidator(token).compute_signature(URL, parameters))


@pytest.mark.parametrize(
    "base", ["https://loa.example:8443", "https://loa.example", "http://loa.example:8080", "https://loa.example:443"]
)
@pytest.mark.parametrize("spelling", ["exact", "no port", "usual port"])
def test_the_port_may_be_signed_or_not_as_twilios_own_library_takes_it(base: str, spelling: str) -> None:
    path, parameters = "/webhooks/twilio/status/abc?x=%2F:80", {"MessageSid": "SM1"}
    scheme, host = base.split("://")
    bare, _, port = host.partition(":")
    usual = f"{bare}:{443 if scheme == 'https' else 80}"
    signed = {"exact": host, "no port": bare, "usual port": host if port else usual}[spelling]
    validator = RequestValidator("secret")
    signature = validator.compute_signature(f"{scheme}://{signed}{path}", parameters)
    assert validator.validate(base + path, parameters, signature), "the vendor takes it"
    check_signature(["another", "secret"], base + path, list(parameters.items()), signature)
    with pytest.raises(Forbidden):
        check_signature(["secret"], f"{scheme}://evil.example{path}", list(parameters.items()), signature)


@pytest.mark.parametrize(
    "forged",
    [
        (URL, [("MessageSid", "SM1"), ("MessageStatus", "failed")]),
        (URL + "x", [("MessageSid", "SM1"), ("MessageStatus", "sent")]),
        (URL, [("MessageSid", "SM1"), ("MessageStatus", "sent"), ("Unknown", "1")]),
    ],
)
def test_whatever_was_not_signed_is_refused(forged: tuple[str, list[tuple[str, str]]]) -> None:
    true = [("MessageSid", "SM1"), ("MessageStatus", "sent")]
    signature = _signed("secret", URL, true)
    check_signature(["secret"], URL, true, signature)
    with pytest.raises(Forbidden, match=r"webhook\.bad_signature"):
        check_signature(["secret"], *forged, signature)
    check_signature(["another", "secret"], URL, true, signature)
    for strangers in (["another"], []):
        with pytest.raises(Forbidden, match=r"webhook\.bad_signature"):
            check_signature(strangers, URL, true, signature)


@given(
    st.integers(1, 2**31 - 1), st.integers(1, 2**62), st.integers(0, 10**14 - 1), st.integers(1, 2**15 - 1), st.integers(0, 200)
)
def test_a_token_says_its_attempt_and_nothing_else_opens(unit: int, broadcast: int, number: int, attempt: int, at: int) -> None:
    made = Attempt(unit, broadcast, number, attempt)
    token = TOKENS.make(made)
    assert TOKENS.open(token) == made
    assert token == TOKENS.make(made)
    place = at % len(token)
    changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
    for wrong in (changed, token[:-1], token + "A", "", "ü"):
        try:
            assert TOKENS.open(wrong) == made  # the last letter's unused bits
        except Forbidden:
            continue
        assert wrong[:-1] == token[:-1]


async def _arrive(planned: Approved, *said: tuple[str, str | None], attempts: Sequence[int] | None = None) -> None:
    """Receipts for the first delivery, in this order, and applied; all of attempt 1 unless `attempts` says otherwise."""
    (row,) = await planned.rows("SELECT number FROM deliveries ORDER BY number LIMIT 1")
    intake = ReceiptIntake(planned.engines.web, system_clock)
    intake.start()
    for (status, error), attempt in zip(said, attempts or [1] * len(said), strict=True):
        await intake.store(
            Receipt(Attempt(planned.unit_id, planned.broadcast_id, row.number, attempt), twilio.said("SM1", status, error))
        )
    await intake.stop()
    await apply_receipts(planned.engines.worker, planned.unit_id)


async def _first(planned: Approved) -> tuple[str, str | None]:
    (row,) = await planned.rows("SELECT state, reason FROM deliveries ORDER BY number LIMIT 1")
    return row.state, row.reason


async def _put_in(planned: Approved, state: str) -> None:
    """The first delivery, moved to a state along the table."""
    for step in {
        "waiting": [],
        "calling": ["calling"],
        "uncertain": ["calling", "uncertain"],
        "accepted": ["calling", "accepted"],
    }[state]:
        await planned.run(
            "UPDATE deliveries SET state = :step, attempt = 1 WHERE number = (SELECT min(number) FROM deliveries)", step=step
        )


@pytest.mark.parametrize(
    ("was", "said", "is_now"),
    [
        ("accepted", [("sent", None), ("delivered", None)], ("delivered", None)),
        ("accepted", [("delivered", None), ("sent", None)], ("delivered", None)),
        ("accepted", [("delivered", None), ("delivered", None)], ("delivered", None)),
        ("accepted", [("undelivered", "30005")], ("failed", "twilio.30005")),
        ("accepted", [("something-new", None)], ("accepted", None)),
        ("uncertain", [("queued", None)], ("accepted", None)),
        ("uncertain", [("delivered", None)], ("delivered", None)),
        ("calling", [("delivered", None)], ("delivered", None)),
        ("waiting", [("delivered", None)], ("delivered", None)),
        ("waiting", [("undelivered", "30003")], ("waiting", None)),
        ("accepted", [("undelivered", "30003"), ("delivered", None)], ("delivered", None)),
        ("accepted", [("delivered", None), ("undelivered", "30003")], ("delivered", None)),
        ("accepted", [("undelivered", "30005"), ("sent", None)], ("failed", "twilio.30005")),
        ("accepted", [("sent", None), ("undelivered", "30005")], ("failed", "twilio.30005")),
    ],
)
@pytest.mark.parametrize("cut", ["at once", "one by one"])
async def test_the_furthest_word_stands(
    planned: Approved, was: str, said: list[tuple[str, str | None]], is_now: tuple[str, str], cut: str
) -> None:
    await _put_in(planned, was)
    for batch in [said] if cut == "at once" else [[each] for each in said]:
        await _arrive(planned, *batch)
    assert await _first(planned) == is_now


@pytest.mark.parametrize("cut", ["at once", "one by one"])
async def test_that_an_earlier_attempt_failed_hides_nothing_of_the_one_under_way(planned: Approved, cut: str) -> None:
    await _put_in(planned, "calling")
    await planned.run("UPDATE deliveries SET attempt = 2 WHERE state = 'calling'")
    words = [(1, "failed"), (2, "sent")]
    for batch in [words] if cut == "at once" else [[each] for each in words]:
        await _arrive(planned, *((status, None) for _, status in batch), attempts=[attempt for attempt, _ in batch])
    assert await _first(planned) == ("accepted", None)


async def test_receipts_of_a_batch_wait_for_whoever_holds_the_chunk_and_for_nobody_else(planned: Approved) -> None:
    """Chunk before deliveries: whoever has the chunk may still move them while receipts wait."""
    await _put_in(planned, "accepted")
    (row,) = await planned.rows("SELECT number FROM deliveries ORDER BY number LIMIT 1")
    async with unit_transaction(planned.engines.worker, planned.unit_id) as conn:
        await lock_chunks(conn, planned.broadcast_id, [row.number])
        waiting = asyncio.create_task(_arrive(planned, ("delivered", None)))
        await somebody_waits(planned.engines.owner)
        await conn.execute(text("UPDATE deliveries SET reason = 'x' WHERE number = :number"), {"number": row.number})
    await waiting
    assert await _first(planned) == ("delivered", None)


async def test_a_late_word_moves_nothing_backwards(planned: Approved) -> None:
    await _put_in(planned, "accepted")
    await _arrive(planned, ("delivered", None))
    await _arrive(planned, ("sent", None), ("undelivered", "30003"))
    assert await _first(planned) == ("delivered", None)
    async with unit_transaction(planned.engines.web, planned.unit_id) as conn:
        progress = await progress_of(conn, planned.broadcast_id, now=datetime.now(UTC))
    assert (progress.total, progress.delivered, progress.waiting) == (5, 1, 4)


async def test_a_receipt_of_nothing_we_know_is_harmless(planned: Approved) -> None:
    intake = ReceiptIntake(planned.engines.web, system_clock)
    intake.start()
    strangers = [
        Receipt(Attempt(planned.unit_id, planned.broadcast_id + 7, n, 1), twilio.said("SM1", "delivered", None))
        for n in range(100)
    ]
    await asyncio.gather(*(intake.store(each) for each in strangers))
    await intake.stop()
    assert await apply_receipts(planned.engines.worker, planned.unit_id) == 100
    assert await planned.states() == {"waiting": 5}


async def test_a_receipt_is_answered_only_when_it_is_stored(planned: Approved) -> None:
    intake = ReceiptIntake(planned.engines.web, system_clock)
    intake.start()
    known = Receipt(Attempt(planned.unit_id, planned.broadcast_id, 1, 1), twilio.said("SM1", "delivered", None))
    await planned.run("ALTER TABLE receipts_inbox RENAME TO away")
    (answer,) = await asyncio.gather(intake.store(known), return_exceptions=True)
    assert isinstance(answer, Exception)
    await planned.run("ALTER TABLE away RENAME TO receipts_inbox")
    await intake.store(known)
    await intake.stop()
    assert [row.unit_id for row in await planned.rows("SELECT unit_id FROM receipts_inbox")] == [planned.unit_id]


async def test_a_unit_nobody_knows_holds_up_nobody(planned: Approved) -> None:
    intake = ReceiptIntake(planned.engines.web, system_clock)
    intake.start()
    units = (999_999, planned.unit_id, planned.world.units["lqd-th"])
    await asyncio.gather(
        *(intake.store(Receipt(Attempt(unit, 7, 1, 1), twilio.said("SM1", "delivered", None))) for unit in units)
    )
    await intake.stop()
    stored = await planned.rows("SELECT unit_id FROM receipts_inbox")
    assert {row.unit_id for row in stored} == set(units[1:])


async def test_what_is_of_nobody_any_more_is_dropped_and_counted(planned: Approved) -> None:
    """A delivery that was never there, and one of another unit than the token says."""
    (row,) = await planned.rows("SELECT number FROM deliveries ORDER BY number LIMIT 1")
    elsewhere = planned.world.units["lqd-th"]
    await _put_in(planned, "accepted")
    for unit, number in ((planned.unit_id, row.number), (planned.unit_id, 999_999_999), (elsewhere, row.number)):
        await planned.run(
            "INSERT INTO receipts_inbox (unit_id, broadcast_id, number, attempt, provider_id, status, received_at)"
            " VALUES (:unit, :broadcast, :number, 1, 'SM1', 'delivered', now())",
            unit=unit,
            broadcast=planned.broadcast_id,
            number=number,
        )
    applied = {}
    for unit in (elsewhere, planned.unit_id):
        async with unit_transaction(planned.engines.worker, unit) as conn:
            applied[unit] = await apply_batch(conn, now=datetime.now(UTC))
    assert (applied[elsewhere].taken, applied[elsewhere].strays, applied[elsewhere].changed) == (1, 1, {})
    assert (applied[planned.unit_id].taken, applied[planned.unit_id].strays) == (2, 1)
    assert applied[planned.unit_id].changed == {planned.broadcast_id: {"delivered": 1}}
    assert await planned.rows("SELECT 1 FROM receipts_inbox") == []


@pytest.mark.parametrize(
    ("was", "said", "is_now"),
    [
        ("calling", "delivered", "delivered"),
        ("calling", "undelivered", "calling"),
        ("accepted", "undelivered", "accepted"),
        ("accepted", "delivered", "delivered"),
        ("waiting", "failed", "waiting"),
    ],
)
async def test_a_callback_of_an_earlier_attempt_that_comes_behind_a_retry(
    planned: Approved, was: str, said: str, is_now: str
) -> None:
    await _put_in(planned, was)
    await planned.run("UPDATE deliveries SET attempt = 2 WHERE number = (SELECT min(number) FROM deliveries)")
    for _ in range(2):  # and once more: the gateway repeats itself
        await _arrive(planned, (said, None))
    assert (await _first(planned))[0] == is_now


@pytest.mark.parametrize(
    "odd",
    [
        {"MessageSid": "SM\x001"},
        {"MessageSid": ""},
        {"MessageSid": "S" * 65},
        {"MessageStatus": "+84912345678"},
        {"MessageStatus": "đã nhận"},
        {"ErrorCode": "30003; DROP"},
    ],
)
def test_fields_that_no_gateway_sends_are_refused(odd: dict[str, str]) -> None:
    fine = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert twilio_callbacks.read_callback(fine) == Said("SM1", "failed", "twilio.30003")
    assert twilio_callbacks.read_callback(fine | odd) is None
