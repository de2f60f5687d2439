"""The loops beside the queue: heartbeat, relay of committed commands, sweeper. Each survives a database that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.database import unit_transaction
from service.outbox import CHANNEL, relay
from workers.jobs.sweeping import sweep
from workers.jobs.tools import Tools

_log = structlog.get_logger()
BEAT_EVERY = 2.0
SWEEP_EVERY = 1.0
RELAY_EVERY = 2.0


async def beat(tools: Tools, started: datetime) -> None:
    """Says that this process lives. Its leases are worth nothing without it."""

    async def once() -> None:
        async with unit_transaction(tools.engine, None) as conn:
            await conn.execute(
                text("SELECT door_heartbeat(:worker, :lane, :started)"),
                {"worker": tools.worker, "lane": tools.lane, "started": started},
            )

    await _every(BEAT_EVERY, once)


async def sweep_again_and_again(tools: Tools) -> None:
    """The sweeper's loop."""

    async def once() -> None:
        if not tools.stopping.is_set():
            await sweep(tools)

    await _every(SWEEP_EVERY, once)


async def relay_commands(tools: Tools) -> None:
    """Relays committed commands as soon as PostgreSQL says there are some, and every two seconds in case it did not."""
    nudged = asyncio.Event()
    nudged.set()
    listening = asyncio.create_task(_listen(tools, nudged))

    async def once() -> None:
        nudged.clear()
        while await relay(tools.engine, tools.queue):
            pass
        try:
            await asyncio.wait_for(nudged.wait(), RELAY_EVERY)
        except TimeoutError:
            return

    try:
        await _every(0, once)
    finally:
        listening.cancel()


async def _listen(tools: Tools, nudged: asyncio.Event) -> None:
    """Sets `nudged` at every notification, over a connection of its own."""
    address = tools.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def once() -> None:
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as conn:
            await conn.execute(f"LISTEN {CHANNEL}".encode())
            async for _ in conn.notifies():
                nudged.set()

    await _every(1.0, once)


async def _every(seconds: float, once: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await once()
        except (DBAPIError, PoolTimeout, psycopg.OperationalError) as error:
            _log.warning("database.away", error=type(error).__name__)
            await asyncio.sleep(0.5)
        await asyncio.sleep(seconds)
