"""The three parts: filed, named and accepted, approved; each for a school year."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.database import unit_transaction
from service.errors import Conflict, Forbidden, Invalid, LoaError
from service.readiness import Part, PartState, readiness_report
from service.sentences import sentence
from tests.service.readiness.conftest import NOW, Gate

LEAD = "lan@nbk.example"
LAST_MINUTE = datetime(2027, 10, 31, 16, 59, tzinfo=UTC)  # 31 October, 23:59 in Vietnam
FIRST_MINUTE = LAST_MINUTE + timedelta(minutes=1)


async def _complete(gate: Gate) -> None:
    lead = await gate.account(LEAD)
    await gate.file_rule()
    await gate.name(LEAD)
    await gate.accept(lead)
    await gate.approve_card()


async def test_a_unit_is_ready_once_all_three_stand(gate: Gate) -> None:
    lead = await gate.account(LEAD)
    assert (await gate.readiness()).missing == tuple(Part)
    await gate.file_rule()
    await gate.approve_card()
    await gate.name(LEAD)
    waiting = await gate.readiness()
    assert (waiting.missing, waiting.state(Part.LEAD)) == ((Part.LEAD,), PartState.WAITING)
    await gate.accept(lead)
    assert (await gate.readiness()).ready


async def test_everything_stands_until_31_october_and_not_a_minute_longer(gate: Gate) -> None:
    await _complete(gate)
    assert (await gate.readiness(LAST_MINUTE)).ready
    lapsed = await gate.readiness(FIRST_MINUTE)
    assert lapsed.lapsed == tuple(Part)
    assert lapsed.missing == ()


@pytest.mark.parametrize(("urgency", "goes"), [("advisory", False), ("urgent", True), ("emergency", True)])
async def test_a_lapse_holds_back_lists_and_advisories_only(gate: Gate, urgency: str, *, goes: bool) -> None:
    await _complete(gate)
    lapsed = await gate.readiness(FIRST_MINUTE)
    with pytest.raises(Conflict):
        lapsed.require_for_list()
    if goes:
        lapsed.require_for_sending(urgency)
    else:
        with pytest.raises(Conflict):
            lapsed.require_for_sending(urgency)


@pytest.mark.parametrize("urgency", ["advisory", "urgent", "emergency"])
async def test_a_unit_that_was_never_complete_sends_nothing(gate: Gate, urgency: str) -> None:
    await gate.file_rule()
    await gate.approve_card()
    with pytest.raises(Conflict) as refused:
        (await gate.readiness()).require_for_sending(urgency)
    assert sentence(refused.value.code, "vi", refused.value.values).endswith("Còn thiếu: người phụ trách bảo vệ dữ liệu.")
    assert sentence(refused.value.code, "en", refused.value.values).endswith("Still needed: a data protection lead.")


async def test_a_lead_may_be_of_a_unit_above_and_accepts_from_there(gate: Gate) -> None:
    lead = await gate.account("so@sgddt.example", unit="sgddt-dongnai")
    await gate.name("so@sgddt.example")
    await gate.accept(lead)
    assert Part.LEAD not in (await gate.readiness()).missing


@pytest.mark.parametrize(
    ("email", "unit", "roles"),
    [
        ("nobody@nowhere.example", None, None),
        ("beside@lqd.example", "lqd-th", ("data_protection_lead",)),
        ("clerk@nbk.example", "nbk-thcs", ("clerk",)),
    ],
)
async def test_nobody_learns_whether_an_email_has_an_account_elsewhere(
    gate: Gate, email: str, unit: str | None, roles: tuple[str, ...] | None
) -> None:
    if unit and roles:
        await gate.account(email, unit=unit, roles=roles)
    with pytest.raises(Invalid) as refused:
        await gate.name(email)
    assert [(field.field, field.code, field.values) for field in refused.value.fields] == [
        ("email", "readiness.no_such_lead", None)
    ]


async def test_a_school_below_is_no_place_for_an_offices_lead(gate: Gate) -> None:
    await gate.account(LEAD)
    gate.unit = "vhxh-an-phuoc"
    with pytest.raises(Invalid):
        await gate.name(LEAD)


async def test_only_the_named_person_accepts(gate: Gate) -> None:
    await gate.account(LEAD)
    await gate.name(LEAD)
    with pytest.raises(Forbidden) as refused:
        await gate.accept(gate.actor("data_protection_lead"))
    assert refused.value.code == "readiness.not_the_lead"
    with pytest.raises(Forbidden):
        await gate.accept(gate.actor("approver"))
    assert (await gate.readiness()).state(Part.LEAD) is PartState.WAITING


async def test_the_lead_before_stays_in_office_until_the_next_accepts(gate: Gate) -> None:
    await _complete(gate)
    await gate.account("moi@nbk.example")
    await gate.name("moi@nbk.example")
    assert (await gate.readiness()).ready
    async with gate.acting() as conn:
        lead = (await readiness_report(conn, gate.unit_id, master=gate.master, now=NOW)).parts[1]
    assert (lead.state, lead.next_lead) == (PartState.STANDING, "Nguyễn Thị Phụ Trách")


@pytest.mark.parametrize("change", ["disabled_at = now()", "roles = '{clerk}'"])
async def test_a_lead_who_left_leaves_the_office_lapsed_wherever_their_account_is(gate: Gate, change: str) -> None:
    lead = await gate.account("so@sgddt.example", unit="sgddt-dongnai")
    await gate.file_rule()
    await gate.approve_card()
    await gate.name("so@sgddt.example")
    await gate.accept(lead)
    assert (await gate.readiness()).ready

    async with unit_transaction(gate.engines.web, gate.world.units["sgddt-dongnai"]) as conn:
        await conn.execute(text(f"UPDATE accounts SET {change} WHERE id = :id"), {"id": lead.account_id})

    readiness = await gate.readiness()
    assert readiness.state(Part.LEAD) is PartState.LAPSED
    with pytest.raises(Conflict):
        readiness.require_for_list()
    readiness.require_for_sending("urgent")
    await gate.account(LEAD)
    await gate.name(LEAD)
    assert (await gate.readiness()).state(Part.LEAD) is PartState.WAITING


async def test_whoever_was_replaced_can_no_longer_accept(gate: Gate) -> None:
    first = await gate.account(LEAD)
    await gate.account("moi@nbk.example")
    await gate.name(LEAD)
    await gate.name("moi@nbk.example")
    with pytest.raises(Forbidden):
        await gate.accept(first)


async def test_a_naming_of_a_school_year_that_is_over_cannot_be_accepted(gate: Gate) -> None:
    lead = await gate.account(LEAD)
    await gate.name(LEAD)
    with pytest.raises(Forbidden):
        await gate.accept(lead, FIRST_MINUTE)
    await gate.accept(lead, LAST_MINUTE)


async def test_naming_the_same_person_again_takes_nothing_away(gate: Gate) -> None:
    await _complete(gate)
    await gate.name(LEAD)
    assert (await gate.readiness()).ready
    assert len(await gate.rows("SELECT 1 FROM protection_leads")) == 1


async def test_a_report_names_who_and_until_when(gate: Gate) -> None:
    await _complete(gate)
    async with gate.acting() as conn:
        report = await readiness_report(conn, gate.unit_id, master=gate.master, now=NOW)
    rule, lead, card = report.parts
    assert (rule.who, lead.who, card.who) == ("Clerk", "Nguyễn Thị Phụ Trách", "Approver")
    assert {part.valid_until for part in report.parts} == {date(2027, 10, 31)}
    assert rule.values["number"] == "12/QĐ-THCS"
    assert (card.values["phone"], card.values["out_of_hours_phone"]) == ("+842513822123", "+84912345678")
    assert report.readiness.blocks == "blocks.nothing"


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"number": "  "}, "number", "field.too_short"),
        ({"dated": date(2026, 9, 8)}, "dated", "field.date_ahead"),
        ({"sha256": "xy" * 32}, "sha256", "field.invalid"),
        ({"sha256": "ab"}, "sha256", "field.invalid"),
        ({"advisory_basis": "whim"}, "advisory_basis", "field.choice"),
    ],
)
async def test_a_rule_that_cannot_be_is_refused(gate: Gate, changes: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await gate.file_rule(**changes)
    assert [(each.field, each.code) for each in refused.value.fields] == [(field, code)]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"phone": "0251 38"}, "phone", "field.phone"),
        ({"out_of_hours_phone": "0912345678/79"}, "out_of_hours_phone", "field.phone"),
        ({"hours": ""}, "hours", "field.too_short"),
        ({"tested_on": date(2026, 9, 8)}, "tested_on", "field.date_ahead"),
        ({"tested_on": date(2025, 9, 6)}, "tested_on", "field.date_over_a_year_ago"),
        ({"declared": ["no_such"]}, "statements", "field.choice"),
    ],
)
async def test_a_card_that_cannot_be_is_refused(gate: Gate, changes: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        await gate.approve_card(**changes)
    assert [(each.field, each.code) for each in refused.value.fields] == [(field, code)]


async def test_a_test_call_a_year_ago_to_the_day_still_counts(gate: Gate) -> None:
    await gate.approve_card(tested_on=date(2025, 9, 7))
    assert Part.CARD not in (await gate.readiness()).missing


@pytest.mark.parametrize("role", ["clerk", "data_protection_lead", "administrator"])
async def test_only_a_head_approves_a_card(gate: Gate, role: str) -> None:
    gate.world.actors["nbk-thcs", "approver"] = gate.actor(role)
    with pytest.raises(Forbidden):
        await gate.approve_card()


async def test_every_deed_is_in_the_trail_and_names_nobody(gate: Gate) -> None:
    await _complete(gate)
    trail = await gate.rows("SELECT action, details::text FROM audit_events WHERE action !~ 'account' ORDER BY id")
    assert [row.action for row in trail] == [
        "data_rule.filed",
        "protection_lead.named",
        "protection_lead.accepted",
        "verification_card.approved",
    ]
    whole = " ".join(row.details for row in trail)
    assert not any(personal in whole for personal in ("lan@", "912345678", "3822123", "Phụ Trách"))


async def test_a_refused_deed_leaves_nothing(gate: Gate) -> None:
    with pytest.raises(LoaError):
        await gate.file_rule(number="")
    assert await gate.rows("SELECT 1 FROM data_rules") == []
