"""A department's send through a carrier that takes everything at once:
what our own part costs, and whether the urgent gets through it.

Two worker processes deliver in bulk; beside them one of the urgent lane waits for small urgent warnings, approved while the large
one is planned and sent.
"""

import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from contact_registry.sealing import MasterKey, address_hash, current_data_key
from service.database import make_engine
from service.database.roles import LOOKUP, OWNER, WEB, WORKER
from service.keyring.deployment import deployment_key
from service.schema import upgrade
from service.standalone import postgres, valkey
from service.standalone.home import Home
from service.standalone.servers import running_servers
from tests.benchmarks.rows import Row
from tests.conftest import Engines
from tests.factories.approved import Approved, approve_another, approve_broadcast

_SCHOOL, _OTHER = "nbk-thcs", "lqd-th"
_BULK_WORKERS = 2
_FEW = 10_000
_AIM = 15_000
_LOOK_EVERY = 0.25  # seconds; looking takes from what is looked at


@dataclass(slots=True)
class _Send:
    """Deliveries a second from approval to the last outcome; `sending`: from the end of planning."""

    rate: float
    sending: float
    planned: float


async def fill(owner: AsyncEngine, master: MasterKey, unit: int, first: int, many: int) -> None:
    """So many more parents at the unit, with addresses that open."""
    async with owner.begin() as conn:
        key = await current_data_key(conn, master, unit)
        index = await deployment_key(conn, master, "address_index")
        start = (await conn.execute(text("SELECT coalesce(max(id), 0) + 1 FROM contacts"))).scalar_one()
        await conn.execute(
            text(
                "INSERT INTO contacts (id, unit_id, role) OVERRIDING SYSTEM VALUE"
                " SELECT n, :unit, 'parent' FROM generate_series(CAST(:first AS bigint), :last) AS n"
            ),
            {"unit": unit, "first": start, "last": start + many - 1},
        )
        raw = (await conn.get_raw_connection()).driver_connection
        if raw is None:
            raise AssertionError("no connection")
        columns = "unit_id, contact_id, channel, address_hash, address_sealed, data_key_id"
        async with raw.cursor() as cursor, cursor.copy(f"COPY contact_points ({columns}) FROM STDIN") as copy:
            for n in range(many):
                number = f"+849{first + n:08}"
                hashed, sealed = address_hash(index, "sms", number), key.seal(number, "sms")
                await copy.write_row((unit, start + n, "sms", hashed, sealed, key.id))
    async with owner.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))


@asynccontextmanager
async def _workers(home: Home, master_text: str) -> AsyncIterator[list[psutil.Process]]:
    """The bulk workers first. None is left afterwards."""
    environment = os.environ | {
        "LOA_DATABASE_URL_WORKER": postgres.url(home, WORKER),
        "LOA_VALKEY_URL": valkey.url(home),
        "LOA_MASTER_KEY": master_text,
        "LOA_LOG_LEVEL": "WARNING",
    }
    started = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.null_worker", lane, env=environment, cwd=Path(__file__).parents[2]
        )
        for lane in ["bulk"] * _BULK_WORKERS + ["urgent"]
    ]
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        await asyncio.gather(*(process.wait() for process in started))


async def _until_sent(approved: Approved, total: int, began: float) -> _Send:
    """Waits for the last outcome."""
    planned = 0.0
    while True:
        (row,) = await approved.rows(
            "SELECT coalesce(sum(accepted), 0) AS accepted, count(*) AS chunks FROM delivery_chunks WHERE broadcast_id = :id",
            id=approved.broadcast_id,
        )
        now = time.perf_counter()
        if row.chunks and not planned:
            planned = now - began
        if row.accepted == total:
            return _Send(total / (now - began), total / (now - began - planned), planned)
        await asyncio.sleep(min(_LOOK_EVERY, total / 400_000))


async def _urgent_ones(approved: Approved, stop: asyncio.Event) -> list[float]:
    """Seconds from approval to the first message that was taken, of one small warning after the other."""
    took: list[float] = []
    while not stop.is_set():
        await asyncio.sleep(1)
        began = time.time()
        urgent = await approve_another(approved, unit=_OTHER, urgency="urgent")
        while True:
            (row,) = await urgent.rows(
                "SELECT extract(epoch FROM min(accepted_at)) AS first FROM deliveries WHERE broadcast_id = :id",
                id=urgent.broadcast_id,
            )
            if row.first is not None:
                took.append(float(row.first) - began)
                break
            await asyncio.sleep(0.02)
    return took


def _processor_seconds(workers: list[psutil.Process]) -> tuple[float, float]:
    """What the workers and what PostgreSQL have used so far."""
    servers = [each for each in psutil.Process().children(recursive=True) if each not in workers]

    def of(processes: list[psutil.Process]) -> float:
        times = [each.cpu_times() for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
        return sum(each.user + each.system for each in times)

    return of(workers), of([each for each in servers if each.name().startswith("postgres")])


async def _peak(processes: list[psutil.Process], stop: asyncio.Event) -> float:
    """The most that one of them held, in MB."""
    most = 0
    while not stop.is_set():
        most = max([most, *(process.memory_info().rss for process in processes)])
        await asyncio.sleep(1)
    return most / 2**20


async def measure(home: Home, many: int) -> list[Row]:
    """The same at 10,000 and at `many`: a delivery costs the same."""
    master_text = MasterKey.generate()
    master = MasterKey.parse(master_text)
    async with running_servers(home, upgrade):
        logins = (OWNER, WEB, WORKER, LOOKUP)
        engines = Engines(*(make_engine(postgres.url(home, login), name="bench") for login in logins))
        try:
            first = await approve_broadcast(engines, master, phones=1, emails=0)
            await fill(engines.owner, master, first.world.units[_OTHER], 90_000_000, 10)
            async with _workers(home, master_text) as workers:
                await fill(engines.owner, master, first.world.units[_SCHOOL], 10, _FEW - 1)
                began = time.perf_counter()
                few = await _until_sent(await approve_another(first, unit=_SCHOOL, urgency="advisory"), _FEW, began)
                await fill(engines.owner, master, first.world.units[_SCHOOL], _FEW + 10, many - _FEW)
                return await _large(first, workers, few, many)
        finally:
            for engine in (engines.owner, engines.web, engines.worker, engines.lookup):
                await engine.dispose()


async def _large(first: Approved, workers: list[psutil.Process], few: _Send, many: int) -> list[Row]:
    stop = asyncio.Event()
    approved = await approve_another(first, unit=_SCHOOL, urgency="advisory")
    used = _processor_seconds(workers)
    began = time.perf_counter()
    urgent, memory = asyncio.create_task(_urgent_ones(first, stop)), asyncio.create_task(_peak(workers, stop))
    large = await _until_sent(approved, many, began)
    ours, servers = (after - before for before, after in zip(used, _processor_seconds(workers), strict=True))
    stop.set()
    latencies, peak = sorted(await urgent), await memory
    (row,) = await approved.rows(
        "SELECT count(*) AS n, count(DISTINCT address_hash) AS addresses, count(DISTINCT provider_id) AS taken,"
        " max(attempt) AS attempts"
        "  FROM deliveries WHERE broadcast_id = :id",
        id=approved.broadcast_id,
    )
    if (row.n, row.addresses, row.taken, row.attempts) != (many, many, many, 1):
        raise AssertionError(f"not each once: {row}")
    ninety_fifth = latencies[int(0.95 * (len(latencies) - 1) + 0.5)]
    return [
        Row(
            f"{many:,} deliveries end to end, null channel, {_BULK_WORKERS} workers",
            "deliveries/s",
            large.rate,
            "the aim",
            _AIM,
            f"{many / large.rate:.1f} s; each once; planned in {large.planned:.1f} s, then {large.sending:,.0f}/s; "
            "processor a delivery: workers"
            f" {ours / many * 1e6:.0f}, PostgreSQL {servers / many * 1e6:.0f} us; at most {peak:.0f} MB a worker",
        ),
        Row("the same, as deliveries at 10,000 cost", "deliveries/s", large.sending, f"at {_FEW:,}", few.sending),
        Row(
            "urgent warnings meanwhile, approval to first message",
            "1/s",
            1 / ninety_fifth,
            "the aim: 1 s at the 95th percentile",
            1.0,
            f"{len(latencies)} warnings: median {statistics.median(latencies) * 1000:.0f} ms, "
            f"95th percentile {ninety_fifth * 1000:.0f} ms",
        ),
    ]
