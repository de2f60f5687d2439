"""Keeping a lane's queue just long enough that no worker waits:
asked by whoever ends a chunk or a plan, and every second besides.
"""

from uuid import uuid4

from service.deliveries.rounds.turns import next_chunks
from workers.kept.tools import Tools


async def queue_next(tools: Tools) -> None:
    """Queues the chunks whose turn it is in this worker's lane."""
    if tools.stopping.is_set():
        return
    async with tools.direct.connection() as conn:
        turns = await next_chunks(conn, tools.lane)
    again = f":{uuid4().hex}"  # each turn is a job of its own: one that was lost must not stand in the way of the next
    for turn in turns:
        waits = turn.due is not None and turn.due > tools.clock()
        await tools.queue.add(turn.command, tools.lane, again=again, at=turn.due, first=turn.emergency and not waits)
