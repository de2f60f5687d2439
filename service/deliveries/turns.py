"""Whose turn it is in a lane: one fair order, chosen in the database when there is room in the queue, not when a broadcast is planned."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.outbox import DeliverChunk, Lane

PLACES = 6
"""Chunks a worker that are queued, and of one channel out at all, queued or leased: the next is there when one ends, and what was just
approved waits for few others."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A chunk to queue. `emergency`: before all that is queued already. `due`: not before."""

    command: DeliverChunk
    emergency: bool
    due: datetime | None


async def next_chunks(conn: AsyncConnection, lane: Lane) -> list[Turn]:
    """The next chunks of a lane, marked as queued by this transaction; none while enough are. Should they be lost, they are chosen again."""
    rows = await conn.execute(text("SELECT * FROM door_next_chunks(:lane, :per_worker)"), {"lane": lane, "per_worker": PLACES})
    return [Turn(DeliverChunk(row.unit_id, row.broadcast_id, row.chunk, row.claims), row.emergency, row.due) for row in rows]
