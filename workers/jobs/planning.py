"""Planning a broadcast, whose chunks then take their turns among all that are sent."""

from typing import Any

import structlog

from service.deliveries import AudienceMoved, plan
from service.errors import LoaError, Unavailable
from service.traces import follow
from workers.kept.stopping import pause_broadcast
from workers.kept.taking_turns import queue_next
from workers.kept.tools import tools_of

_log = structlog.get_logger()


async def plan_broadcast(ctx: dict[str, Any], unit_id: int, broadcast_id: int) -> None:
    """Plans a broadcast; the job."""
    tools = tools_of(ctx)
    follow(broadcast_id)
    try:
        chunks = await plan(
            tools.engine,
            unit_id=unit_id,
            broadcast_id=broadcast_id,
            quiet=tools.settings.quiet_hours,
            digits=tools.numbers.digits,
            now=tools.clock(),
        )
    except AudienceMoved:
        _log.warning("plan.audience_moved", broadcast=broadcast_id)  # the sweeper plans again
        return
    except Unavailable:
        raise  # for now: the sweeper plans again
    except LoaError as error:
        await pause_broadcast(tools, unit_id, broadcast_id, error.code)
        return
    await queue_next(tools)
    _log.info("plan.done", broadcast=broadcast_id, chunks=chunks)
