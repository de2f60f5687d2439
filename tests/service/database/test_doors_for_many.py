"""The doors that make many at once check the place in the tree themselves, whatever the code before them did."""

import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from contact_registry.sealing import MasterKey
from service.database import unit_transaction
from tests.conftest import Engines
from tests.factories.world import World, make_world

NOW = datetime(2026, 9, 7, tzinfo=UTC)
OFFICE, SCHOOL, OTHER = "vhxh-an-phuoc", "nbk-thcs", "lqd-th"


@pytest.fixture
async def world(engines: Engines, master: MasterKey) -> World:
    return await make_world(engines.owner, master)


async def make_units(engines: Engines, acting: int, *units: tuple[str, str, str]) -> int:
    """(code, level, parent) each."""
    codes, levels, parents = (list(column) for column in zip(*units, strict=True))
    async with unit_transaction(engines.web, acting, subtree=True) as conn:
        asked = {"codes": codes, "levels": levels, "parents": parents, "starts": [NOW.date()] * len(codes), "now": NOW}
        sql = "SELECT door_create_units(:codes, :levels, :codes, :parents, :starts, NULL, NULL, :now)"
        made: int = (await conn.execute(text(sql), asked)).scalar_one()
        return made


@pytest.mark.parametrize(
    "units",
    [
        [("new", "school", "sgddt-dongnai")],
        [("new", "school", OTHER)],
        [("new", "school", "nowhere")],
        [("new", "department", OFFICE)],
        [("ring-a", "school", "ring-b"), ("ring-b", "school", "ring-a")],
        [("good", "school", OFFICE), ("new", "school", "sgddt-dongnai")],
    ],
    ids=["above", "below a school", "nowhere", "level", "a ring", "one of two"],
)
async def test_no_unit_is_made_beside_or_above(engines: Engines, world: World, units: list[tuple[str, str, str]]) -> None:
    with pytest.raises(DBAPIError, match="does not stand below"):
        await make_units(engines, world.units[OFFICE], *units)
    async with engines.owner.connect() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM units"))).scalar_one() == 4


async def test_a_code_that_is_taken_is_told_by_the_count(engines: Engines, world: World) -> None:
    assert await make_units(engines, world.units[OFFICE], ("new", "school", OFFICE), (OTHER, "school", OFFICE)) == 1


async def invite(engines: Engines, acting: int, unit: int, key: int) -> None:
    asked = {"unit": [unit], "bytes": [os.urandom(16)], "key": [key], "words": ["clerk"], "languages": ["vi"], "now": NOW}
    sql = (
        "SELECT * FROM"
        " door_invite_accounts(:unit, :bytes, :bytes, :bytes, :key, :words, :languages, :bytes, :now, NULL, NULL, :now)"
    )
    async with unit_transaction(engines.web, acting, subtree=True) as conn:
        assert len((await conn.execute(text(sql), asked)).all()) == 1


async def test_nobody_is_made_at_a_unit_beside_or_above_nor_sealed_with_anothers_key(engines: Engines, world: World) -> None:
    async with engines.owner.connect() as conn:
        keys = {row.unit_id: row.id for row in await conn.execute(text("SELECT unit_id, id FROM data_keys"))}
    ids = world.units
    await invite(engines, ids[OFFICE], ids[SCHOOL], keys[ids[SCHOOL]])
    for acting, unit, key in ((SCHOOL, OTHER, OTHER), (SCHOOL, OFFICE, OFFICE), (OFFICE, SCHOOL, OTHER)):
        with pytest.raises(DBAPIError, match="does not stand below"):
            await invite(engines, ids[acting], ids[unit], keys[ids[key]])


async def test_no_data_key_is_made_for_a_unit_beside_or_above(engines: Engines, world: World) -> None:
    async with engines.owner.begin() as conn:
        await conn.execute(text("UPDATE data_keys SET retired_at = now()"))
    units = sorted(world.units.values())
    async with unit_transaction(engines.web, world.units[OFFICE], subtree=True) as conn:
        asked = {"units": units, "wraps": [b"x"] * len(units)}
        await conn.execute(text("SELECT door_first_data_keys(:units, :wraps)"), asked)
    async with engines.owner.connect() as conn:
        made = await conn.execute(text("SELECT unit_id FROM data_keys WHERE retired_at IS NULL"))
        assert set(made.scalars()) == {world.units[code] for code in (OFFICE, SCHOOL, OTHER)}
