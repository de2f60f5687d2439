"""From the outbox table to the queue. A relay that dies half way leaves its commands to the next one."""

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.database import unit_transaction
from service.outbox.commands import load_command
from service.outbox.queue import Queue

CHANNEL = "loa_outbox"
"""PostgreSQL notifies here whenever commands were committed."""

_AT_ONCE = 200
_log = structlog.get_logger(__name__)


async def relay(engine: AsyncEngine, queue: Queue) -> int:
    """Queues what waits in the outbox, for every unit, and says how many there were. Raises one of `QueueError`.

    Queued before the transaction commits: a command may be queued twice, never not at all.
    """
    relayed = 0
    while True:
        async with unit_transaction(engine, None) as conn:
            rows = list(await conn.execute(text("SELECT * FROM door_take_outbox(:many)"), {"many": _AT_ONCE}))
            commands = []
            for row in sorted(rows, key=lambda row: row.id):
                try:
                    commands.append((row.lane, load_command(row.command, row.payload)))
                except (KeyError, TypeError):
                    _log.error("outbox.unknown_command", command=row.command, outbox_id=row.id)
            await queue.push(commands)
        relayed += len(rows)
        if len(rows) < _AT_ONCE:
            return relayed
