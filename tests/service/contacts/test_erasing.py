"""An erased person can be opened nowhere; what was sent to them is still proven, counted and looked up."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from contact_registry.consents import Consent
from contact_registry.errors import Unsealable
from contact_registry.lists import read_list
from contact_registry.present import store_checked
from contact_registry.sealing import MasterKey, address_hash, current_data_key, data_keys
from service.contacts import (
    ContactPlace,
    Target,
    erase,
    locate_contact,
    record_consent,
    reveal,
    take_off,
)
from service.database import unit_transaction
from service.deliveries import list_deliveries, plan, progress_of
from service.deliveries.rounds.claiming import Result, commit_round
from service.deliveries.rounds.claims import claim
from service.errors import Conflict
from service.keyring.deployment import deployment_key
from service.lookups import Lookups
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast
from tests.factories.direct import direct
from tests.factories.parents import add_parents

DEPARTMENT, SCHOOL, OTHER = "sgddt-dongnai", "nbk-thcs", "lqd-th"
NUMBER, SECOND, EMAIL = "+84900000000", "+84900000001", "parent0@example.com"
NOW = datetime.now(UTC)
WORKER = uuid4()
PURPOSES = ("sms", "email", "name", "import-row", "import-columns", "import-file", "consent-place", "look-note")


async def planned(engines: Engines, master: MasterKey, *, unit: str = SCHOOL) -> Approved:
    sent = await approve_broadcast(engines, master, unit=unit)
    await plan(engines.worker, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, now=datetime.now(UTC))
    return sent


async def hash_of(sent: Approved, address: str) -> bytes:
    async with sent.engines.owner.begin() as conn:
        index = await deployment_key(conn, sent.master, "address_index")
    return address_hash(index, "email" if "@" in address else "sms", address)


async def contact_of(sent: Approved, address: str = NUMBER, unit: str = SCHOOL) -> ContactPlace:
    (row,) = await sent.rows(
        "SELECT c.public_id FROM contacts c JOIN contact_points p ON p.contact_id = c.id"
        " WHERE p.address_hash = :hash AND p.unit_id = :unit ORDER BY c.id LIMIT 1",
        hash=await hash_of(sent, address),
        unit=sent.world.units[unit],
    )
    async with unit_transaction(sent.engines.web, sent.world.units[unit]) as conn:
        return await locate_contact(conn, UUID(str(row.public_id)))


async def erased(sent: Approved, address: str = NUMBER, *, stay_off: bool = True) -> Any:
    place = await contact_of(sent, address)
    async with unit_transaction(sent.engines.web, place.unit_id) as conn:
        lead = sent.world.actor(SCHOOL, "data_protection_lead")
        return await erase(conn, lead, place=place, reason="rights_request", stay_off=stay_off, master=sent.master, now=NOW)


async def sent_to(sent: Approved, *addresses: str) -> None:
    """These were called and accepted; all others wait."""
    numbers = {bytes(r.address_hash): r.number for r in await sent.rows("SELECT address_hash, number FROM deliveries")}
    wanted = [numbers[await hash_of(sent, address)] for address in addresses]
    async with direct(sent.engines.worker) as conn:
        for chunk in (0, 1):
            claimed = await claim(conn, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, chunk=chunk, worker=WORKER)
            assert claimed is not None
            mine = [each.number for each in claimed.deliveries if each.number in wanted]
            await commit_round(conn, claimed, worker=WORKER, now=NOW, call=mine)
            results = [Result(number, 1, "accepted", provider_id=f"SM{number}") for number in mine]
            await commit_round(conn, claimed, worker=WORKER, now=NOW, results=results)


async def opened_anywhere(sent: Approved, address: str) -> list[str]:
    """Tables in which the address, or its digits, can be read with any key for any purpose, or stands in the clear."""
    found = []
    async with sent.engines.owner.connect() as conn:
        keys = (await data_keys(conn, sent.master, range(1000))).values()
        columns = await conn.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_name)"
                " WHERE columns.table_schema = 'public' AND data_type = 'bytea' AND table_type = 'BASE TABLE'"
            )
        )
        for table, column in columns.all():
            for value in (await conn.execute(text(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"))).scalars().all():
                found += [table for key in keys for purpose in PURPOSES if address[-9:] in _opened(key, bytes(value), purpose)]
        tables = await conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables.scalars().all():
            rows = await conn.execute(
                text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :digits"), {"digits": f"%{address[-9:]}%"}
            )
            found += [f"{table}, in the clear"] if rows.scalar_one() else []
    return sorted(set(found))


def _opened(key: Any, value: bytes, purpose: str) -> str:
    try:
        return str(key.unseal(value, purpose))
    except Unsealable:
        return ""


async def waiting_list(sent: Approved, data: str, *, state: str = "checked", dry_run: bool = False) -> int:
    """A list read and not applied."""
    unit = sent.world.units[SCHOOL]
    (row,) = await sent.rows(
        "INSERT INTO imports (unit_id, state, school_year, created_by, dry_run) VALUES (:unit, :state, '2026-2027', :by, :dry)"
        " RETURNING id",
        unit=unit,
        state=state,
        by=sent.world.actor().account_id,
        dry=dry_run,
    )
    async with unit_transaction(sent.engines.worker, unit) as conn:
        key = await current_data_key(conn, sent.master, unit)
        await store_checked(conn, row.id, unit, read_list(data.encode(), ""), key, keep_rows=not dry_run)
    await sent.run(
        "INSERT INTO import_files SELECT :id, :unit, :key, :sealed",
        id=row.id,
        unit=unit,
        key=key.id,
        sealed=key.seal(data, "import-file"),
    )
    return int(row.id)


LIST = (
    "STT;Họ và tên;Lớp;SĐT;Email\n1;Nguyễn Văn An;6A1;0900000000 - 0911111111;an@example.com\n"
    "2;Lê Bình;6A1;0900000000;\n3;Đỗ Dung;6A1;0922222222;\n"
)


async def test_the_address_can_be_opened_nowhere_and_what_was_sent_still_adds_up(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    await sent_to(sent, NUMBER, SECOND)
    place = await contact_of(sent)
    clerk = sent.world.actor()
    async with unit_transaction(engines.web, place.unit_id) as conn:
        given = Consent("consent", "meeting", NOW.date(), f"Giấy của {NUMBER}")
        await record_consent(conn, clerk, place=place, channel="sms", consent=given, master=master, now=NOW)
        await reveal(conn, clerk, place=place, reason="called_us", note=None, master=master, now=NOW)
    await waiting_list(sent, LIST)
    assert await opened_anywhere(sent, NUMBER) == [
        "consents",
        "contact_points",
        "deliveries",
        "deliveries_0",
        "import_columns",
        "import_files",
        "import_rows",
    ]
    before = await sent.rows(
        "SELECT number, state, channel, accepted_at, provider_id, address_hash FROM deliveries ORDER BY number"
    )
    record_before = await sent.rows("SELECT * FROM records")
    chunks = await sent.rows("SELECT changed_at, accepted, waiting FROM delivery_chunks ORDER BY chunk")

    done = await erased(sent)

    assert (done.contacts, done.addresses, done.pupils, done.consents) == (1, 1, 1, 1)
    assert await opened_anywhere(sent, NUMBER) == []
    assert await opened_anywhere(sent, SECOND) != []
    assert await sent.rows("SELECT * FROM records") == record_before
    assert (
        await sent.rows("SELECT number, state, channel, accepted_at, provider_id, address_hash FROM deliveries ORDER BY number")
        == before
    )
    assert await sent.rows("SELECT changed_at, accepted, waiting FROM delivery_chunks ORDER BY chunk") == chunks, (
        "no progress was made"
    )
    async with unit_transaction(engines.web, sent.unit_id) as conn:
        progress = await progress_of(conn, sent.broadcast_id, now=NOW)
        shown = await list_deliveries(
            conn, sent.broadcast_id, state="accepted", after=None, limit=9, language="vi", master=master
        )
    assert (progress.total, progress.accepted, progress.waiting) == (5, 2, 3)
    assert sorted((each.address, each.note, each.reason) for each in shown if each.address is None) == [
        (None, "Địa chỉ không còn được lưu.", None)
    ]
    assert [each.note for each in shown if each.address is not None] == [None]
    (gone,) = await sent.rows("SELECT number FROM deliveries WHERE address_sealed = ''")
    answers = Lookups(engines.lookup, master, 12, lambda: NOW)
    assert (await answers.answer(sent.numbers.written(gone.number), None)).outcome == "found"
    (look,) = await sent.rows("SELECT contact FROM contact_looks")
    assert look.contact == place.public_id


async def test_erased_and_kept_off_they_are_not_written_to_when_a_list_brings_them_back(
    engines: Engines, master: MasterKey
) -> None:
    sent = await planned(engines, master)
    await erased(sent)
    await erased(sent, EMAIL, stay_off=False)
    rows = await sent.rows("SELECT channel, address_hash, reason, created_by FROM suppressions")
    lead = sent.world.actor(SCHOOL, "data_protection_lead").account_id
    assert [(r.channel, bytes(r.address_hash), r.reason, r.created_by) for r in rows] == [
        ("sms", await hash_of(sent, NUMBER), "wrong_person", lead)
    ]


async def test_what_waits_for_them_is_not_sent(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    await erased(sent)
    await erased(sent, EMAIL, stay_off=False)
    rows = await sent.rows("SELECT state, reason FROM deliveries WHERE address_sealed = '' ORDER BY reason")
    assert [tuple(row) for row in rows] == [("not_sent", "address.forgotten"), ("not_sent", "suppressed")]
    assert await sent.states() == {"waiting": 3, "not_sent": 2}


async def test_while_a_message_to_them_is_under_way_or_in_doubt_nobody_is_erased(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    await sent_to(sent, NUMBER)
    for state, refused in (("calling", True), ("uncertain", True), ("delivered", False)):
        await sent.run("ALTER TABLE deliveries DISABLE TRIGGER delivery_move")
        await sent.run(
            "UPDATE deliveries SET state = :state WHERE address_hash = :hash", state=state, hash=await hash_of(sent, NUMBER)
        )
        if refused:
            with pytest.raises(Conflict, match=r"contact\.in_flight"):
                await erased(sent)
            assert await sent.rows("SELECT * FROM suppressions") == []
        else:
            assert (await erased(sent)).contacts == 1


async def test_a_departments_waiting_message_goes_on_to_the_school_that_still_has_them(
    engines: Engines, master: MasterKey
) -> None:
    sent = await approve_broadcast(engines, master, unit=DEPARTMENT)
    await add_parents(engines.owner, master, sent.world.units[OTHER], phones=1)
    await plan(engines.worker, unit_id=sent.unit_id, broadcast_id=sent.broadcast_id, now=datetime.now(UTC))
    await erased(sent)
    (row,) = await sent.rows("SELECT * FROM deliveries WHERE address_hash = :hash", hash=await hash_of(sent, NUMBER))
    assert (row.state, row.recipient_unit) == ("waiting", sent.world.units[OTHER])
    async with unit_transaction(engines.worker, sent.world.units[OTHER]) as conn:
        key = (await data_keys(conn, master, [row.data_key_id]))[row.data_key_id]
    assert key.unseal(row.address_sealed, "sms") == NUMBER


async def test_another_schools_person_of_the_same_number_stays_whole(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    await add_parents(engines.owner, master, sent.world.units[OTHER], phones=1)
    theirs = await contact_of(sent, unit=OTHER)
    async with unit_transaction(engines.web, theirs.unit_id) as conn:
        target = Target(contact=theirs.public_id)
        who = sent.world.actor(OTHER)
        await take_off(conn, who, unit_id=theirs.unit_id, target=target, reason="opt_out", master=master, now=NOW)
    counts = [
        f"SELECT count(*) FROM {table} WHERE unit_id = :unit"
        for table in ("contacts", "contact_points", "enrolments", "suppressions")
    ]
    before = [await sent.rows(count, unit=theirs.unit_id) for count in counts]
    await erased(sent)
    assert [await sent.rows(count, unit=theirs.unit_id) for count in counts] == before


async def test_whoever_is_on_the_staffs_list_or_an_old_one_by_that_number_goes_too(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    unit, hashed = sent.world.units[SCHOOL], await hash_of(sent, NUMBER)
    old = await waiting_list(sent, LIST.replace("0900000000", "0955555555"))
    for audience, ended in (("staff", None), ("parents", old)):
        (row,) = await sent.rows(
            "INSERT INTO contacts (unit_id, role, audience, ended_by) VALUES (:unit, 'parent', :of, :ended) RETURNING id",
            unit=unit,
            of=audience,
            ended=ended,
        )
        await sent.run(
            "INSERT INTO contact_points"
            " (unit_id, contact_id, audience, channel, address_hash, address_sealed, data_key_id, ended_by)"
            " SELECT unit_id, :id, :of, channel, address_hash, address_sealed, data_key_id, :ended FROM contact_points"
            " WHERE address_hash = :hash LIMIT 1",
            id=row.id,
            of=audience,
            ended=ended,
            hash=hashed,
        )
    assert (await erased(sent)).contacts == 3
    assert await sent.rows("SELECT 1 FROM contact_points WHERE address_hash = :hash", hash=hashed) == []


async def test_a_number_they_had_once_and_somebody_else_has_now_stays_with_that_one(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    first, second = await contact_of(sent), await contact_of(sent, SECOND)
    old = await waiting_list(sent, LIST.replace("0900000000", "0955555555"))
    await sent.run(
        "INSERT INTO contact_points (unit_id, contact_id, channel, address_hash, address_sealed, data_key_id, ended_by)"
        " SELECT unit_id, :first, channel, address_hash, address_sealed, data_key_id, :old FROM contact_points"
        " WHERE contact_id = :second",
        first=first.id,
        second=second.id,
        old=old,
    )
    assert (await erased(sent)).contacts == 1
    assert [
        row.contact_id
        for row in await sent.rows(
            "SELECT contact_id FROM contact_points WHERE address_hash = :hash", hash=await hash_of(sent, SECOND)
        )
    ] == [second.id]


async def test_a_waiting_list_keeps_everybody_else_and_is_counted_anew(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    made = await waiting_list(sent, LIST)
    untouched = await waiting_list(sent, LIST.replace("0900000000", "0955555555").replace("0911111111", "0966666666"))
    await erased(sent)
    assert await opened_anywhere(sent, "0911111111") == ["import_rows"]
    (row,) = await sent.rows("SELECT counts FROM imports WHERE id = :id", id=made)
    assert (row.counts["rows"], row.counts["phones"], row.counts["without_contact"]) == (3, 2, 1)
    kept = await sent.rows("SELECT import_id FROM import_files UNION ALL SELECT import_id FROM import_columns")
    assert {row.import_id for row in kept} == {untouched}


@pytest.mark.parametrize("state", ["failed", "checked"])
async def test_a_file_and_samples_whose_rows_are_not_kept_go_whole(engines: Engines, master: MasterKey, state: str) -> None:
    sent = await planned(engines, master)
    made = await waiting_list(sent, LIST, dry_run=state == "checked")
    await sent.run("UPDATE imports SET state = :state WHERE id = :id", state=state, id=made)
    await sent.run("DELETE FROM import_rows")
    await erased(sent)
    assert await opened_anywhere(sent, NUMBER) == []


async def test_while_a_list_is_being_read_nobody_is_erased(engines: Engines, master: MasterKey) -> None:
    sent = await planned(engines, master)
    await waiting_list(sent, LIST, state="reading")
    with pytest.raises(Conflict, match=r"contact\.list_being_read"):
        await erased(sent)
