"""Runs the loops of the table. Each survives a database that is away; by any other error those end that sending needs, and the
others say so and are tried again later: no mistake there keeps a warning from leaving.
"""

import asyncio
from collections.abc import Awaitable

import structlog

from service.database import Direct, fetch_all
from workers.kept.database import AWAY
from workers.kept.tools import Tools
from workers.rounds.loops import LOOPS, Loop

HELD_IN_SILENCE = 10.0
"""Seconds that a lock of these loops outlives the last word of its holder."""
# A session that holds a lock is ended if it says nothing for a while.
_LOCK = "SELECT CASE WHEN pg_try_advisory_lock(hashtext(%s)) THEN set_config('idle_session_timeout', %s, false) END"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext(%s)), set_config('idle_session_timeout', '0', false)"
_BROKEN = 60.0  # seconds until what is broken, and not needed, is tried again
_AWAY = 0.5  # seconds until a database that was away is asked again
_log = structlog.get_logger()


async def run(tools: Tools, name: str) -> None:
    """Repeats the rounds of the loop with this `name` until it is cancelled. Raises `KeyError` for one that is not in the table,
    and what went wrong in a round where sending needs it.
    """
    loop = LOOPS[name]
    woken = loop.woken(tools) if loop.woken else None
    while True:
        if woken:
            woken.clear()
        try:
            outcome = await _round(tools, loop)
        except AWAY as error:
            tools.outage.away(error)
            tools.meters.rounds.labels(name, "away").inc()
            await asyncio.sleep(_AWAY)
        except Exception:
            tools.meters.rounds.labels(name, "failed").inc()
            if loop.needed:
                raise
            _log.exception("worker.loop_failed", loop=name)
            await asyncio.sleep(_BROKEN)
        else:
            tools.outage.works()
            tools.meters.rounds.labels(name, outcome).inc()
            await _rest(loop.every, woken)


async def _rest(seconds: float, woken: asyncio.Event | None) -> None:
    if woken is None:
        await asyncio.sleep(seconds)
        return
    try:
        await asyncio.wait_for(woken.wait(), seconds)
    except TimeoutError:
        return


async def _round(tools: Tools, loop: Loop) -> str:
    """One round: "done", or "elsewhere" where another worker has its turn."""
    if not loop.alone:
        await loop.round(tools)
        return "done"
    return "done" if tools.stopping.is_set() or await _alone(tools, loop) else "elsewhere"


async def _alone(tools: Tools, loop: Loop) -> bool:
    """Runs a round if no other worker is at it: whoever has its advisory lock. The lock ends with its connection, and the
    connection when nothing is heard of its holder: a machine that is frozen in its round holds up nobody for long.
    """
    lock = f"loa {loop.name}"
    async with tools.direct.connection() as guard:  # the lock is the session's: no transaction is held open meanwhile
        try:
            if await fetch_all(guard, _LOCK, lock, f"{HELD_IN_SILENCE:g}s") == [(None,)]:
                return False
            try:
                await _heard_of(guard, loop.round(tools))
            finally:
                await fetch_all(guard, _UNLOCK, lock)
        except BaseException:  # whether it still holds the lock nobody knows
            await guard.close()
            raise
    return True


async def _heard_of(guard: Direct, round_: Awaitable[None]) -> None:
    """Awaits a round, and lets the session that holds its lock speak meanwhile. Whose lock is lost stops."""
    doing = asyncio.ensure_future(round_)
    try:
        while not (await asyncio.wait({doing}, timeout=HELD_IN_SILENCE / 5))[0]:
            await fetch_all(guard, "SELECT 1")
        doing.result()
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
