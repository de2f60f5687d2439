"""Applying lists: the last one is the unit's list of parents, and nothing is lost that undo would need."""

import threading
from dataclasses import dataclass, field
from itertools import count

import pytest
from sqlalchemy import text

from contact_registry.audiences import Audience, Preferences, audience_select, count_audience
from contact_registry.consents import suppress
from contact_registry.lists import read_list
from contact_registry.present import Applied, apply_list, store_checked
from contact_registry.sealing import DataKey, MasterKey, current_data_key, data_keys
from contact_registry.sealing.keys import address_hash
from service.database import unit_transaction
from service.keyring.deployment import deployment_key
from tests.conftest import Engines
from tests.factories.world import World, make_world

ALL = Audience()
HEAD = "STT;Họ tên;Lớp;SĐT cha;SĐT mẹ;Email"


def phone(n: int) -> str:
    return f"+8491234{n:04}"


def line(pupil: int, class_name: str, father: int | None, mother: int | None, email: str = "") -> str:
    numbers = ["" if n is None else f"091234{n:04}" for n in (father, mother)]
    return f"{pupil};Học Sinh {pupil};{class_name};{numbers[0]};{numbers[1]};{email}"


@dataclass
class School:
    engines: Engines
    master: MasterKey
    world: World
    numbers: count = field(default_factory=lambda: count(1))  # type: ignore[type-arg]

    async def apply(self, *lines: str, unit: str = "nbk-thcs", confirm_gone: int | None = None) -> Applied:
        unit_id = self.world.units[unit]
        checked = read_list("\n".join((HEAD, *lines)).encode(), "")
        async with unit_transaction(self.engines.web, unit_id) as conn:
            insert = text(
                "INSERT INTO imports (unit_id, state, school_year, created_by) VALUES (:unit, 'checked', '2026-2027', :by)"
                " RETURNING id"
            )
            by = self.world.actor(unit).account_id
            made = (await conn.execute(insert, {"unit": unit_id, "by": by})).scalar_one()
        async with unit_transaction(self.engines.worker, unit_id) as conn:
            await store_checked(conn, made, unit_id, checked, await current_data_key(conn, self.master, unit_id))
        async with unit_transaction(self.engines.web, unit_id) as conn:
            key = await current_data_key(conn, self.master, unit_id)
            index = await deployment_key(conn, self.master, "address_index")
            return await apply_list(conn, made, unit_id, key, index, school_year="2026-2027", confirm_gone=confirm_gone)

    async def reached(
        self, audience: Audience = ALL, channel: str = "sms", *, unit: str = "nbk-thcs", opt_out: bool = False
    ) -> list[str]:
        """Addresses a warning of the unit would go to, opened."""
        root = self.world.units[unit]
        async with unit_transaction(self.engines.worker, root, subtree=True) as conn:
            below = text("SELECT descendant_id FROM unit_closure WHERE ancestor_id = :unit")
            ids = list((await conn.execute(below, {"unit": root})).scalars())
            preferences = Preferences(obey_opt_out=opt_out)
            rows = (await conn.execute(audience_select(ids, audience, channel, preferences))).all()
            keys = await data_keys(conn, self.master, [row.data_key_id for row in rows])
            assert (await count_audience(conn, ids, audience, [channel], preferences)).by_channel == {channel: len(rows)}
            assert [bytes(r.address_hash) for r in rows] == sorted(bytes(r.address_hash) for r in rows)
            return sorted(keys[row.data_key_id].unseal(row.address_sealed, channel) for row in rows)

    async def count(self, sql: str) -> int:
        async with self.engines.owner.connect() as conn:
            return int((await conn.execute(text(sql))).scalar_one())

    async def suppress(self, number: str, reason: str, unit: str = "nbk-thcs") -> None:
        unit_id = self.world.units[unit]
        async with unit_transaction(self.engines.web, unit_id) as conn:
            index = await deployment_key(conn, self.master, "address_index")
            hashes = [address_hash(index, "sms", number)]
            await suppress(conn, unit_id=unit_id, channel="sms", address_hashes=hashes, reason=reason)  # type: ignore[arg-type]
            await suppress(conn, unit_id=unit_id, channel="sms", address_hashes=hashes, reason=reason)  # type: ignore[arg-type]


@pytest.fixture
async def school(engines: Engines, master: MasterKey) -> School:
    return School(engines, master, await make_world(engines.owner, master))


async def test_an_applied_list_is_who_is_written_to(school: School) -> None:
    assert await school.apply(line(1, "6A1", 1, 2, "a@example.com"), line(2, "7A1", 3, None)) == Applied(4, 0, 0, 3)
    assert await school.reached() == [phone(1), phone(2), phone(3)]
    assert await school.reached(channel="email") == ["a@example.com"]
    assert await school.reached(channel="notice") == []


async def test_every_number_is_its_own_persons(school: School) -> None:
    fathers, mothers = range(1, 31), range(101, 116)
    pupils = [line(n, "6A1", n, 100 + n if 100 + n in mothers else None) for n in fathers]
    await school.apply(*pupils)
    async with unit_transaction(school.engines.web, school.world.units["nbk-thcs"]) as conn:
        found = await conn.execute(
            text("SELECT c.role, p.data_key_id, p.address_sealed FROM contacts c JOIN contact_points p ON p.contact_id = c.id")
        )
        rows = found.all()
        keys = await data_keys(conn, school.master, [row.data_key_id for row in rows])
    roles = {keys[row.data_key_id].unseal(row.address_sealed, "sms"): row.role for row in rows}
    assert roles == {phone(n): "father" for n in fathers} | {phone(n): "mother" for n in mothers}


async def test_the_next_list_ends_what_it_lacks_and_keeps_the_rest(school: School) -> None:
    await school.apply(line(1, "6A1", 1, 2), line(2, "7A1", 3, None))
    before = await school.count("SELECT id FROM contacts WHERE role = 'mother'")
    assert await school.apply(line(1, "6A1", None, 2), line(2, "7A1", 4, None), confirm_gone=2) == Applied(1, 1, 2, 2)
    assert await school.reached() == [phone(2), phone(4)]
    assert await school.count("SELECT id FROM contacts WHERE ended_by IS NULL AND role = 'mother'") == before
    assert await school.count("SELECT count(*) FROM contact_points WHERE ended_by IS NOT NULL") == 2
    assert await school.count("SELECT count(*) FROM contacts WHERE ended_by IS NULL") == 2
    assert await school.count("SELECT count(*) FROM enrolments WHERE ended_by IS NULL") == 2


async def test_the_same_list_twice_changes_nobody(school: School) -> None:
    lines = (line(1, "6A1", 1, 2, "a@example.com"), line(2, "6A1", 1, None, "a@example.com"))
    await school.apply(*lines)
    assert await school.apply(*lines) == Applied(0, 3, 0, 2)


async def test_an_email_may_move_from_one_parent_to_another(school: School) -> None:
    await school.apply(line(1, "6A1", 1, None, "a@example.com"))
    await school.apply(line(1, "6A1", 1, None), line(2, "7A1", 2, None, "a@example.com"))
    assert await school.reached(channel="email") == ["a@example.com"]
    assert await school.reached(Audience(classes=("6A1",)), "email") == []
    assert await school.reached(Audience(classes=("7A1",)), "email") == ["a@example.com"]


async def test_grades_and_classes_add_up_and_a_sibling_counts(school: School) -> None:
    await school.apply(line(1, "6A1", 1, None), line(2, "6A2", 2, None), line(3, "7A1", 3, None), line(4, "8A1", 1, None))
    assert await school.reached(Audience(grades=("6",))) == [phone(1), phone(2)]
    assert await school.reached(Audience(classes=("8A1",))) == [phone(1)]
    assert await school.reached(Audience(grades=("7",), classes=("6A2",))) == [phone(2), phone(3)]
    assert await school.reached(Audience(grades=("9",))) == []
    assert await school.reached(Audience(staff=True)) == [phone(1), phone(2), phone(3)]


async def test_an_import_never_lifts_a_suppression(school: School) -> None:
    await school.apply(line(1, "6A1", 1, 2))
    await school.suppress(phone(1), "wrong_person")
    await school.apply(line(1, "6A1", 1, 2))
    assert await school.reached() == [phone(2)]


async def test_an_opt_out_holds_for_advisories_only(school: School) -> None:
    await school.apply(line(1, "6A1", 1, 2))
    await school.suppress(phone(1), "opt_out")
    assert await school.reached() == [phone(1), phone(2)]
    assert await school.reached(opt_out=True) == [phone(2)]


async def test_a_parent_at_two_schools_is_written_to_once_by_the_office_and_each_school_sees_its_own(school: School) -> None:
    await school.apply(line(1, "6A1", 1, 2))
    await school.apply(line(1, "1A", 1, 3), unit="lqd-th")
    assert await school.reached(unit="sgddt-dongnai") == [phone(1), phone(2), phone(3)]
    assert await school.reached(unit="lqd-th") == [phone(1), phone(3)]
    await school.suppress(phone(1), "invalid", unit="lqd-th")
    assert await school.reached(unit="lqd-th") == [phone(3)]
    assert await school.reached() == [phone(1), phone(2)]


async def test_nothing_is_stored_in_the_open(school: School) -> None:
    await school.apply(line(1, "6A1", 1, 2, "a@example.com"))
    for table in ("contacts", "contact_points", "enrolments", "import_rows", "import_problems"):
        told = (
            f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE '%Học Sinh%' OR t::text LIKE '%91234%' OR t::text LIKE '%@%'"
        )
        assert await school.count(told) == 0


async def test_staff_join_in_when_asked_and_a_parents_list_leaves_them_alone(school: School) -> None:
    await school.apply(line(1, "6A1", 1, None), line(2, "7A1", 2, None))
    unit = school.world.units["nbk-thcs"]
    async with school.engines.owner.begin() as conn:
        key = await current_data_key(conn, school.master, unit)
        index = await deployment_key(conn, school.master, "address_index")
        insert = "INSERT INTO contacts (unit_id, audience, role) VALUES (:unit, 'staff', 'staff') RETURNING id"
        teacher = (await conn.execute(text(insert), {"unit": unit})).scalar_one()
        await conn.execute(
            text(
                "INSERT INTO contact_points (unit_id, audience, contact_id, channel, address_hash, address_sealed, data_key_id)"
                " VALUES (:unit, 'staff', :contact, 'sms', :hash, :sealed, :key)"
            ),
            {
                "unit": unit,
                "contact": teacher,
                "hash": address_hash(index, "sms", phone(9)),
                "sealed": key.seal(phone(9), "sms"),
                "key": key.id,
            },
        )
    assert await school.reached() == [phone(1), phone(2)]
    assert await school.reached(Audience(staff=True)) == [phone(1), phone(2), phone(9)]
    assert await school.reached(Audience(grades=("6",), staff=True)) == [phone(1), phone(9)]
    await school.apply(line(1, "6A1", 3, None), confirm_gone=2)
    assert await school.reached(Audience(staff=True)) == [phone(3), phone(9)]


async def test_sealing_and_opening_leave_the_event_loop_free(school: School) -> None:
    """A list of tens of thousands is seconds of work, and a process has others to serve meanwhile."""
    unit = school.world.units["nbk-thcs"]
    checked = read_list("\n".join((HEAD, line(1, "6A1", 1, 2, "a@example.com"))).encode(), "")
    insert = (
        "INSERT INTO imports (unit_id, state, school_year, created_by) VALUES (:unit, 'checked', '2026-2027', :by) RETURNING id"
    )
    async with unit_transaction(school.engines.owner, unit) as conn:
        made = (await conn.execute(text(insert), {"unit": unit, "by": school.world.actor().account_id})).scalar_one()
        plain = await current_data_key(conn, school.master, unit)
        key = WatchedKey(plain.id, plain.unit_id, plain._cipher)
        await store_checked(conn, made, unit, checked, key)
        await apply_list(conn, made, unit, key, bytes(32), school_year="2026-2027")
    assert {deed for deed, _ in USED} == {
        "seal import-row",
        "unseal import-row",
        "seal import-columns",
        "seal sms",
        "seal email",
        "seal name",
    }
    assert threading.get_ident() not in {thread for _, thread in USED}


USED: set[tuple[str, int]] = set()


class WatchedKey(DataKey):
    """A data key that remembers in which threads it worked."""

    def seal(self, plain: str, purpose: str) -> bytes:
        USED.add((f"seal {purpose}", threading.get_ident()))
        return DataKey.seal(self, plain, purpose)

    def unseal(self, sealed: bytes, purpose: str) -> str:
        USED.add((f"unseal {purpose}", threading.get_ident()))
        return DataKey.unseal(self, sealed, purpose)
