"""What a worker does now and then with what is kept: deletes what is due, and seals anew what a retired key sealed. `loops`
repeats it, in one worker at a time.
"""

import structlog

from service.database import unit_transaction
from service.retention import run_unit, units_to_check
from service.rotation import reseal_round
from workers.kept.tools import Tools

_log = structlog.get_logger()


async def retain(tools: Tools) -> None:
    """Goes through every unit that was not gone through since midnight in Vietnam. The database knows which: restarts repeat
    nothing.
    """
    async with unit_transaction(tools.engine, None) as conn:
        units = await units_to_check(conn, tools.clock())
    for unit_id in units:
        if tools.stopping.is_set():
            return
        for rule, counts in (
            await run_unit(tools.engine, unit_id, now=tools.clock(), stopping=tools.stopping.is_set) or {}
        ).items():
            _log.info("retention.run", unit=unit_id, rule=rule, **counts)


async def reseal(tools: Tools) -> None:
    """Seals anew what retired data keys sealed; deletes keys nothing needs any more."""
    await reseal_round(tools.engine, tools.master, now=tools.clock(), stopping=tools.stopping.is_set)
