"""One table of all units: as each is, in pages, and only those below."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from service.database import unit_transaction
from service.readiness import Covered, Part, PartState, coverage, record_takedown
from tests.service.readiness.conftest import NOW, Gate

LAPSED = datetime(2027, 11, 1, tzinfo=UTC)
CODES = ["lqd-th", "nbk-thcs", "sgddt-dongnai", "vhxh-an-phuoc"]


async def _coverage(gate: Gate, root: str = "sgddt-dongnai", *, now: datetime = NOW, **options: object) -> list[Covered]:
    async with unit_transaction(gate.engines.web, gate.world.units[root], subtree=True) as conn:
        return await coverage(conn, gate.world.units[root], now=now, **options)  # type: ignore[arg-type]


async def _make_ready(gate: Gate) -> None:
    lead = await gate.account("lan@nbk.example")
    await gate.file_rule()
    await gate.name("lan@nbk.example")
    await gate.accept(lead)
    await gate.approve_card()


async def test_every_unit_below_stands_in_it_with_what_it_has(gate: Gate) -> None:
    await _make_ready(gate)
    async with gate.acting() as conn:
        await record_takedown(
            conn,
            gate.actor("clerk"),
            unit_id=gate.unit_id,
            url="https://x.example/",
            checked_on=date(2026, 9, 1),
            found=True,
            now=NOW,
        )
    async with gate.engines.owner.begin() as conn:
        values = {"unit": gate.unit_id, "by": gate.actor("clerk").account_id, "now": NOW}
        await conn.execute(text("INSERT INTO contacts (unit_id, role) SELECT :unit, 'parent' FROM generate_series(1, 3)"), values)
        await conn.execute(
            text(
                "INSERT INTO imports (unit_id, state, school_year, created_by, applied_at)"
                " VALUES (:unit, 'applied', '2026-2027', :by, :now)"
            ),
            values,
        )
    found = await _coverage(gate)
    school = found[1]
    assert [each.code for each in found] == CODES
    assert (school.parent, school.contacts, school.list_applied_at, school.takedowns_open) == ("vhxh-an-phuoc", 3, NOW, 1)
    assert [each.readiness.ready for each in found] == [False, True, False, False]
    assert found[0].readiness.state(Part.LEAD) is PartState.MISSING


async def test_only_the_unready_are_shown_where_asked(gate: Gate) -> None:
    await _make_ready(gate)
    assert [each.code for each in await _coverage(gate, only_not_ready=True)] == ["lqd-th", "sgddt-dongnai", "vhxh-an-phuoc"]
    assert [each.code for each in await _coverage(gate, only_not_ready=True, now=LAPSED)] == CODES
    assert len(await _coverage(gate, now=LAPSED)) == 4


@pytest.mark.parametrize("table", ["data_rules", "protection_leads", "verification_cards"])
async def test_one_part_that_is_gone_or_lapsed_is_enough_to_be_unready(gate: Gate, table: str) -> None:
    await _make_ready(gate)
    for deed in (f"UPDATE {table} SET school_year = '2024-2025'", f"DELETE FROM {table}"):
        async with gate.engines.owner.begin() as conn:
            await conn.execute(text(deed))
        assert "nbk-thcs" in [each.code for each in await _coverage(gate, only_not_ready=True)]


async def test_it_agrees_with_what_each_unit_is_told(gate: Gate) -> None:
    await _make_ready(gate)
    for now in (NOW, datetime(2027, 10, 31, 16, 59, tzinfo=UTC), datetime(2027, 10, 31, 17, 0, tzinfo=UTC)):
        alone = await gate.readiness(now)
        assert (await _coverage(gate, now=now))[1].readiness == alone
        assert ("nbk-thcs" in [each.code for each in await _coverage(gate, now=now, only_not_ready=True)]) is not alone.ready


async def test_pages_begin_behind_the_cursor(gate: Gate) -> None:
    assert [each.code for each in await _coverage(gate, after="lqd-th", limit=2)] == CODES[1:3]


async def test_a_school_sees_itself_alone(gate: Gate) -> None:
    assert [each.code for each in await _coverage(gate, "nbk-thcs")] == ["nbk-thcs"]


async def test_an_office_sees_its_own_schools(gate: Gate) -> None:
    assert [each.code for each in await _coverage(gate, "vhxh-an-phuoc")] == ["lqd-th", "nbk-thcs", "vhxh-an-phuoc"]
