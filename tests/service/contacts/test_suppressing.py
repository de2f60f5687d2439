"""Taking an address off stops what waits for it, and nothing else; and a dead address takes itself off."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from contact_registry.sealing import MasterKey, address_hash
from service.carriers import Refused, fault_of, twilio
from service.contacts import Target, take_off
from service.database import unit_transaction
from service.deliveries import Attempt, Receipt, ReceiptIntake, plan, progress_of
from service.deliveries.rounds.claiming import Result, commit_round
from service.deliveries.rounds.claims import Claimed, claim
from service.keyring.deployment import deployment_key
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.direct import direct
from tests.factories.parents import add_parents
from tests.factories.receipts import apply_receipts

DEPARTMENT, SCHOOL, OTHER = "sgddt-dongnai", "nbk-thcs", "lqd-th"
NUMBERS = [f"+8490000000{n}" for n in range(3)]
NOW = datetime.now(UTC)
WORKER = uuid4()


async def planned(
    engines: Engines, master: MasterKey, *, unit: str = SCHOOL, urgency: str = "urgent", both: bool = False
) -> Approved:
    """Three numbers and two emails at the school, planned; `both`: the first number is on the other school's list, too."""
    sent = await approve_broadcast(engines, master, unit=unit, urgency=urgency)
    if both:
        await add_parents(engines.owner, master, sent.world.units[OTHER], phones=1)
    await plan(engines.worker, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, now=datetime.now(UTC))
    return sent


async def off(sent: Approved, phone: str = NUMBERS[0], *, unit: str = SCHOOL, reason: str = "wrong_person") -> None:
    async with unit_transaction(sent.engines.web, sent.world.units[unit]) as conn:
        await take_off(
            conn,
            sent.world.actor(unit),
            unit_id=sent.world.units[unit],
            target=Target(phone=phone),
            reason=reason,  # type: ignore[arg-type]
            master=sent.master,
            now=NOW,
        )


async def states(sent: Approved) -> list[tuple[str, str | None]]:
    """Of the numbers, in their order."""
    async with sent.engines.owner.begin() as conn:
        index = await deployment_key(conn, sent.master, "address_index")
    rows = {bytes(r.address_hash): r for r in await sent.rows("SELECT address_hash, state, reason FROM deliveries")}
    found = [rows[address_hash(index, "sms", number)] for number in NUMBERS]
    return [(row.state, row.reason) for row in found]


WAITS = ("waiting", None)
STOPPED = ("not_sent", "suppressed")


async def test_what_waits_for_a_number_taken_off_is_not_sent_and_the_parts_still_add_up(
    engines: Engines, master: MasterKey
) -> None:
    sent = await planned(engines, master)
    await off(sent, "090 000 0000")
    assert await states(sent) == [STOPPED, WAITS, WAITS]
    async with unit_transaction(engines.web, sent.unit_id) as conn:
        progress = await progress_of(conn, sent.broadcast_id, now=NOW)
    assert (progress.total, progress.waiting, progress.not_sent) == (5, 4, 1)


@pytest.mark.parametrize(
    ("reason", "urgency", "first"),
    [
        ("opt_out", "urgent", WAITS),
        ("opt_out", "advisory", STOPPED),
        ("wrong_person", "emergency", STOPPED),
        ("invalid", "urgent", STOPPED),
    ],
)
async def test_an_opt_out_stops_advisories_only(
    engines: Engines, master: MasterKey, reason: str, urgency: str, first: tuple[str, str | None]
) -> None:
    sent = await planned(engines, master, urgency=urgency)
    await off(sent, reason=reason)
    assert await states(sent) == [first, WAITS, WAITS]


async def test_another_schools_word_stops_nothing_here(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master, both=True)
    await off(sent, unit=OTHER)
    assert await states(sent) == [WAITS, WAITS, WAITS]


async def test_a_departments_warning_stops_for_a_school_only_where_no_other_wants_it(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master, unit=DEPARTMENT, both=True)
    (first,) = await sent.rows("SELECT recipient_unit FROM deliveries ORDER BY number LIMIT 1")
    assert first.recipient_unit == sent.world.units[SCHOOL]
    await off(sent, NUMBERS[0])
    await off(sent, NUMBERS[1])
    assert await states(sent) == [WAITS, STOPPED, WAITS]


@pytest.mark.parametrize("sender", [SCHOOL, DEPARTMENT])
async def test_what_a_department_takes_off_stops_for_all_its_schools(engines: Engines, master: MasterKey, sender: str) -> None:
    sent = await planned(engines, master, unit=sender, both=True)
    await off(sent, unit=DEPARTMENT)
    assert await states(sent) == [STOPPED, WAITS, WAITS]


@pytest.mark.parametrize(
    "unwanted",
    [
        "UPDATE contact_points SET ended_by = (SELECT min(id) FROM imports) WHERE unit_id = :unit",
        "INSERT INTO suppressions SELECT unit_id, channel, address_hash, 'invalid' FROM contact_points WHERE unit_id = :unit",
        (
            "INSERT INTO suppressions SELECT a.ancestor_id, p.channel, p.address_hash, 'invalid' FROM contact_points p"
            " JOIN unit_closure a ON a.descendant_id = p.unit_id AND a.depth = 1 WHERE p.unit_id = :unit"
        ),
        "UPDATE broadcasts SET audience = jsonb_set(audience, '{units}', '[\"nbk-thcs\"]')",
        "UPDATE contact_points SET audience = 'staff' WHERE unit_id = :unit",
    ],
)
async def test_another_school_wants_it_only_if_it_would_be_sent_from_there(
    engines: Engines, master: MasterKey, unwanted: str
) -> None:
    sent = await planned(engines, master, unit=DEPARTMENT, both=True)
    account = sent.world.actor().account_id
    await sent.run(
        "INSERT INTO imports (unit_id, state, school_year, created_by) VALUES (:unit, 'applied', '2026-2027', :by)",
        unit=sent.world.units[OTHER],
        by=account,
    )
    await sent.run(unwanted, **({"unit": sent.world.units[OTHER]} if ":unit" in unwanted else {}))
    await off(sent)
    assert (await states(sent))[0] == STOPPED


async def test_taken_off_in_mid_call_it_is_not_tried_again(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    first, second, third = await _call(sent)
    await off(sent)
    await _came_back(sent, [Result(n, 1, "waiting", reason="timeout") for n in (first, second)], third)
    async with direct(engines.worker) as conn:
        claimed = await claim(conn, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, chunk=0, worker=WORKER)
    assert claimed is not None
    assert [each.number for each in claimed.deliveries] == [second]
    assert await states(sent) == [STOPPED, ("waiting", "timeout"), ("accepted", None)]


async def _call(sent: Approved) -> list[int]:
    """All three numbers are being called; their numbers in order of address."""
    async with direct(sent.engines.worker) as conn:
        claimed = await claim(conn, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, chunk=0, worker=WORKER)
        assert claimed is not None
        await commit_round(conn, claimed, worker=WORKER, now=NOW, call=[each.number for each in claimed.deliveries])
    async with sent.engines.owner.begin() as conn:
        index = await deployment_key(conn, sent.master, "address_index")
    by_hash = {bytes(r.address_hash): r.number for r in await sent.rows("SELECT address_hash, number FROM deliveries")}
    return [by_hash[address_hash(index, "sms", number)] for number in NUMBERS]


async def _came_back(sent: Approved, results: Sequence[Result], *accepted: int) -> None:
    held = Claimed(
        sent.broadcast_id, chunk=0, unit_id=sent.unit_id, channel="sms", record_id=UUID(int=0), claims=1, deliveries=()
    )
    came = [*results, *(Result(n, 1, "accepted", provider_id=f"SM{n}") for n in accepted)]
    async with direct(sent.engines.worker) as conn:
        await commit_round(conn, held, worker=WORKER, now=NOW, results=came)
    await sent.run("UPDATE delivery_chunks SET holder = NULL, lease_until = NULL")


async def suppressed(sent: Approved) -> list[tuple[str, str, str]]:
    rows = await sent.rows(
        "SELECT u.code, s.channel, s.reason FROM suppressions s JOIN units u ON u.id = s.unit_id ORDER BY 1, 2, 3"
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("unit", [SCHOOL, DEPARTMENT])
async def test_a_refused_number_that_is_dead_takes_itself_off_where_it_came_from(
    engines: Engines, master: MasterKey, unit: str
) -> None:
    sent = await planned(engines, master, unit=unit)
    first, second, third = await _call(sent)
    failed = [
        Result(first, 1, "failed", reason="twilio.21211", fault="dead_address"),
        Result(second, 1, "failed", reason="twilio.21610", fault="number"),
    ]
    await _came_back(sent, failed, third)
    assert await suppressed(sent) == [(SCHOOL, "sms", "invalid")]
    (event,) = await sent.rows(
        "SELECT u.code, a.account_id, a.details FROM audit_events a JOIN units u ON u.id = a.unit_id"
        " WHERE action = 'suppression.noticed'"
    )
    assert (event.code, event.account_id, event.details) == (
        SCHOOL,
        None,
        {"channel": "sms", "reason": "invalid", "addresses": 1},
    )


async def test_a_receipt_that_says_so_does_the_same_once(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master, unit=DEPARTMENT)
    numbers = await _call(sent)
    await _came_back(sent, [], *numbers)
    intake = ReceiptIntake(engines.web, lambda: NOW)
    intake.start()
    for number, code in zip(numbers, ("30005", "30003", "30006"), strict=True):
        for _ in range(2):
            await intake.store(
                Receipt(Attempt(sent.unit_id, sent.broadcast_id, number, 1), twilio.said(f"SM{number}", "undelivered", code))
            )
    await intake.stop()
    await apply_receipts(engines.worker, sent.unit_id)
    assert await suppressed(sent) == [(SCHOOL, "sms", "invalid"), (SCHOOL, "sms", "invalid")]


@pytest.mark.parametrize(
    ("code", "dead"),
    [
        ("twilio.21211", True),
        ("twilio.21614", True),
        ("twilio.21635", True),
        ("twilio.30005", True),
        ("twilio.30006", True),
        ("twilio.30003", False),
        ("twilio.30004", False),
        ("twilio.21610", False),
        ("twilio.212110", False),
        ("another.30005", False),
        ("smtp.550.5.1.1", True),
        ("smtp.551.5.1.6", True),
        ("smtp.553.5.1.3", True),
        ("smtp.550.5.1.10", True),
        ("smtp.550", False),
        ("smtp.550.5.7.1", False),
        ("smtp.550.5.1.8", False),  # the sender's address
        ("smtp.554.5.1.1", False),
        ("smtp.550.5.1.1x", False),
        ("address.unreadable", False),
    ],
)
def test_what_a_failure_says_of_the_address(code: str, dead: bool) -> None:  # noqa: FBT001
    assert (fault_of(Refused(code, "number")) == "dead_address") == dead


async def test_a_worker_cannot_say_that_another_units_deliveries_are_dead(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    first, *rest = await _call(sent)
    await _came_back(sent, [], first, *rest)
    await sent.run(
        "UPDATE deliveries SET state = 'failed', reason = 'twilio.30005', fault = 'dead_address' WHERE number = :n", n=first
    )
    async with unit_transaction(engines.worker, sent.world.units[OTHER]) as conn:
        await conn.exec_driver_sql(
            "SELECT door_suppress_dead(ARRAY[%s]::bigint[], ARRAY[%s]::bigint[])", (sent.broadcast_id, first)
        )
    assert await suppressed(sent) == []
