"""A backup taken in the middle of a send and restored: nothing is repeated,
by the system or by whoever resumes, and nobody is lost.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.broadcasts import find_broadcast
from service.database import make_engine, unit_transaction
from service.deliveries import resume
from service.errors import Conflict, Unavailable
from service.keyring import lookup_number_key
from service.lookups import Lookups
from service.signing.lookup_numbers import LookupNumbers
from tests.conftest import Engines, Urls
from tests.factories.waiting import at_rest, stays, until
from tests.service.cli.test_commands import loa
from tests.service.simulators.running import Simulators, running_simulators
from tests.workers.sending import School, wipe

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

PHONES, EMAILS = 600, 600


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        yield made


@pytest.fixture
async def lost(
    engines: Engines, urls: Urls, master: MasterKey, master_text: str, valkey_url: str, simulators: Simulators
) -> AsyncIterator[School]:
    """The school whose machine will be lost."""
    made = School(engines, urls, master, master_text, valkey_url, simulators)
    await wipe(valkey_url)
    yield made
    await made.stop()


@pytest.fixture
async def again(lost: School, empty: Urls) -> AsyncIterator[School]:
    """The same school on the database restored."""
    made = Engines(*(make_engine(url, name="test") for url in (empty.owner, empty.web, empty.worker, empty.lookup)))
    school = replace(lost, engines=made, urls=empty, processes=[])
    yield school
    await school.stop()
    for engine in (made.owner, made.web, made.worker, made.lookup):
        await engine.dispose()


async def approver(school: School) -> Actor:
    async with school.engines.owner.connect() as conn:
        sql = text("SELECT id FROM accounts WHERE roles = ARRAY['approver'] AND unit_id = :unit")
        account = (await conn.execute(sql, {"unit": school.unit})).scalar_one()
    return Actor(account, school.unit, "nbk-thcs", frozenset({"broadcasts:read", "broadcasts:approve"}))


async def resumed(school: School, broadcast: int, *, after_restore: bool) -> None:
    actor = await approver(school)
    async with unit_transaction(school.engines.web, school.unit) as conn:
        await resume(conn, actor, broadcast_id=broadcast, after_restore=after_restore, now=datetime.now(UTC))


async def in_doubt(school: School, channel: str) -> int:
    async with school.engines.owner.connect() as conn:
        sql = text("SELECT coalesce(sum(uncertain), 0) FROM delivery_chunks WHERE channel = :channel")
        return int((await conn.execute(sql, {"channel": channel})).scalar_one())


async def old_numbers_lead_where_they_led(again: School) -> None:
    async with again.engines.lookup.connect() as conn:
        numbers = LookupNumbers(await lookup_number_key(conn, again.master))
        first = (
            await conn.execute(text("SELECT min(first_number) FROM number_blocks WHERE purpose = 'deliveries'"))
        ).scalar_one()
    lookups = Lookups(again.engines.lookup, again.master, 12, lambda: datetime.now(UTC))
    assert (await lookups.answer(numbers.written(first), None)).outcome == "found", "numbers of before lead where they led"
    with pytest.raises(Unavailable):  # what was sent after the backup is not called unknown, as an invented one is
        await lookups.answer(numbers.written(100_000_000), None)
    assert (await lookups.answer(numbers.written(400_000_000), None)).outcome == "unknown"


async def test_a_backup_of_the_middle_of_a_send_is_restored_and_nobody_gets_it_twice(
    lost: School, again: School, simulators: Simulators, tmp_path: Path
) -> None:
    broadcast = await lost.approved(phones=PHONES, emails=EMAILS)
    again.unit = lost.unit
    for channel in ("sms", "email"):
        await simulators.fault(channel, latency_ms=400)
    worker = await lost.start("urgent")
    await lost.until_sent(broadcast, 100)
    keys = {"LOA_MASTER_KEY": lost.master_text}
    made = await asyncio.to_thread(loa, "backup", str(tmp_path), LOA_DATABASE_URL_OWNER=lost.urls.owner, **keys)
    assert made.returncode == 0, made.stderr
    known = (await lost.progress(broadcast)).accepted
    await lost.until_sent(broadcast, known + 100)  # what the backup does not know of
    worker.kill()
    await worker.wait()
    before = await at_rest("what was in the providers' hands when it died arrives", lost.arrived, 1.5)
    assert len(before) < PHONES + EMAILS, "caught in the middle"

    await wipe(lost.valkey)
    options = ("restore", made.stdout.strip(), "--numbers-lost")
    done = await asyncio.to_thread(loa, *options, LOA_DATABASE_URL_OWNER=again.urls.owner, **keys)
    assert done.returncode == 0, done.stderr
    assert "paused for a person: 1;" in done.stdout
    await again.start("urgent")
    await again.start("bulk")

    # SMS are settled with the carrier's list, once it shows what others sent later; emails wait for a person; nothing leaves.
    async def proven() -> bool:
        if await in_doubt(again, "sms"):
            await again.another_sms()
            return False
        return True

    await until("no SMS is in doubt", proven, 120, every=0.5)
    assert await again.arrived() == before
    async with unit_transaction(again.engines.web, again.unit) as conn:
        view = await find_broadcast(conn, broadcast)
    assert (view.state, view.pause_reason) == ("paused", "system.restored")

    with pytest.raises(Conflict, match=r"broadcast\.restored") as refused:
        await resumed(again, broadcast, after_restore=False)
    progress = await again.progress(broadcast)
    (field,) = refused.value.fields
    assert field.values is not None
    assert field.values["deliveries"] == progress.waiting + progress.uncertain > 0

    await resumed(again, broadcast, after_restore=True)
    ended = await again.until_completed(broadcast)
    arrived = await again.arrived()
    assert set(arrived.values()) == {1}
    assert sum(1 for channel, _ in arrived if channel == "sms") == PHONES
    assert ended.uncertain == await in_doubt(again, "email") > 0
    assert ended.accepted + ended.delivered + ended.uncertain == ended.total == PHONES + EMAILS
    not_sent = EMAILS - sum(1 for channel, _ in arrived if channel == "email")
    assert not_sent <= ended.uncertain, "whoever has no email is among those in doubt"

    await old_numbers_lead_where_they_led(again)


async def test_what_was_approved_and_not_begun_waits_for_a_person_and_is_then_planned(
    lost: School, again: School, tmp_path: Path
) -> None:
    broadcast = await lost.approved(phones=20, emails=20)
    again.unit = lost.unit
    keys = {"LOA_MASTER_KEY": lost.master_text}
    made = await asyncio.to_thread(loa, "backup", str(tmp_path), LOA_DATABASE_URL_OWNER=lost.urls.owner, **keys)
    options = ("restore", made.stdout.strip(), "--numbers-lost")
    done = await asyncio.to_thread(loa, *options, LOA_DATABASE_URL_OWNER=again.urls.owner, **keys)
    assert done.returncode == 0, done.stderr
    numbers = tmp_path / "numbers"
    await again.start("urgent", LOA_NUMBERS_FILE=str(numbers))

    async def none() -> bool:
        return await again.arrived() == {}

    await until("it works", numbers.exists)
    await stays("nothing leaves before a person says so", none, 2)
    assert await again.state(broadcast) == "paused"
    await resumed(again, broadcast, after_restore=True)
    ended = await again.until_completed(broadcast)
    assert (ended.total, set((await again.arrived()).values())) == (40, {1})
    async with again.engines.owner.connect() as conn:
        issued = (await conn.execute(text("SELECT max(first_number) FROM number_blocks"))).scalar_one()
    assert issued > 200_000_000
    assert int(numbers.read_text(encoding="ascii")) > issued + 40
