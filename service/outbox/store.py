"""Writing commands, and relaying the committed ones to the queue."""

from datetime import datetime

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.database import unit_transaction
from service.outbox.commands import COMMANDS, Command, Lane, PlanBroadcast
from service.outbox.queue import Queue

CHANNEL = "loa_outbox"
"""The PostgreSQL notification a committed command gives; workers listen, so that it is relayed at once."""

_AT_ONCE = 500
_log = structlog.get_logger()


async def put(conn: AsyncConnection, command: Command, *, lane: Lane, now: datetime) -> None:
    """Writes a command in the caller's transaction, which must act for the command's unit."""
    await conn.execute(
        text(
            "WITH written AS (INSERT INTO outbox (unit_id, lane, command, payload, created_at)"
            " VALUES (:unit, :lane, :command, CAST(:payload AS jsonb), :now))"
            f" SELECT pg_notify('{CHANNEL}', '')"
        ),
        {
            "unit": command.unit_id,
            "lane": lane,
            "command": command.name,
            "payload": orjson.dumps(command.payload()).decode(),
            "now": now,
        },
    )


async def relay(engine: AsyncEngine, queue: Queue, lane: Lane) -> int:
    """Queues what was committed in a lane and not yet queued; how many.
    Queued before it is marked: at worst a job comes twice, never not.

    Plans go before chunks: the sooner a broadcast is planned, the sooner it takes its turns.
    """
    async with unit_transaction(engine, None) as conn:
        taken = await conn.execute(text("SELECT * FROM door_take_outbox(:at_most, :lane)"), {"at_most": _AT_ONCE, "lane": lane})
        rows = taken.all()
        for row in rows:
            try:
                command = COMMANDS[row.command](**row.payload)
            except (KeyError, TypeError):  # written by a newer release: it must not hold up all that follow
                _log.error("outbox.unknown_command", command=row.command, outbox_id=row.id)
            else:
                await queue.add(command, row.lane, first=command.name == PlanBroadcast.name)
        return len(rows)
