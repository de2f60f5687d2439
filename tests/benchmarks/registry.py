"""A department's whole registry: counting everybody, counting one class, planning for everybody, each beside the bare statement.

`CONTACTS=100000 make bench` for a quick look. The people are made in SQL; nothing ever opens their addresses.
"""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.audiences import Audience
from contact_registry.sealing import MasterKey
from service.broadcasts import weigh_audience
from service.broadcasts.audiences.chosen import AudienceCount
from service.database import make_engine, unit_transaction
from service.database.roles import OWNER, WEB, WORKER
from service.deliveries import plan
from service.schema import upgrade
from service.standalone import postgres
from service.standalone.home import Home
from service.standalone.servers import running_servers
from service.units import find_unit
from tests.benchmarks.rows import Row
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_broadcast

DEPARTMENT, SCHOOL = "sgddt-dongnai", "truong-700"

_SQL = Path(__file__).with_name("registry.sql")
_BARE_COUNT = "SELECT channel, count(DISTINCT address_hash) FROM contact_points WHERE ended_by IS NULL GROUP BY channel"
_BARE_CLASS = (
    "SELECT count(DISTINCT p.address_hash) FROM enrolments e JOIN contact_points p ON p.contact_id = e.contact_id"
    " WHERE e.unit_id = :unit AND e.class_name = '6A1' AND e.ended_by IS NULL AND p.channel = 'sms' AND p.ended_by IS NULL"
)
_BARE_PLAN = (
    "INSERT INTO bare (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, address_hash, address_sealed)"
    " SELECT 1, :first + row_number() OVER (), 1, unit_id, data_key_id, 0, channel, address_hash, address_sealed"
    " FROM (SELECT DISTINCT ON (address_hash) * FROM contact_points WHERE channel = :channel AND ended_by IS NULL"
    "        ORDER BY address_hash, id) AS chosen"
)


async def measure(home: Home, contacts: int) -> list[Row]:
    """A home without workers, as big as a department."""
    async with running_servers(home, upgrade):
        owner, web, worker = (make_engine(postgres.url(home, login), name="bench") for login in (OWNER, WEB, WORKER))
        try:
            engines = Engines(owner, web, worker, worker)
            master = MasterKey.parse(MasterKey.generate())
            approved = await approve_broadcast(engines, master, phones=1, emails=0, unit=DEPARTMENT)
            await fill(owner, contacts)
            bench = _Bench(engines, approved)
            return [await bench.everybody(), await bench.one_class(), await bench.planning()]
        finally:
            for engine in (owner, web, worker):
                await engine.dispose()


async def fill(owner: AsyncEngine, contacts: int) -> None:
    """Units and people, as many as asked for, and the statistics that autovacuum gathers within a minute."""
    async with owner.begin() as conn:
        sql = _SQL.read_text(encoding="utf-8").replace(":contacts", str(contacts))
        await conn.exec_driver_sql(sql.replace("%", "%%"))
    async with owner.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


@dataclass(frozen=True)
class _Bench:
    engines: Engines
    approved: Approved

    async def everybody(self) -> Row:
        with _peak_memory() as memory:
            counted, ours = await self._count(DEPARTMENT, Audience())
        limit = await self._bare(_BARE_COUNT)
        left_out = sum(many for _, many in counted.not_sent)
        return Row(
            f"count of a department, {counted.recipients:,} addresses",
            "addresses/s",
            counted.recipients / ours,
            "count(DISTINCT address) alone",
            counted.recipients / limit,
            f"{ours:.2f} s, {left_out:,} left out for {len(counted.not_sent)} reasons, {memory()}",
        )

    async def one_class(self) -> Row:
        asked = Audience(classes=("6A1",))
        await self._count(SCHOOL, asked)
        ours = statistics.median([(await self._count(SCHOOL, asked))[1] for _ in range(20)])
        async with self.engines.owner.connect() as conn:
            unit = (await conn.execute(text("SELECT id FROM units WHERE code = :code"), {"code": SCHOOL})).scalar_one()
        limit = statistics.median([await self._bare(_BARE_CLASS, unit=unit) for _ in range(20)])
        return Row("count of one class", "counts/s", 1 / ours, "its bare join", 1 / limit, f"{1000 * ours:.1f} ms")

    async def planning(self) -> Row:
        async with self.engines.owner.begin() as conn:
            await conn.execute(text("UPDATE broadcasts SET audience_count = 100000000"))
        inserts = _counted_inserts(self.engines.worker)
        with _peak_memory() as memory:
            started = time.perf_counter()
            await plan(
                self.engines.worker,
                unit_id=self.approved.unit_id,
                broadcast_id=self.approved.broadcast_id,
                now=datetime.now(UTC),
            )
            ours = time.perf_counter() - started
        (row,) = await self.approved.rows("SELECT count(*) AS n FROM deliveries")
        async with self.engines.owner.begin() as conn:
            await conn.execute(text("CREATE TABLE bare (LIKE deliveries INCLUDING DEFAULTS INCLUDING INDEXES)"))
            started = time.perf_counter()
            for first, channel in ((0, "sms"), (row.n, "email")):
                await conn.execute(text(_BARE_PLAN), {"first": first, "channel": channel})
            limit = time.perf_counter() - started
        if len(inserts) != 2:
            raise AssertionError(f"{len(inserts)} statements for two channels")
        return Row(
            f"planning {row.n:,} deliveries",
            "deliveries/s",
            row.n / ours,
            "INSERT ... SELECT DISTINCT ON alone",
            row.n / limit,
            f"{ours:.1f} s, one statement a channel, {memory()}",
        )

    async def _count(self, code: str, audience: Audience) -> tuple[AudienceCount, float]:
        actor, now = self.approved.world.actor(DEPARTMENT), datetime.now(UTC)
        started = time.perf_counter()
        async with unit_transaction(self.engines.web, actor.unit_id, subtree=True) as conn:
            unit = await find_unit(conn, code, now.date())
        async with unit_transaction(self.engines.web, unit.id) as conn:
            counted = await weigh_audience(
                conn, actor, unit=unit, audience=audience, channels=("sms", "email"), urgency="advisory", now=now
            )
        return counted, time.perf_counter() - started

    async def _bare(self, sql: str, **values: object) -> float:
        async with self.engines.owner.connect() as conn:
            started = time.perf_counter()
            (await conn.execute(text(sql), values)).all()
            return time.perf_counter() - started


def _counted_inserts(engine: AsyncEngine) -> list[str]:
    """Grows by each statement that writes deliveries."""
    seen: list[str] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO deliveries"):
            seen.append(statement)

    return seen


@contextmanager
def _peak_memory() -> Iterator[Callable[[], str]]:
    """What this process holds at most inside, in words."""
    process, peak, done = psutil.Process(), [0], threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield lambda: f"{peak[0] / 2**20:.0f} MB"
    finally:
        done.set()
        watcher.join()
