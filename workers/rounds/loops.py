"""The loops beside the queue: heartbeat, relay of committed commands, sweeper, receipts, doubts.
Each survives a database that is away.

By any other error those end that sending needs: a worker whose loops are broken must not look alive. What it does not need
(watching, polling, keeping) says so and is tried again later: no mistake there keeps a warning from leaving.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import psycopg
import structlog

from service.database import Direct, driver_arguments, fetch_all
from service.deliveries import NOTE_TROUBLE
from service.outbox import CHANNEL, relay
from workers.kept.database import AWAY
from workers.kept.taking_turns import queue_next
from workers.kept.tools import Tools
from workers.rounds.keeping import reseal, retain
from workers.rounds.numbering import keep_numbers
from workers.rounds.polling import poll
from workers.rounds.reconciling import reconcile
from workers.rounds.sweeping import clear, drop, receive, sweep, watch

_log = structlog.get_logger()
BEAT_EVERY = 2.0
SWEEP_EVERY = 1.0
CLEAR_EVERY = 60.0
RECEIVE_EVERY = 0.5
RECONCILE_EVERY = 1.0
DROP_EVERY = 0.5
HELD_IN_SILENCE = 10.0
"""Seconds that a lock of these loops outlives the last word of its holder."""
# A session that holds a lock is ended if it says nothing for a while.
_LOCK = "SELECT CASE WHEN pg_try_advisory_lock(hashtext(%s)) THEN set_config('idle_session_timeout', %s, false) END"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext(%s)), set_config('idle_session_timeout', '0', false)"
_BEAT = "SELECT door_workers_alive() FROM door_heartbeat(%s, %s, %s)"
RELAY_EVERY = 2.0
TURNS_EVERY = 1.0
RETAIN_EVERY = 60.0
RESEAL_EVERY = 5.0
NUMBERS_EVERY = 2.0
WATCH_EVERY = 1.0
POLL_EVERY = 30.0
TROUBLES_EVERY = 0.5
_SAME_MOMENT = timedelta(seconds=1)
_BROKEN = 60.0  # seconds until what is broken, and not needed, is tried again


async def beat(tools: Tools, started: datetime) -> None:
    """Says that this process lives. Its leases are worth nothing without it."""

    async def once() -> None:
        async with tools.direct.connection() as conn:
            ((tools.pacing.workers,),) = await fetch_all(conn, _BEAT, tools.worker, tools.lane, started)
        if tools.settings.heartbeat_file:
            tools.settings.heartbeat_file.touch()

    await _every(tools, BEAT_EVERY, once)


async def sweep_again_and_again(tools: Tools) -> None:
    """The sweeper's loop."""
    await _alone(tools, "sweep", SWEEP_EVERY, sweep)


async def clear_again_and_again(tools: Tools) -> None:
    """What has had its day."""
    await _alone(tools, "clear", CLEAR_EVERY, clear, needed=False)


async def receive_again_and_again(tools: Tools) -> None:
    """Receipts, from the inbox to the deliveries."""
    await _alone(tools, "receive", RECEIVE_EVERY, receive)


async def reconcile_again_and_again(tools: Tools) -> None:
    """SMS in doubt. A loop of its own: a provider that hangs on its list must not hold up the sweeper."""
    await _alone(tools, "reconcile", RECONCILE_EVERY, reconcile)


async def take_turns_again_and_again(tools: Tools) -> None:
    """The next chunks of this worker's lane. In every worker: a lane must not depend on another's."""

    async def once() -> None:
        await queue_next(tools)

    await _every(tools, TURNS_EVERY, once)


async def drop_again_and_again(tools: Tools) -> None:
    """What waits in cancelled and expired broadcasts. A loop of its own: 1,500,000 of them must not hold up the sweeper."""
    await _alone(tools, "drop", DROP_EVERY, drop)


async def watch_again_and_again(tools: Tools) -> None:
    """Stalls."""
    await _alone(tools, "watch", WATCH_EVERY, watch, needed=False)


async def poll_again_and_again(tools: Tools) -> None:
    """Receipts that never came. A loop of its own: it is slow on purpose."""
    await _alone(tools, "poll", POLL_EVERY, poll, needed=False)


async def retain_again_and_again(tools: Tools) -> None:
    """What is kept no longer, unit by unit, once a day."""
    await _alone(tools, "retain", RETAIN_EVERY, retain, needed=False)


async def reseal_again_and_again(tools: Tools) -> None:
    """Rotations of data keys."""
    await _alone(tools, "reseal", RESEAL_EVERY, reseal, needed=False)


async def keep_numbers_again_and_again(tools: Tools) -> None:
    """The file of numbers: every worker its own, since not every machine may be left."""
    await _every(tools, NUMBERS_EVERY, _surviving("numbers", lambda: keep_numbers(tools)))


async def relay_commands(tools: Tools) -> None:
    """Relays committed commands as soon as PostgreSQL says there are some, and every two seconds in case it did not."""
    nudged = asyncio.Event()
    nudged.set()
    listening = asyncio.create_task(_listen(tools, nudged))

    async def once() -> None:
        nudged.clear()
        while await relay(tools.engine, tools.queue, tools.lane):
            pass
        try:
            await asyncio.wait_for(nudged.wait(), RELAY_EVERY)
        except TimeoutError:
            return

    try:
        await _every(tools, 0, once)
    finally:
        listening.cancel()


async def note_troubles(tools: Tools) -> None:
    """Writes down by which channels this worker's carriers take nothing, as that changes,
    for whoever is about to approve something.
    """
    noted: dict[str, datetime] = {}

    async def once() -> None:
        for channel, rests in (("sms", tools.sms.rests()), ("email", tools.email.rests())):
            until, was = None if rests is None else tools.clock() + timedelta(seconds=rests), noted.get(channel)
            if until == was or (until and was and abs(until - was) < _SAME_MOMENT):
                continue
            async with tools.direct.connection() as conn:
                await fetch_all(conn, NOTE_TROUBLE, tools.worker, channel, until)
            noted.pop(channel, None)
            if until:
                noted[channel] = until

    await _every(tools, TROUBLES_EVERY, _surviving("troubles", once))


LOOPS: tuple[Callable[[Tools], Coroutine[Any, Any, None]], ...] = (
    take_turns_again_and_again,
    sweep_again_and_again,
    clear_again_and_again,
    watch_again_and_again,
    poll_again_and_again,
    drop_again_and_again,
    receive_again_and_again,
    reconcile_again_and_again,
    relay_commands,
    retain_again_and_again,
    reseal_again_and_again,
    keep_numbers_again_and_again,
    note_troubles,
)
"""All but the heartbeat, which goes on while a worker that was asked to leave waits for its last answers."""


async def _listen(tools: Tools, nudged: asyncio.Event) -> None:
    """Sets `nudged` at every notification, over a connection of its own."""
    parts = driver_arguments(tools.engine.url)

    async def once() -> None:
        async with await psycopg.AsyncConnection.connect(autocommit=True, **parts) as conn:
            await conn.execute(f"LISTEN {CHANNEL}".encode())
            async for _ in conn.notifies():
                nudged.set()

    await _every(tools, 1.0, once)


async def _alone(
    tools: Tools, name: str, seconds: float, round_: Callable[[Tools], Awaitable[None]], *, needed: bool = True
) -> None:
    """Repeats a round in one worker of all at a time: whoever has its advisory lock. The lock ends with its connection, and the
    connection when nothing is heard of its holder: a machine that is frozen in its round holds up nobody for long.
    """
    lock = f"loa {name}"

    async def once() -> None:
        if tools.stopping.is_set():
            return
        async with tools.direct.connection() as guard:  # the lock is the session's: no transaction is held open meanwhile
            try:
                if await fetch_all(guard, _LOCK, lock, f"{HELD_IN_SILENCE:g}s") == [(None,)]:
                    return
                try:
                    await _heard_of(guard, round_(tools))
                finally:
                    await fetch_all(guard, _UNLOCK, lock)
            except BaseException:  # whether it still holds the lock nobody knows
                await guard.close()
                raise

    await _every(tools, seconds, once if needed else _surviving(name, once))


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


def _surviving(name: str, once: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """The same, but whatever is wrong with it is told, and it is left alone for a while."""

    async def surviving() -> None:
        try:
            await once()
        except AWAY:
            raise
        except Exception:  # noqa: BLE001 - whatever it is: told in full
            _log.exception("worker.loop_failed", loop=name)
            await asyncio.sleep(_BROKEN)

    return surviving


async def _every(tools: Tools, seconds: float, once: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await once()
        except AWAY as error:
            tools.outage.away(error)
            await asyncio.sleep(0.5)
        else:
            tools.outage.works()
            await asyncio.sleep(seconds)
