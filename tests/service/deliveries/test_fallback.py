"""Whose number turns out to be no use is written to by email, where the sender asked for it: those, once, and in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.carriers import twilio
from service.carriers.twilio import MEANINGS
from service.clock import system_clock
from service.database import unit_transaction
from service.deliveries import (
    Attempt,
    Progress,
    Receipt,
    ReceiptIntake,
    apply_batch,
    fall_back,
    plan,
    progress_of,
    resume,
    retry_failed,
)
from service.deliveries.rounds.sweeping import close_finished
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.quiet import quiet_now


async def _planned(engines: Engines, master: MasterKey, **further: Any) -> Approved:
    with_fallback: dict[str, Any] = {"phones": 4, "emails": 0, "with_emails": 3, "fallback": "email"}
    made = await approve_broadcast(engines, master, **with_fallback | further)
    await plan(engines.worker, unit_id=made.unit_id, broadcast_id=made.broadcast_id, now=datetime.now(UTC))
    await _accept(made)
    return made


async def _accept(made: Approved, channel: str = "sms") -> None:
    """Everything of a channel that waits is handed over, and taken."""
    await made.run(
        "UPDATE deliveries SET state = 'calling', attempt = attempt + 1 WHERE state = 'waiting' AND channel = :channel",
        channel=channel,
    )
    await made.run("UPDATE deliveries SET state = 'accepted' WHERE state = 'calling'")


@pytest.fixture
async def sent(engines: Engines, master: MasterKey) -> Approved:
    """Four SMS that a carrier has taken; three of the parents have an address, too."""
    return await _planned(engines, master)


async def _receive(made: Approved, *codes: str) -> None:
    """The carrier fails the first SMS of the list with the first code, and so on; several are of one batch."""
    rows = await made.rows(
        "SELECT d.number, d.attempt, d.state FROM deliveries d JOIN contact_points p USING (channel, address_hash)"
        " WHERE d.channel = 'sms'"
        " ORDER BY p.id"
    )
    intake = ReceiptIntake(made.engines.web, system_clock)
    intake.start()
    for row, code in zip(rows, codes, strict=False):
        attempt = Attempt(made.unit_id, made.broadcast_id, row.number, row.attempt)
        await intake.store(Receipt(attempt, twilio.said(f"SM{row.number}", "undelivered", code)))
    await intake.stop()
    async with unit_transaction(made.engines.worker, made.unit_id) as conn:
        await apply_batch(conn, now=datetime.now(UTC))


async def _fall_back(made: Approved) -> int:
    return await fall_back(made.engines.worker, now=datetime.now(UTC))


async def _progress(made: Approved) -> Progress:
    async with unit_transaction(made.engines.web, made.unit_id) as conn:
        return await progress_of(conn, made.broadcast_id, now=datetime.now(UTC))


async def _state(made: Approved) -> str:
    (row,) = await made.rows("SELECT state FROM broadcasts")
    return str(row.state)


async def _letters(made: Approved) -> list[Any]:
    return await made.rows("SELECT * FROM deliveries WHERE channel = 'email' ORDER BY number")


async def _email_of_the_first(made: Approved) -> bytes:
    (row,) = await made.rows("SELECT address_hash FROM contact_points WHERE channel = 'email' ORDER BY id LIMIT 1")
    return bytes(row.address_hash)


async def test_a_dead_number_leads_to_that_parents_address_with_a_number_of_its_own(sent: Approved) -> None:
    await _receive(sent, "30005")
    assert await _fall_back(sent) == 1
    (letter,) = await _letters(sent)
    assert (bytes(letter.address_hash), letter.state) == (await _email_of_the_first(sent), "waiting")
    (chunk,) = await sent.rows("SELECT * FROM delivery_chunks WHERE channel = 'email'")
    assert (chunk.chunk, chunk.lane, chunk.first_number, chunk.last_number, chunk.waiting) == (
        letter.chunk,
        "urgent",
        letter.number,
        letter.number,
        1,
    )
    (record,) = await sent.rows(
        "SELECT b.record_id FROM number_blocks n JOIN broadcasts b ON b.record_id = n.record_id"
        " WHERE :n BETWEEN first_number AND last_number",
        n=letter.number,
    )
    assert record is not None, "a look-up of it leads to the record"
    (event,) = await sent.rows("SELECT details FROM audit_events WHERE action = 'broadcast.fell_back'")
    assert event.details == {"deliveries": 1}


async def test_the_total_grows_by_what_was_added_and_the_parts_still_sum(sent: Approved) -> None:
    assert ((await _progress(sent)).total, (await _progress(sent)).fallbacks) == (4, 0)
    await _receive(sent, "30005", "30006")
    await _fall_back(sent)
    told = await _progress(sent)
    assert (told.total, told.fallbacks, told.failed, told.waiting, told.accepted) == (6, 2, 2, 2, 2)


@pytest.mark.parametrize("code", sorted(MEANINGS))
async def test_a_code_that_is_the_numbers_fault_has_it_fall_back_and_no_other(sent: Approved, code: int) -> None:
    await _receive(sent, str(code))
    await sent.run("UPDATE broadcasts SET state = 'sending'")  # some pause it
    assert await _fall_back(sent) == (MEANINGS[code].error_class == "number")


async def test_a_refusal_at_once_counts_as_a_receipt_does(engines: Engines, master: MasterKey) -> None:
    made = await approve_broadcast(engines, master, phones=4, emails=0, with_emails=3, fallback="email")
    await plan(engines.worker, unit_id=made.unit_id, broadcast_id=made.broadcast_id, now=datetime.now(UTC))
    await made.run("UPDATE deliveries SET state = 'calling', attempt = 1")
    await made.run("UPDATE deliveries SET state = 'failed', reason = 'twilio.21614', fault = 'dead_address'")
    assert await _fall_back(made) == 3, "the fourth has no address"


async def test_what_is_not_the_numbers_fault_ends_as_it_is(sent: Approved) -> None:
    await sent.run("UPDATE broadcasts SET expires_at = now() + interval '10 minutes'")
    await _receive(sent, "30003", "30007")
    assert (await sent.states())["failed"] == 2
    assert await _fall_back(sent) == 0


async def test_without_the_senders_word_nobody_falls_back(engines: Engines, master: MasterKey) -> None:
    made = await _planned(engines, master, fallback=None)
    await _receive(made, "30005")
    assert await made.rows("SELECT 1 FROM fallbacks_due") == []


async def test_what_is_tried_again_falls_back_only_when_it_has_ended(sent: Approved) -> None:
    await sent.run("UPDATE broadcasts SET expires_at = now() + interval '9 days'")
    await _receive(sent, "30004")
    assert await _fall_back(sent) == 0, "the number is tried once more, the next day"
    await _accept(sent)
    await _receive(sent, "30004")
    assert await _fall_back(sent) == 1


@pytest.mark.parametrize("reason", ["wrong_person", "invalid", "hard_bounce"])
async def test_an_address_that_was_taken_off_is_not_written_to(sent: Approved, reason: str) -> None:
    await sent.run(
        "INSERT INTO suppressions (unit_id, channel, address_hash, reason) VALUES (:unit, 'email', :hash, :reason)",
        unit=sent.unit_id,
        hash=await _email_of_the_first(sent),
        reason=reason,
    )
    await _receive(sent, "30005", "30005")
    assert await _fall_back(sent) == 1


@pytest.mark.parametrize(("urgency", "letters"), [("urgent", 2), ("advisory", 1)])
async def test_an_opt_out_of_email_is_heeded_by_advisories(
    engines: Engines, master: MasterKey, urgency: str, letters: int
) -> None:
    made = await _planned(engines, master, urgency=urgency)
    await made.run(
        "INSERT INTO suppressions (unit_id, channel, address_hash, reason) VALUES (:unit, 'email', :hash, 'opt_out')",
        unit=made.unit_id,
        hash=await _email_of_the_first(made),
    )
    await _receive(made, "30005", "30005")
    assert await _fall_back(made) == letters


async def test_where_advisories_go_by_consent_so_do_their_letters(engines: Engines, master: MasterKey) -> None:
    made = await _planned(engines, master, urgency="advisory")
    await made.run("UPDATE data_rules SET advisory_basis = 'consent'")
    await made.run(
        "INSERT INTO consents (unit_id, channel, address_hash, basis, proof, given_on, recorded_by, recorded_at)"
        " SELECT :unit, 'email', :hash, 'consent', 'meeting', '2026-09-01', min(id), now() FROM accounts",
        unit=made.unit_id,
        hash=await _email_of_the_first(made),
    )
    await _receive(made, "30005", "30005")
    assert await _fall_back(made) == 1


async def test_an_address_that_is_no_more_on_the_list_is_not_written_to(sent: Approved) -> None:
    await sent.run("DELETE FROM contact_points WHERE address_hash = :hash", hash=await _email_of_the_first(sent))
    await _receive(sent, "30005")
    assert await _fall_back(sent) == 0


async def test_it_happens_once_whatever_fails_again(sent: Approved) -> None:
    await _receive(sent, "30005")
    assert await _fall_back(sent) == 1
    assert await _fall_back(sent) == 0
    await sent.run("DELETE FROM suppressions")  # the school asked: it is the right number
    async with unit_transaction(sent.engines.web, sent.unit_id) as conn:
        await retry_failed(conn, _approver(sent), broadcast_id=sent.broadcast_id, now=datetime.now(UTC))
    await _accept(sent)
    await _receive(sent, "30005")
    assert await sent.rows("SELECT 1 FROM fallbacks_due") != []
    assert await _fall_back(sent) == 0
    assert len(await _letters(sent)) == 1


async def test_two_numbers_of_one_parent_lead_to_one_letter(sent: Approved) -> None:
    await sent.run(
        "UPDATE contact_points SET contact_id = (SELECT min(contact_id) FROM contact_points)"
        " WHERE id = (SELECT max(id) FROM contact_points WHERE channel = 'sms')"
    )
    await _receive(sent, "30005", "30001", "30001", "30005")
    assert await _fall_back(sent) == 1


async def test_of_several_addresses_the_first_is_written_to(sent: Approved) -> None:
    await sent.run("UPDATE contact_points SET contact_id = (SELECT min(contact_id) FROM contact_points) WHERE channel = 'email'")
    await _receive(sent, "30005")
    assert await _fall_back(sent) == 1
    assert bytes((await _letters(sent))[0].address_hash) == await _email_of_the_first(sent)


async def test_whoever_has_no_address_ends_the_look(sent: Approved) -> None:
    await _receive(sent, *["30005"] * 4)
    assert await _fall_back(sent) == 3
    assert await sent.rows("SELECT 1 FROM fallbacks_due") == []


async def test_a_completed_warning_is_sent_once_more(sent: Approved) -> None:
    await close_finished(sent.engines.worker, now=datetime.now(UTC))
    assert await _state(sent) == "completed"
    await _receive(sent, "30005")
    assert await _fall_back(sent) == 1
    assert await _state(sent) == "sending"
    await _accept(sent, "email")
    await close_finished(sent.engines.worker, now=datetime.now(UTC))
    assert await _state(sent) == "completed"


async def test_a_completed_warning_that_falls_back_at_night_waits_for_the_morning(sent: Approved) -> None:
    await close_finished(sent.engines.worker, now=datetime.now(UTC))
    await _receive(sent, "30005")
    quiet, now = quiet_now(), datetime.now(UTC)
    assert await fall_back(sent.engines.worker, quiet=quiet, now=now) == 1
    (row,) = await sent.rows(
        "SELECT b.waits_until, c.not_before FROM broadcasts b JOIN delivery_chunks c ON c.broadcast_id = b.id"
        " WHERE c.channel = 'email'"
    )
    assert row.waits_until == row.not_before == quiet.end_after(now)


async def test_it_is_not_complete_while_somebody_is_to_fall_back(sent: Approved) -> None:
    await _receive(sent, "30005")
    assert await close_finished(sent.engines.worker, now=datetime.now(UTC)) == 0


async def test_a_pause_holds_it_and_resuming_goes_on(sent: Approved) -> None:
    await sent.run("UPDATE broadcasts SET state = 'paused', pause_reason = 'broadcast.paused_by_person'")
    await _receive(sent, "30005")
    assert await _fall_back(sent) == 0
    async with unit_transaction(sent.engines.web, sent.unit_id) as conn:
        await resume(conn, _approver(sent), broadcast_id=sent.broadcast_id, now=datetime.now(UTC))
    assert await _fall_back(sent) == 1


@pytest.mark.parametrize("stop", ["state = 'cancelled'", "expires_at = now()"])
async def test_what_was_cancelled_or_has_expired_never_falls_back(sent: Approved, stop: str) -> None:
    await _receive(sent, "30005")
    await sent.run(f"UPDATE broadcasts SET {stop}")
    assert await _fall_back(sent) == 0
    assert await sent.rows("SELECT 1 FROM fallbacks_due") == []
    assert await close_finished(sent.engines.worker, now=datetime.now(UTC)) == (1 if "expires" in stop else 0)


async def test_what_waits_for_its_hour_waits_by_email_too(sent: Approved) -> None:
    until = datetime.now(UTC) + timedelta(hours=3)
    await sent.run("UPDATE broadcasts SET waits_until = :until", until=until)
    await _receive(sent, "30005")
    await _fall_back(sent)
    (chunk,) = await sent.rows("SELECT not_before FROM delivery_chunks WHERE channel = 'email'")
    assert chunk.not_before == until


async def test_a_department_writes_to_the_address_on_the_schools_list(engines: Engines, master: MasterKey) -> None:
    made = await _planned(engines, master, unit="sgddt-dongnai")
    await _receive(made, "30005")
    assert await _fall_back(made) == 1
    (letter,) = await _letters(made)
    assert (letter.unit_id, letter.recipient_unit) == (made.unit_id, made.world.units["nbk-thcs"])


async def test_its_letters_take_their_turn(sent: Approved) -> None:
    await _receive(sent, "30005")
    await _fall_back(sent)
    await sent.run("SELECT door_heartbeat(gen_random_uuid(), 'urgent', now())")
    async with unit_transaction(sent.engines.worker, None) as conn:
        turns = (await conn.exec_driver_sql("SELECT chunk FROM door_next_chunks('urgent', 6)")).scalars().all()
    assert turns == [1]


async def test_nobody_is_erased_while_letters_are_being_made(sent: Approved) -> None:
    forget = "SELECT door_forget_deliveries('email', '{}'::bytea[])"
    async with unit_transaction(sent.engines.worker, sent.unit_id) as making:
        await making.exec_driver_sql("SELECT FROM broadcasts FOR UPDATE")
        async with unit_transaction(sent.engines.web, sent.unit_id) as conn:
            assert (await conn.exec_driver_sql(forget)).scalar_one() is False
    async with unit_transaction(sent.engines.web, sent.unit_id) as conn:
        assert (await conn.exec_driver_sql(forget)).scalar_one() is True


def _approver(made: Approved) -> Actor:
    return made.world.actor("nbk-thcs", "approver")
