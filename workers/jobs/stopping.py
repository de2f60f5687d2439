"""What cannot be done however often it is tried: the broadcast is paused and says why, rather than tried for ever."""

import structlog

from service.database import unit_transaction
from service.deliveries.pausing import pause
from workers.jobs.tools import Tools

_log = structlog.get_logger()


async def pause_broadcast(tools: Tools, unit_id: int, broadcast_id: int, reason: str) -> None:
    """Pauses it in a transaction of its own. `reason`: a code."""
    async with unit_transaction(tools.engine, unit_id) as conn:
        paused = await pause(conn, broadcast_id, reason=reason, now=tools.clock())
    if paused:
        _log.error("broadcast.paused", broadcast=broadcast_id, reason=reason)
