"""A list of some classes, applied to those alone: every other class is written to exactly as before,
and undoing leaves no trace.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.audiences import Audience, Preferences, audience_select
from contact_registry.errors import ManyGone
from contact_registry.lists import read_list
from contact_registry.present import Applied, Difference, apply_list, compare_list
from contact_registry.sealing import MasterKey, current_data_key, data_keys
from service.database import unit_transaction
from service.keyring.deployment import deployment_key
from tests.conftest import Engines
from tests.contact_registry.test_undoing import HEAD, Registry
from tests.factories.world import make_world

YEAR = "2026-2027"
CLASSES = ("6A1", "6A2", "7A1", "7/2")


class School(Registry):
    async def apply_to_its_classes(self, made: int, confirm_gone: int | None = None, leave: Any = ()) -> Applied:
        async with unit_transaction(self.engines.web, self.unit) as conn:
            key = await current_data_key(conn, self.master, self.unit)
            index = await deployment_key(conn, self.master, "address_index")
            return await apply_list(
                conn, made, self.unit, key, index, school_year=YEAR, confirm_gone=confirm_gone, only_classes=True, leave=leave
            )

    async def applied_to_its_classes(self, lines: list[str]) -> int:
        made = await self.store(lines, "parents", YEAR)
        try:
            await self.apply_to_its_classes(made)
        except ManyGone as many:
            await self.apply_to_its_classes(made, many.gone)
        return made

    async def reached(self, class_name: str, channel: str = "sms") -> list[str]:
        async with unit_transaction(self.engines.worker, self.unit) as conn:
            wanted = audience_select([self.unit], Audience(classes=(class_name,)), channel, Preferences(obey_opt_out=False))
            rows = (await conn.execute(wanted)).all()
            keys = await data_keys(conn, self.master, [row.data_key_id for row in rows])
            return sorted(keys[row.data_key_id].unseal(row.address_sealed, channel) for row in rows)

    async def all_reached(self, classes: Sequence[str] = CLASSES) -> dict[tuple[str, str], list[str]]:
        return {(name, channel): await self.reached(name, channel) for name in classes for channel in ("sms", "email")}

    async def pupils(self) -> int:
        async with self.engines.owner.connect() as conn:
            return int((await conn.execute(text("SELECT count(*) FROM enrolments WHERE ended_by IS NULL"))).scalar_one())

    async def compare(self, lines: list[str], *, only_classes: bool) -> Difference:
        rows = read_list("\n".join((HEAD["parents"], *lines)).encode(), "").rows
        async with unit_transaction(self.engines.web, self.unit) as conn:
            index = await deployment_key(conn, self.master, "address_index")
            return await compare_list(conn, self.unit, rows, index, of="parents", only_classes=only_classes)


@pytest.fixture
async def school(engines: Engines, master: MasterKey) -> School:
    return School(engines, master, await make_world(engines.owner, master))


def phone(n: int) -> str:
    return f"+8491234{n:04}"


def line(n: int, class_name: str, number: int | None, email: str = "") -> str:
    return f"{n};Học Sinh {n};{class_name};;{'' if number is None else f'091234{number:04}'};;{email}"


async def test_only_the_classes_of_the_list_change(school: School) -> None:
    await school.applied([line(1, "6A1", 1), line(2, "6A1", 2), line(3, "6A2", 3), line(4, "7A1", 4)])
    made = await school.store([line(1, "Lớp 6 A1", 1), line(5, "6a1", 5)], "parents", YEAR)
    with pytest.raises(ManyGone) as many:
        await school.apply_to_its_classes(made)
    assert (many.value.gone, many.value.present) == (1, 2), "of the classes that the list is about"
    assert await school.apply_to_its_classes(made, 1) == Applied(1, 1, 1, 2)
    assert await school.reached("6A2") == [phone(3)]
    assert await school.reached("7A1") == [phone(4)]
    assert await school.reached("6A1") == [phone(1), phone(5)]
    assert await school.pupils() == 4


async def test_a_mother_of_two_classes_loses_one_and_keeps_the_other(school: School) -> None:
    await school.applied([line(1, "6A1", 1, "me@example.com"), line(2, "6A2", 1, "me@example.com"), line(3, "6A1", 2)])
    await school.applied_to_its_classes([line(3, "6A1", 2)])
    assert await school.reached("6A1") == [phone(2)]
    assert (await school.reached("6A2"), await school.reached("6A2", "email")) == ([phone(1)], ["me@example.com"])


async def test_an_address_that_another_class_needs_stays_where_it_is(school: School) -> None:
    await school.applied([line(1, "6A2", 1, "nha@example.com"), line(2, "6A1", 2)])
    await school.applied_to_its_classes([line(2, "6A1", 2, "nha@example.com")])
    assert await school.reached("6A2", "email") == ["nha@example.com"]
    assert await school.reached("6A1", "email") == ["nha@example.com"]
    assert await school.gone_with_an_address() == 0


async def test_a_pupil_with_nobody_and_one_without_a_class(school: School) -> None:
    await school.applied([line(1, "6A1", None), line(2, "6A2", None), line(3, "", 3)])
    for _ in range(2):
        await school.applied_to_its_classes([line(1, "6A1", None), line(3, "", 3)])
    assert await school.pupils() == 3


async def test_rows_that_are_to_be_left_are_left(school: School) -> None:
    made = await school.store([line(1, "6A1", 1), line(2, "6A1", 2)], "parents", YEAR)
    await school.apply_to_its_classes(made, leave={(None, 3)})
    assert await school.reached("6A1") == [phone(1)]


async def test_the_difference_is_that_of_the_classes_and_names_those_that_would_go(school: School) -> None:
    await school.applied([line(1, "6A1", 1), line(2, "6A2", 2), line(3, "7A1", 3), line(4, "6A10", 4)])
    whole = await school.compare([line(1, "6A1", 1)], only_classes=False)
    assert (whole.gone, whole.present, whole.whole_classes_gone) == (3, 4, ("6A2", "6A10", "7A1"))
    assert whole.needs_confirmation
    own = await school.compare([line(1, "6A1", 1)], only_classes=True)
    assert (own.gone, own.present, own.kept, own.whole_classes_gone) == (0, 1, 1, ())
    assert [each.class_name for each in own.by_class] == ["6A1"]


async def test_two_classes_applied_at_once_both_stand(school: School) -> None:
    await school.applied([line(1, "6A1", 1), line(2, "6A2", 2), line(3, "7A1", 3)])
    made = [await school.store([line(n, name, 10 + n)], "parents", YEAR) for n, name in ((1, "6A1"), (2, "6A2"))]
    await asyncio.gather(*(school.apply_to_its_classes(each, 1) for each in made))
    assert [await school.reached(name) for name in ("6A1", "6A2", "7A1")] == [[phone(11)], [phone(12)], [phone(3)]]


def some(chance: random.Random, classes: Sequence[str], emails: int) -> list[str]:
    def number() -> str:
        return f"091234{chance.randrange(14):04}" if chance.random() < 0.6 else ""

    def email() -> str:
        return f"p{chance.randrange(emails)}@example.com" if emails and chance.random() < 0.4 else ""

    return [
        f"{n};Học Sinh {chance.randrange(9)};{chance.choice(classes)};{number()};{number()};{number()};{email()}"
        for n in range(1, chance.randrange(4, 16))
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_every_other_class_is_written_to_as_before_and_undoing_leaves_no_trace(school: School, seed: int) -> None:
    chance = random.Random(seed)
    await school.applied(some(chance, CLASSES, seed % 2 * 5), year="2025-2026")
    before, reached = await school.everything(), await school.all_reached()
    lines = some(chance, CLASSES[:2], seed % 2 * 5)
    made = await school.applied_to_its_classes(lines)
    now = await school.all_reached()
    rows = read_list("\n".join((HEAD["parents"], *lines)).encode(), "").rows
    named = {row.class_name for row in rows}
    for (name, channel), addresses in now.items():
        own = {
            n for row in rows if row.class_name == name for n in ([p for _, p in row.phones] if channel == "sms" else row.emails)
        }
        if name not in named:  # whoever has a new email has it for all their classes
            assert set(addresses) >= set(reached[name, channel])
            assert channel == "email" or addresses == reached[name, channel]
        elif seed % 2:  # who has the email for another class is written to about this one at the number, too
            assert own <= set(addresses)
        else:
            assert addresses == sorted(own)
    assert await school.gone_with_an_address() == 0
    await school.undo(made)
    assert await school.everything() == before
