"""No uploaded list keeps the workers busy for ever, and none stays longer than a day."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from contact_registry.errors import Unsealable
from contact_registry.sealing import MasterKey
from service.contacts import ATTEMPTS, locate_import, lock_reading, start_import
from service.database import unit_transaction
from service.deliveries.rounds.sweeping import lost_work
from service.outbox import ReadImport
from tests.conftest import Engines
from tests.factories.direct import direct
from tests.factories.waiting import until
from tests.factories.world import World, make_world
from workers.jobs.reading import read_import

NOW = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
LIST = "STT;Họ tên;Lớp;SĐT\n1;Đặng Ánh;6A1;0912345678\n".encode()


class Worker:
    """One uploaded list and the job that reads it."""

    def __init__(self, engines: Engines, master: MasterKey, world: World) -> None:
        self.engines, self.master, self.world = engines, master, world
        self.unit = world.units["nbk-thcs"]
        self.import_id = 0

    async def upload(self) -> UUID:
        async with unit_transaction(self.engines.web, self.unit) as conn:
            public_id = await start_import(
                conn,
                self.world.actor(),
                unit_id=self.unit,
                data=LIST,
                dry_run=False,
                master=self.master,
                now=datetime.now(UTC),
            )
            self.import_id = (await locate_import(conn, public_id)).id
        return public_id

    async def read(self) -> None:
        tools = SimpleNamespace(engine=self.engines.worker, master=self.master, clock=lambda: NOW)
        await read_import({"tools": tools}, self.unit, self.import_id)

    async def owner(self, sql: str) -> None:
        async with self.engines.owner.begin() as conn:
            await conn.execute(text(sql))

    async def attempts(self) -> int:
        async with self.engines.owner.connect() as conn:
            return int((await conn.execute(text("SELECT attempts FROM imports"))).scalar_one())

    async def state(self) -> tuple[Any, ...]:
        """State, failure, attempts, files."""
        async with self.engines.owner.connect() as conn:
            found = await conn.execute(
                text("SELECT state, failure_code, attempts, (SELECT count(*) FROM import_files) FROM imports WHERE id = :id"),
                {"id": self.import_id},
            )
            return tuple(found.one())


@pytest.fixture
async def worker(engines: Engines, master: MasterKey) -> Worker:
    made = Worker(engines, master, await make_world(engines.owner, master))
    await made.upload()
    return made


async def test_a_list_is_read_at_the_first_attempt(worker: Worker) -> None:
    await worker.read()
    assert await worker.state() == ("checked", None, 1, 1)
    await worker.read()
    assert await worker.state() == ("checked", None, 1, 1)


async def test_what_cannot_be_read_is_given_up_after_some_attempts(worker: Worker) -> None:
    await worker.owner("UPDATE import_files SET sealed = substring(sealed FROM 2)")
    for attempt in range(1, ATTEMPTS + 1):
        with pytest.raises(Unsealable):
            await worker.read()
        assert await worker.state() == ("reading", None, attempt, 1)
    await worker.read()
    assert (await worker.state())[:2] == ("failed", "import.unreadable")
    assert (await worker.state())[3] == 0


async def test_a_worker_that_dies_while_reading_has_used_an_attempt(worker: Worker) -> None:
    """Its connections end, and with them the reading, but not the count."""
    async with worker.engines.owner.begin() as conn:
        await conn.execute(text("LOCK TABLE import_files"))
        reading = asyncio.create_task(worker.read())
        await until("an attempt is counted", worker.attempts)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    assert await worker.state() == ("reading", None, 1, 1)
    await worker.read()
    assert await worker.state() == ("checked", None, 2, 1)


async def test_a_second_job_for_a_list_being_read_is_no_attempt(worker: Worker) -> None:
    async with unit_transaction(worker.engines.worker, worker.unit) as conn:
        assert await lock_reading(conn, worker.import_id)
        await worker.read()
        assert await worker.state() == ("reading", None, 0, 1)
    await worker.read()
    assert (await worker.state())[0] == "checked"


async def test_a_file_nobody_read_is_deleted_after_a_day_and_its_import_ends(worker: Worker) -> None:
    async def sweep() -> list[object]:
        async with direct(worker.engines.worker) as conn:
            return [command for command, _ in await lost_work(conn)]

    await worker.owner("UPDATE imports SET created_at = now() - interval '23 hours'")
    await worker.owner("UPDATE import_files SET created_at = now() - interval '23 hours'")
    assert await sweep() == [ReadImport(worker.unit, worker.import_id)]
    assert (await worker.state())[3] == 1
    await worker.owner("UPDATE import_files SET created_at = now() - interval '25 hours'")
    assert await sweep() == [ReadImport(worker.unit, worker.import_id)]
    assert await worker.state() == ("reading", None, 0, 0)
    await worker.read()
    assert (await worker.state())[:2] == ("failed", "import.unreadable")
    assert await sweep() == []
