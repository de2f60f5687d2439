"""Undoing a list brings back exactly what was, whatever the two lists are."""

import random
from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.errors import ManyGone
from contact_registry.lists import read_list
from contact_registry.present import store_checked, undo_list
from contact_registry.present.applying import Applied, apply_list
from contact_registry.sealing import MasterKey, current_data_key
from service.database import unit_transaction
from service.keyring.deployment import deployment_key
from tests.conftest import Engines
from tests.factories.world import World, make_world

HEAD = {"parents": "STT;Họ tên;Lớp;SĐT cha;SĐT mẹ;SĐT;Email", "staff": "STT;Họ và tên;Chức vụ;SĐT;Email"}
UNIT = "nbk-thcs"


class Registry:
    def __init__(self, engines: Engines, master: MasterKey, world: World) -> None:
        self.engines, self.master, self.unit, self.account = engines, master, world.units[UNIT], world.actor(UNIT).account_id

    async def store(self, lines: list[str], of: Any, year: str) -> int:
        checked = read_list("\n".join((HEAD[of], *lines)).encode(), "", audience=of)
        insert = (
            "INSERT INTO imports (unit_id, audience, state, school_year, created_by)"
            " VALUES (:unit, :of, 'checked', :year, :by) RETURNING id"
        )
        async with unit_transaction(self.engines.web, self.unit) as conn:
            values = {"unit": self.unit, "of": of, "year": year, "by": self.account}
            made = int((await conn.execute(text(insert), values)).scalar_one())
        async with unit_transaction(self.engines.worker, self.unit) as conn:
            await store_checked(conn, made, self.unit, checked, await current_data_key(conn, self.master, self.unit))
        return made

    async def apply(self, made: int, of: Any, year: str, confirm_gone: int | None = None) -> Applied:
        async with unit_transaction(self.engines.web, self.unit) as conn:
            key = await current_data_key(conn, self.master, self.unit)
            index = await deployment_key(conn, self.master, "address_index")
            return await apply_list(conn, made, self.unit, key, index, school_year=year, of=of, confirm_gone=confirm_gone)

    async def applied(self, lines: list[str], of: Any = "parents", year: str = "2026-2027") -> int:
        made = await self.store(lines, of, year)
        try:
            await self.apply(made, of, year)
        except ManyGone as many:
            await self.apply(made, of, year, many.gone)
        return made

    async def undo(self, made: int) -> None:
        async with unit_transaction(self.engines.web, self.unit) as conn:
            await undo_list(conn, made, self.unit)

    async def everything(self) -> dict[str, list[str]]:
        """Every row of the registry, whole."""
        async with self.engines.owner.connect() as conn:
            return {
                table: list((await conn.execute(text(f"SELECT t::text FROM {table} t ORDER BY 1"))).scalars())
                for table in ("contacts", "contact_points", "enrolments", "suppressions", "import_changes")
            }

    async def gone_with_an_address(self) -> int:
        """Present addresses of contacts that are gone, or on another list than their contact:
        audiences rely on there being none.
        """
        async with self.engines.owner.connect() as conn:
            found = await conn.execute(
                text(
                    "SELECT count(*) FROM contact_points p JOIN contacts c ON c.id = p.contact_id"
                    " WHERE p.ended_by IS NULL AND (c.ended_by IS NOT NULL OR c.audience <> p.audience OR c.unit_id <> p.unit_id)"
                )
            )
            return int(found.scalar_one())


@pytest.fixture
async def registry(engines: Engines, master: MasterKey) -> Registry:
    return Registry(engines, master, await make_world(engines.owner, master))


def parents(chance: random.Random) -> list[str]:
    """A small list in which everything moves: numbers, roles, classes, emails, and pupils with nobody."""

    def number() -> str:
        return f"09123456{chance.randrange(12):02}" if chance.random() < 0.6 else ""

    def email() -> str:
        return f"p{chance.randrange(5)}@example.com" if chance.random() < 0.4 else ""

    return [
        (
            f"{n};Học Sinh "
            f"{chance.randrange(9)};{chance.randrange(6, 8)}A{chance.randrange(1, 3)};{number()};{number()};{number()};{email()}"
        )
        for n in range(1, chance.randrange(4, 16))
    ]


@pytest.mark.parametrize("seed", range(6))
async def test_an_undone_list_leaves_no_trace(registry: Registry, seed: int) -> None:
    chance = random.Random(seed)
    await registry.applied(parents(chance), year="2025-2026")
    await registry.applied(["1;Lê Hoa;Toán;0912345601;hoa@example.com", "2;Vũ An;Văn;0912345699;"], of="staff")
    before = await registry.everything()
    made = await registry.applied(parents(chance))
    assert await registry.everything() != before
    assert await registry.gone_with_an_address() == 0
    await registry.undo(made)
    assert await registry.everything() == before
    assert await registry.gone_with_an_address() == 0


async def test_a_list_of_staff_is_undone_and_the_parents_stay(registry: Registry) -> None:
    await registry.applied(["1;An;6A1;;0912345601;;"])
    await registry.applied(["1;Lê Hoa;Toán;0912345601;", "2;Vũ An;Văn;0912345602;"], of="staff", year="2025-2026")
    before = await registry.everything()
    made = await registry.applied(["1;Lê Thị Hoa;Toán;0912345601;hoa@example.com"], of="staff")
    await registry.undo(made)
    assert await registry.everything() == before


async def test_a_first_list_undone_leaves_nobody(registry: Registry) -> None:
    made = await registry.applied(["1;An;6A1;;0912345601;;", "2;Bình;6A1;;;;"])
    assert len((await registry.everything())["enrolments"]) == 2, "a pupil with nobody to write to is known, too"
    await registry.undo(made)
    assert await registry.everything() == {
        "contacts": [],
        "contact_points": [],
        "enrolments": [],
        "suppressions": [],
        "import_changes": [],
    }


async def test_a_list_that_loses_many_asks_and_changes_nothing_until_it_is_said(registry: Registry) -> None:
    await registry.applied([f"{n};An {n};6A1;;09123456{n:02};;" for n in range(1, 11)])
    before = await registry.everything()
    made = await registry.store([f"{n};An {n};6A1;;09123456{n:02};;" for n in range(1, 8)], "parents", "2026-2027")
    for confirmed in (None, 2, 4):
        with pytest.raises(ManyGone) as many:
            await registry.apply(made, "parents", "2026-2027", confirmed)
        assert (many.value.gone, many.value.present) == (3, 10)
        assert await registry.everything() == before
    assert (await registry.apply(made, "parents", "2026-2027", 3)).contacts == 7


async def test_a_fifth_may_go_without_a_question(registry: Registry) -> None:
    await registry.applied([f"{n};An {n};6A1;;09123456{n:02};;" for n in range(1, 11)])
    made = await registry.store([f"{n};An {n};6A1;;09123456{n:02};;" for n in range(1, 9)], "parents", "2026-2027")
    assert (await registry.apply(made, "parents", "2026-2027")).ended == 2


async def test_a_parent_who_teaches_there_stands_on_both_lists(registry: Registry) -> None:
    await registry.applied(["1;An;6A1;;0912345601;;"])
    await registry.applied(["1;Lê Hoa;Toán;0912345601;"], of="staff")
    async with registry.engines.owner.connect() as conn:
        live = await conn.execute(text("SELECT audience FROM contact_points WHERE ended_by IS NULL ORDER BY 1"))
        assert list(live.scalars()) == ["parents", "staff"]
        names = await conn.execute(text("SELECT audience FROM contacts WHERE name_sealed IS NOT NULL"))
        assert list(names.scalars()) == ["staff"]
