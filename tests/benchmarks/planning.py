"""Planning 100,000 deliveries, beside the bare INSERT ... SELECT DISTINCT ON of the same rows."""

import time
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contact_registry.sealing import MasterKey
from service.database import make_engine
from service.database.roles import OWNER, WEB, WORKER
from service.deliveries import plan
from service.schema import upgrade
from service.standalone import postgres
from service.standalone.home import Home
from service.standalone.servers import running_servers
from tests.benchmarks.rows import Row
from tests.conftest import Engines
from tests.factories.approved import approve_broadcast

# Addresses that need not open: planning never reads them.
_PARENTS = """
WITH people AS (
  INSERT INTO contacts (unit_id, role) SELECT :unit, 'parent' FROM generate_series(1, :many) RETURNING id
)
INSERT INTO contact_points (unit_id, contact_id, channel, address_hash, address_sealed, data_key_id)
SELECT :unit, id, 'sms', substr(sha256(id::text::bytea), 1, 16),
       substr(sha256((-id)::text::bytea) || sha256(id::text::bytea), 1, 40), :key
  FROM people
"""
_BARE = """
INSERT INTO bare (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, address_hash, address_sealed)
SELECT 1, row_number() OVER (), :unit, unit_id, data_key_id, 0, 'sms', address_hash, address_sealed
  FROM (SELECT DISTINCT ON (address_hash) * FROM contact_points WHERE unit_id = :unit AND channel = 'sms'
         ORDER BY address_hash, id) AS chosen
"""


async def measure(home: Home, how_many: int) -> list[Row]:
    """A home without workers: what is measured is planning alone."""
    async with running_servers(home, upgrade):
        owner, web, worker = (make_engine(postgres.url(home, login), name="bench") for login in (OWNER, WEB, WORKER))
        try:
            return [await _plan(Engines(owner, web, worker, worker), how_many)]
        finally:
            for engine in (owner, web, worker):
                await engine.dispose()


async def _plan(engines: Engines, how_many: int) -> Row:
    master = MasterKey.parse(MasterKey.generate())
    approved = await approve_broadcast(engines, master, phones=1, emails=0)
    async with engines.owner.begin() as conn:
        key = (
            await conn.execute(text("SELECT id FROM data_keys WHERE unit_id = :unit"), {"unit": approved.unit_id})
        ).scalar_one()
        await conn.execute(text(_PARENTS), {"unit": approved.unit_id, "many": how_many, "key": key})
        await conn.execute(text("UPDATE broadcasts SET audience_count = :many"), {"many": how_many + 1})
    await _analyze(engines.owner)
    started = time.perf_counter()
    await plan(engines.worker, unit_id=approved.unit_id, broadcast_id=approved.broadcast_id, now=datetime.now(UTC))
    ours = time.perf_counter() - started
    planned = (await approved.rows("SELECT count(*) AS n, count(DISTINCT address_hash) AS addresses FROM deliveries"))[0]
    assert planned.n == planned.addresses == how_many + 1
    async with engines.owner.begin() as conn:
        await conn.execute(text("CREATE TABLE bare (LIKE deliveries INCLUDING DEFAULTS INCLUDING INDEXES)"))
        limit = await _timed(conn, approved.unit_id)
    return Row(f"planning {how_many:,} deliveries", "deliveries/s", how_many / ours, "INSERT ... SELECT alone", how_many / limit)


async def _timed(conn: AsyncConnection, unit: int) -> float:
    started = time.perf_counter()
    await conn.execute(text(_BARE), {"unit": unit})
    return time.perf_counter() - started


async def _analyze(owner: AsyncEngine) -> None:
    async with owner.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
