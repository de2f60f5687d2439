"""Two deeds at once, one held half-way: what was said of a person holds, whoever was quicker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.contacts import Target, apply_import, correct_by_hand, erase, take_off, undo_import
from service.database import unit_transaction
from service.deliveries import plan
from service.deliveries.rounds.claims import claim
from service.errors import Conflict, NotFound
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.direct import direct
from tests.factories.waiting import somebody_waits
from tests.factories.world import make_world
from tests.service.contacts.test_erasing import contact_of, hash_of
from tests.service.contacts.test_importing import LIST, NOW, Office

DEPARTMENT, SCHOOL = "sgddt-dongnai", "nbk-thcs"
NUMBER = "+84900000000"


@asynccontextmanager
async def being_planned(sent: Approved) -> AsyncIterator[None]:
    """Inside, the deliveries are written, and nobody sees them yet."""
    await sent.run(
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$"
    )
    await sent.run("CREATE TRIGGER hold BEFORE INSERT ON delivery_chunks FOR EACH ROW EXECUTE FUNCTION hold()")
    async with sent.engines.owner.connect() as held:
        await held.execute(text("SELECT pg_advisory_xact_lock(1)"))
        planning = asyncio.create_task(
            plan(sent.engines.worker, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, now=datetime.now(UTC))
        )
        await somebody_waits(sent.engines.owner)
        yield
        await held.rollback()
    assert await planning


@pytest.mark.parametrize("sender", [SCHOOL, DEPARTMENT])
async def test_a_number_taken_off_while_a_warning_is_planned_is_not_written_to(
    engines: Engines, master: MasterKey, sender: str
) -> None:
    sent = await approve_broadcast(engines, master, unit=sender)
    async with being_planned(sent), unit_transaction(engines.web, sent.world.units[SCHOOL]) as conn:
        await take_off(
            conn,
            sent.world.actor(SCHOOL),
            unit_id=sent.world.units[SCHOOL],
            target=Target(phone=NUMBER),
            reason="wrong_person",
            master=master,
            now=NOW,
        )
    async with direct(engines.worker) as conn:
        claimed = await claim(conn, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, chunk=0, worker=uuid4())
    (row,) = await sent.rows("SELECT * FROM deliveries WHERE address_hash = :hash", hash=await hash_of(sent, NUMBER))
    assert (row.state, row.reason) == ("not_sent", "suppressed")
    assert claimed is not None
    assert len(claimed.deliveries) == 2
    assert row.number not in [each.number for each in claimed.deliveries]


@pytest.mark.parametrize("sender", [SCHOOL, DEPARTMENT])
async def test_nobody_is_erased_while_a_warning_to_them_is_planned(engines: Engines, master: MasterKey, sender: str) -> None:
    sent = await approve_broadcast(engines, master, unit=sender)
    place = await contact_of(sent)

    async def erased() -> None:
        async with unit_transaction(engines.web, place.unit_id) as conn:
            lead = sent.world.actor(SCHOOL, "data_protection_lead")
            await erase(conn, lead, place=place, reason="rights_request", stay_off=False, master=master, now=NOW)

    async with being_planned(sent):
        with pytest.raises(Conflict, match=r"contact\.in_flight"):
            await erased()
    await erased()
    (row,) = await sent.rows("SELECT * FROM deliveries WHERE address_hash = :hash", hash=await hash_of(sent, NUMBER))
    assert (bytes(row.address_sealed), row.state) == (b"", "not_sent")


async def test_what_is_to_be_planned_does_not_see_whoever_is_being_erased(engines: Engines, master: MasterKey) -> None:
    sent = await approve_broadcast(engines, master)
    place = await contact_of(sent)
    async with unit_transaction(engines.web, place.unit_id) as conn:
        lead = sent.world.actor(SCHOOL, "data_protection_lead")
        await erase(conn, lead, place=place, reason="rights_request", stay_off=False, master=master, now=NOW)
        planning = asyncio.create_task(
            plan(engines.worker, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, now=datetime.now(UTC))
        )
        await somebody_waits(engines.owner)
    await planning
    assert await sent.rows("SELECT * FROM deliveries WHERE address_hash = :hash", hash=await hash_of(sent, NUMBER)) == []
    assert await sent.states() == {"waiting": 4}


async def test_a_number_corrected_while_its_person_is_erased_brings_nobody_back(engines: Engines, master: MasterKey) -> None:
    sent = await approve_broadcast(engines, master)
    place = await contact_of(sent)

    async def corrected() -> None:
        async with unit_transaction(engines.web, place.unit_id) as conn:
            await correct_by_hand(
                conn, sent.world.actor(), place=place, channel="sms", address="0955555555", was=None, master=master, now=NOW
            )

    async with unit_transaction(engines.web, place.unit_id) as conn:
        lead = sent.world.actor(SCHOOL, "data_protection_lead")
        await erase(conn, lead, place=place, reason="rights_request", stay_off=False, master=master, now=NOW)
        correcting = asyncio.create_task(corrected())
        await somebody_waits(engines.owner)
    with pytest.raises(NotFound, match=r"contact\.unknown"):
        await correcting
    assert await sent.rows("SELECT FROM contact_points WHERE contact_id = :id", id=place.id) == []


async def test_a_list_is_not_undone_while_a_newer_one_is_applied(engines: Engines, master: MasterKey) -> None:
    office = Office(engines, master, await make_world(engines.owner, master))
    first, second = await office.start(), await office.start(LIST.replace(b"0912345678", b"0987654321"))
    for each in (first, second):
        await office.read(each)
    await office.apply(first)
    unit, actor = office.world.units[SCHOOL], office.world.actor()
    inside = {each: await office.inside(each) for each in (first, second)}

    async def undone() -> None:
        async with unit_transaction(engines.web, unit) as conn:
            await undo_import(conn, actor, import_id=inside[first], now=NOW)

    async with unit_transaction(engines.web, unit) as conn:
        await apply_import(conn, actor, import_id=inside[second], master=master, now=NOW, confirm_gone=1)
        undoing = asyncio.create_task(undone())
        await somebody_waits(engines.owner)
    with pytest.raises(Conflict, match=r"import\.not_latest"):
        await undoing
    assert await office.count("contact_points WHERE ended_by IS NULL") == 1
