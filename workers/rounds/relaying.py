"""Committed commands on their way to the queue, as soon as PostgreSQL says that there are some."""

import psycopg

from service.database import driver_arguments
from service.outbox import CHANNEL, relay
from workers.kept.tools import Tools


async def relay_committed(tools: Tools) -> None:
    """Hands every committed command of the worker's lane to the queue."""
    while await relay(tools.engine, tools.queue, tools.lane):
        pass


async def listen(tools: Tools) -> None:
    """Sets `tools.nudged` at every notification, over a connection of its own, for as long as that lasts."""
    async with await psycopg.AsyncConnection.connect(autocommit=True, **driver_arguments(tools.engine.url)) as conn:
        await conn.execute(f"LISTEN {CHANNEL}".encode())
        async for _ in conn.notifies():
            tools.nudged.set()
