"""Whose turn it is in a lane: one fair order, chosen in the database when there is room in the queue,
not when a broadcast is planned.
"""

from dataclasses import dataclass
from datetime import datetime

from service.database import Direct, fetch_all
from service.outbox import DeliverChunk, Lane

PLACES = 6
"""Chunks a worker that are queued, and of one channel out at all, queued or leased: the next is there when one ends, and what was
just approved waits for few others."""

_NEXT = "SELECT unit_id, broadcast_id, chunk, claims, emergency, due FROM door_next_chunks(%s, %s)"


@dataclass(frozen=True, slots=True)
class Turn:
    """A chunk to queue. `emergency`: before all that is queued already. `due`: not before."""

    command: DeliverChunk
    emergency: bool
    due: datetime | None


async def next_chunks(conn: Direct, lane: Lane) -> list[Turn]:
    """Chooses the next chunks of a lane and marks them as queued by this transaction; none while enough are. Should they be
    lost, they are chosen again.
    """
    rows = await fetch_all(conn, _NEXT, lane, PLACES)
    return [Turn(DeliverChunk(*ids), emergency, due) for *ids, emergency, due in rows]
