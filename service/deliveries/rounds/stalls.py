"""The stall alarm: a broadcast of which nothing leaves though it should, noticed in the database alone, by workers and web alike.

So it rings also where every worker is gone. Whoever marks a stall says so, once; it ends by itself when something leaves.
"""

import asyncio
from contextlib import suppress

import structlog
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from service.database import unit_transaction
from service.meters import Meters
from service.traces import trace_of

_log = structlog.get_logger()
_LOOK_EVERY = 5.0


async def mark_stalls(engine: AsyncEngine, meters: Meters) -> None:
    """Marks what stands still and what goes again, and logs `broadcast.stalled` and `broadcast.goes_again`."""
    async with unit_transaction(engine, None) as conn:
        changed = (await conn.execute(text("SELECT * FROM door_mark_stalls()"))).all()
    for row in changed:
        fields = {
            "broadcast": row.broadcast_id,
            "trace": trace_of(row.broadcast_id),
            "lane": row.lane,
            "seconds": round(row.seconds),
        }
        if row.stalled_since is None:
            _log.warning("broadcast.goes_again", **fields)
        else:
            meters.stalls.labels(row.lane).inc()
            _log.error("broadcast.stalled", **fields)


async def look_out_for_stalls(engine: AsyncEngine, meters: Meters) -> None:
    """Looks for stalls every 5 seconds, for as long as it runs; a database that is away is waited for. For a process with
    nothing else to repeat.
    """
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        with suppress(OperationalError, InterfaceError, PoolTimeout):
            await mark_stalls(engine, meters)
