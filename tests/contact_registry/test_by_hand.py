"""What people do by hand between two lists never gets in the way of applying one or undoing it."""

import random
from typing import Any

import pytest
from sqlalchemy import text

from contact_registry.errors import AddressTaken
from contact_registry.people import NewPerson, add_person, correct_address
from contact_registry.sealing import address_hash, current_data_key
from service.database import unit_transaction
from service.keyring.deployment import deployment_key
from tests.contact_registry.test_undoing import Registry, parents, registry

__all__ = ["registry"]


class Hand:
    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    async def add(self, phone: str, *, email: str = "", class_name: str = "6A1", pupil: str = "Bé") -> bool:
        """Whether they are new."""
        at = self.registry
        addresses = {"sms": f"+84{phone[1:]}"} | ({"email": email} if email else {})
        async with unit_transaction(at.engines.web, at.unit) as conn:
            index = await deployment_key(conn, at.master, "address_index")
            hashes = {channel: address_hash(index, channel, address) for channel, address in addresses.items()}
            person = NewPerson("parents", "parent", addresses, class_name=class_name, pupil=pupil)
            key = await current_data_key(conn, at.master, at.unit)
            return (await add_person(conn, person, hashes, key, school_year="2026-2027")).is_new

    async def correct(self, was: str, phone: str) -> None:
        at = self.registry
        async with unit_transaction(at.engines.web, at.unit) as conn:
            index = await deployment_key(conn, at.master, "address_index")
            old, new = (address_hash(index, "sms", f"+84{number[1:]}") for number in (was, phone))
            find = text("SELECT contact_id FROM contact_points WHERE address_hash = :hash AND ended_by IS NULL")
            contact = (await conn.execute(find, {"hash": old})).scalar_one()
            key = await current_data_key(conn, at.master, at.unit)
            await correct_address(conn, contact, "sms", f"+84{phone[1:]}", new, key, was=old)

    async def phones(self) -> dict[str, int]:
        """Of the present list, with their contacts."""
        at = self.registry
        async with unit_transaction(at.engines.web, at.unit) as conn:
            key = await current_data_key(conn, at.master, at.unit)
            live = (
                "SELECT p.address_sealed, p.contact_id FROM contact_points p JOIN contacts c ON c.id = p.contact_id"
                " WHERE p.ended_by IS NULL AND c.ended_by IS NULL AND p.channel = 'sms'"
            )
            rows = (await conn.execute(text(live))).all()
            found = {f"0{key.unseal(row.address_sealed, 'sms')[3:]}": row.contact_id for row in rows}
            assert len(found) == len(rows), "one address, one contact"
            return found


A, B, C, D = (f"091234560{n}" for n in range(1, 5))


@pytest.fixture
def hand(registry: Registry) -> Hand:
    return Hand(registry)


async def test_a_list_takes_who_was_put_in_by_hand_as_it_takes_all_others(registry: Registry, hand: Hand) -> None:
    await registry.applied([f"1;An;6A1;;{A};;"])
    await hand.add(B)
    known = await hand.phones()
    made = await registry.applied([f"1;An;6A1;;{A};;", f"2;Bé;6A1;;{B};;"])
    assert await hand.phones() == known, "known by their number"
    await registry.undo(made)
    assert await hand.phones() == known
    await registry.applied([f"1;An;6A1;;{A};;"])
    assert set(await hand.phones()) == {A}


async def test_what_a_hand_added_to_a_contact_of_a_list_goes_with_it_when_the_list_is_undone(
    registry: Registry, hand: Hand
) -> None:
    made = await registry.applied([f"1;An;6A1;;{A};;"])
    assert not await hand.add(A, email="a@example.com", class_name="7B2")
    await registry.undo(made)
    assert await hand.phones() == {}


async def test_whoever_is_put_in_again_is_there_this_school_year(registry: Registry, hand: Hand) -> None:
    await registry.applied([f"1;An;6A1;;{A};;", f"2;Bình;6A1;;{B};;"], year="2025-2026")
    assert not await hand.add(A, class_name="7B2")
    async with registry.engines.owner.connect() as conn:
        years = "SELECT school_year FROM contacts JOIN contact_points p ON p.contact_id = contacts.id ORDER BY p.id"
        assert list((await conn.execute(text(years))).scalars()) == ["2026-2027", "2025-2026"]


async def test_a_number_given_by_hand_since_then_stays_when_its_old_owner_comes_back(registry: Registry, hand: Hand) -> None:
    await registry.applied([f"1;An;6A1;;{A};;", f"2;Bình;6A1;;{B};;"])
    made = await registry.applied([f"1;An;6A1;;{A};;"])
    assert await hand.add(B, pupil="Chi")
    await hand.correct(A, C)
    before = await hand.phones()
    await registry.undo(made)
    assert await hand.phones() == before


async def test_a_corrected_number_stays_corrected_when_a_later_list_is_undone(registry: Registry, hand: Hand) -> None:
    await registry.applied([f"1;An;6A1;;{A};;"])
    made = await registry.applied([f"1;An;6A1;;{A};;", f"2;Bình;6A1;;{B};;"])
    await hand.correct(A, C)
    await registry.undo(made)
    assert set(await hand.phones()) == {C}


async def test_a_number_beside_somebody_else_is_no_correction(registry: Registry, hand: Hand) -> None:
    await registry.applied([f"1;An;6A1;;{A};;", f"2;Bình;6A1;;{B};;"])
    before = await registry.everything()
    with pytest.raises(AddressTaken):
        await hand.correct(A, B)
    assert await registry.everything() == before


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_was_done_by_hand_a_list_is_applied_and_undone(registry: Registry, hand: Hand, seed: int) -> None:
    chance = random.Random(seed)

    def number() -> str:
        return f"09123456{chance.randrange(12):02}"

    async def by_hand() -> None:
        for _ in range(4):
            present: dict[str, Any] = await hand.phones()
            if present and chance.random() < 0.5:
                new = number()
                if new not in present:
                    await hand.correct(chance.choice(sorted(present)), new)
            else:
                await hand.add(number())

    await registry.applied(parents(chance))
    await by_hand()
    made = await registry.applied(parents(chance))
    await by_hand()
    mine = await hand.phones()
    await registry.undo(made)
    present = await hand.phones()
    async with registry.engines.owner.connect() as conn:
        lost = await conn.execute(
            text(
                "SELECT count(*) FROM contact_points p JOIN contacts c ON c.id = p.contact_id"
                " WHERE p.ended_by IS NULL AND c.ended_by IS NOT NULL"
            )
        )
        assert lost.scalar_one() == 0, "no present number of somebody who is not"
        put_in = await conn.execute(text("SELECT id FROM contacts WHERE import_id IS NULL AND ended_by IS NULL"))
        ours = set(put_in.scalars())
    assert {phone for phone, contact in mine.items() if contact in ours} <= set(present), "what was put in by hand is there"
    await registry.applied(parents(chance))
