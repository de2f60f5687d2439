"""Units: dated names and places, and nobody reaches beyond their own tree."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.units import Revision, create_first_unit, create_unit, find_unit, list_units, revise_unit, units_below_each
from tests.conftest import Engines
from tests.factories.world import World, make_world

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    return await make_world(engines.owner, master)


async def test_a_department_sees_its_tree_and_a_school_only_itself(engines: Engines, world: World) -> None:
    async with unit_transaction(engines.web, world.units["sgddt-dongnai"], subtree=True) as conn:
        below = [unit.code for unit in await list_units(conn, TODAY)]
    async with unit_transaction(engines.web, world.units["nbk-thcs"], subtree=True) as conn:
        own = await list_units(conn, TODAY)
        with pytest.raises(NotFound) as refused:
            await find_unit(conn, "lqd-th", TODAY)
    assert below == ["lqd-th", "nbk-thcs", "sgddt-dongnai", "vhxh-an-phuoc"]
    assert [(unit.code, unit.parent) for unit in own] == [("nbk-thcs", "vhxh-an-phuoc")]
    assert refused.value.code == "unit.unknown"


async def test_pages_of_units_begin_behind_the_cursor(engines: Engines, world: World) -> None:
    async with unit_transaction(engines.web, world.units["sgddt-dongnai"], subtree=True) as conn:
        assert [unit.code for unit in await list_units(conn, TODAY, after="nbk-thcs", limit=1)] == ["sgddt-dongnai"]


async def test_an_officer_makes_a_school_that_is_then_in_the_tree(engines: Engines, world: World) -> None:
    officer = world.actor("sgddt-dongnai", "officer")
    async with unit_transaction(engines.web, officer.unit_id, subtree=True) as conn:
        made = await create_unit(
            conn, officer, code="hoa-sen-mn", name=" Trường Mầm non Hoa Sen ", level="school", parent="vhxh-an-phuoc", now=NOW
        )
        assert await find_unit(conn, "hoa-sen-mn", TODAY) == made
        assert made.id in (await units_below_each(conn, ["vhxh-an-phuoc"], TODAY))["vhxh-an-phuoc"]
        marks = (await conn.execute(text("SELECT action, subject_id, account_id FROM audit_events"))).all()
    assert made.name == "Trường Mầm non Hoa Sen"
    assert [tuple(mark) for mark in marks] == [("unit.created", "hoa-sen-mn", officer.account_id)]


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"code": "lqd-th"}, Conflict, "unit.exists"),
        ({"code": "Hoa Sen"}, Invalid, "request.invalid"),
        ({"parent": "nowhere"}, NotFound, "unit.unknown"),
        ({"parent": "nbk-thcs"}, Invalid, "request.invalid"),
        ({"level": "ministry"}, Invalid, "request.invalid"),
        ({"name": " "}, Invalid, "request.invalid"),
        ({"valid_from": TODAY, "valid_to": TODAY}, Invalid, "request.invalid"),
    ],
)
async def test_a_unit_that_cannot_be_is_refused(
    engines: Engines, world: World, changes: dict[str, str], error: type[Exception], code: str
) -> None:
    officer = world.actor("sgddt-dongnai", "officer")
    wanted = {"code": "hoa-sen-mn", "name": "Hoa Sen", "level": "school", "parent": "vhxh-an-phuoc"} | changes
    with pytest.raises(error) as refused:
        async with unit_transaction(engines.web, officer.unit_id, subtree=True) as conn:
            await create_unit(conn, officer, **wanted, now=NOW)  # type: ignore[arg-type]
    assert refused.value.code == code  # type: ignore[attr-defined]


async def test_a_clerk_makes_no_units(engines: Engines, world: World) -> None:
    clerk = world.actor("sgddt-dongnai", "clerk")
    async with unit_transaction(engines.web, clerk.unit_id) as conn:
        with pytest.raises(Forbidden):
            await create_unit(conn, clerk, code="x-1", name="X", level="school", parent="sgddt-dongnai", now=NOW)


async def test_a_new_name_holds_from_its_day_and_the_old_one_before(engines: Engines, world: World) -> None:
    officer = world.actor("sgddt-dongnai", "officer")
    async with unit_transaction(engines.web, officer.unit_id, subtree=True) as conn:
        await revise_unit(
            conn,
            officer,
            code="sgddt-dongnai",
            revision=Revision(name="Sở GD&ĐT thành phố Đồng Nai", valid_from=date(2026, 4, 30)),
            now=NOW,
        )
        before = await find_unit(conn, "sgddt-dongnai", date(2026, 4, 29))
        after = await find_unit(conn, "sgddt-dongnai", TODAY)
    assert (before.name, before.valid_to) == ("Sở Giáo dục và Đào tạo Đồng Nai", date(2026, 4, 30))
    assert (after.name, after.parent) == ("Sở GD&ĐT thành phố Đồng Nai", None)


@pytest.mark.parametrize("code", ["vhxh-an-phuoc", "nbk-thcs"])
async def test_a_unit_neither_calls_itself_another_nor_says_how_long_it_stands(engines: Engines, world: World, code: str) -> None:
    admin = world.actor(code, "administrator")
    department = "Sở Giáo dục và Đào tạo Đồng Nai"
    for revision in (Revision(name=department), Revision(valid_to=date(2099, 1, 1)), Revision(valid_from=date(2000, 1, 1))):
        async with unit_transaction(engines.web, admin.unit_id, subtree=True) as conn:
            with pytest.raises(Forbidden, match=r"unit\.oneself"):
                await revise_unit(conn, admin, code=code, revision=revision, now=NOW)
    door = (
        "SELECT door_revise_unit(:unit, :name, (SELECT parent_id FROM unit_versions WHERE unit_id = :unit), :day, NULL, NULL,"
        " NULL, :now)"
    )
    with pytest.raises(DBAPIError, match="said by the unit above"):
        async with unit_transaction(engines.web, admin.unit_id) as conn:
            await conn.execute(text(door), {"unit": admin.unit_id, "name": department, "day": TODAY, "now": NOW})


async def test_a_moved_office_takes_its_schools_along(engines: Engines, world: World) -> None:
    officer = world.actor("sgddt-dongnai", "officer")
    async with unit_transaction(engines.web, officer.unit_id, subtree=True) as conn:
        await create_unit(conn, officer, code="vhxh-tam-phuoc", name="B", level="commune_office", parent="sgddt-dongnai", now=NOW)
        moved = await revise_unit(conn, officer, code="lqd-th", revision=Revision(parent="vhxh-tam-phuoc"), now=NOW)
        ids = await units_below_each(conn, ["vhxh-an-phuoc", "vhxh-tam-phuoc", "sgddt-dongnai"], TODAY)
    assert moved.parent == "vhxh-tam-phuoc"
    assert moved.id not in ids["vhxh-an-phuoc"]
    assert moved.id in ids["vhxh-tam-phuoc"]
    assert len(ids["sgddt-dongnai"]) == 5


async def test_a_school_that_ended_is_in_no_audience(engines: Engines, world: World) -> None:
    officer = world.actor("sgddt-dongnai", "officer")
    async with unit_transaction(engines.web, officer.unit_id, subtree=True) as conn:
        await revise_unit(conn, officer, code="lqd-th", revision=Revision(valid_from=date(2026, 1, 1), valid_to=TODAY), now=NOW)
        assert world.units["lqd-th"] not in (await units_below_each(conn, ["sgddt-dongnai"], TODAY))["sgddt-dongnai"]
        assert world.units["lqd-th"] in (await units_below_each(conn, ["sgddt-dongnai"], date(2026, 11, 22)))["sgddt-dongnai"]


async def test_an_office_cannot_touch_what_stands_beside_it(engines: Engines, world: World) -> None:
    officer = world.actor("vhxh-an-phuoc", "officer")
    async with unit_transaction(engines.web, officer.unit_id, subtree=True) as conn:
        with pytest.raises(NotFound):
            await revise_unit(conn, officer, code="sgddt-dongnai", revision=Revision(name="Ours now"), now=NOW)
        assert await units_below_each(conn, ["sgddt-dongnai", "nowhere", "a\x00"], TODAY) == {}


async def test_the_first_unit_stands_from_the_day_it_is_in_vietnam(engines: Engines) -> None:
    late = datetime(2026, 11, 30, 18, 24, tzinfo=UTC)
    async with engines.owner.begin() as conn:
        made = await create_first_unit(conn, code="so-moi", name="Sở mới", now=late)
    assert made.valid_from == date(2026, 12, 1)


async def test_the_first_unit_is_the_owners_to_make(engines: Engines) -> None:
    async with engines.owner.begin() as conn:
        made = await create_first_unit(conn, code="so-moi", name="Sở mới", now=NOW)
        with pytest.raises(Conflict):
            await create_first_unit(conn, code="so-moi", name="Sở mới", now=NOW)
    async with unit_transaction(engines.web, made.id, subtree=True) as conn:
        assert await find_unit(conn, "so-moi", TODAY) == made
