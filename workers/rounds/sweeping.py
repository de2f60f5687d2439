"""The sweeper's rounds, going by the database alone. `loops` repeats them, each in one worker at a time."""

import asyncio
import time

import structlog
from redis.exceptions import RedisError

from service.database import unit_transaction
from service.deliveries import (
    BATCH,
    Applied,
    AudienceMoved,
    apply_batch,
    fall_back,
    mark_stalls,
    measure_broadcasts,
    units_with_receipts,
)
from service.deliveries.rounds.sweeping import (
    clear_away,
    close_finished,
    drop_waiting,
    end_overdue,
    free_lost_chunks,
    keep_quiet,
    lost_work,
    make_partitions,
    reopen_unfinished,
)
from service.outbox import Command, Lane, PlanBroadcast
from service.traces import following, trace_of
from workers.kept.tools import Tools

_log = structlog.get_logger()
_QUEUE_PATIENCE = 3.0  # seconds
_CHUNKS_DROPPED = 20  # 10,000 deliveries: a tenth of a second, in which receipts for them wait


async def sweep(tools: Tools) -> None:
    """Sweeps once: frees what the dead held, queues what nobody has, writes to whose SMS failed, closes what is done."""
    async with tools.direct.connection() as conn:
        freed = await free_lost_chunks(conn)
        quiet = tools.settings.quiet_hours
        await keep_quiet(conn, quiet.end_after(tools.clock()) if quiet else None)  # before anything is asked for
        work = await lost_work(conn)
    if freed:
        _log.warning("sweep.freed", chunks=freed)
        tools.meters.sweeper.labels("chunks_of_the_dead").inc(freed)
    await _queue(tools, work)
    reopened = await reopen_unfinished(tools.engine, quiet=quiet, now=tools.clock())
    tools.meters.sweeper.labels("reopened").inc(reopened)
    try:
        fallen_back = await fall_back(tools.engine, quiet=quiet, now=tools.clock())
    except AudienceMoved:
        _log.warning("fallback.audience_moved")  # the next round begins anew
    else:
        tools.meters.sweeper.labels("fallbacks").inc(fallen_back)
    closed = await close_finished(tools.engine, now=tools.clock())
    tools.meters.sweeper.labels("finished").inc(closed)
    await end_overdue(tools.engine, now=tools.clock())


async def _queue(tools: Tools, work: list[tuple[Command, Lane]]) -> None:
    """A queue that does not answer holds up nothing that the database knows by itself: what it did not take is found again."""
    # A job may still be known to the queue under its name though its worker is gone: after a while it gets another.
    again = f":{int(time.monotonic()) // 15}"
    try:
        async with asyncio.timeout(_QUEUE_PATIENCE):
            for command, lane in work:
                await tools.queue.add(command, lane, again=again, first=command.name == PlanBroadcast.name)
                tools.meters.sweeper.labels(command.name).inc()
    except (RedisError, OSError) as error:
        _log.warning("sweep.queue_away", error=type(error).__name__)


async def clear(tools: Tools) -> None:
    """Clears away what has had its day, and makes room for what comes."""
    async with unit_transaction(tools.engine, None) as conn:
        await clear_away(conn)
    async with unit_transaction(tools.engine, None) as conn:
        await make_partitions(conn)


async def drop(tools: Tools) -> None:
    """Ends what will not leave any more, some chunks a transaction, until nothing is left of it."""
    while True:
        async with tools.direct.connection() as conn:
            if await drop_waiting(conn, _CHUNKS_DROPPED) == 0:
                return


async def watch(tools: Tools) -> None:
    """Rings where a broadcast stands still, and notes how long those that got far took."""
    await mark_stalls(tools.engine, tools.meters)
    for each in await measure_broadcasts(tools.engine):
        tools.meters.broadcast_seconds.labels(each.lane, each.reached).observe(each.seconds)
        _log.info(
            "broadcast.reached",
            broadcast=each.broadcast_id,
            trace=trace_of(each.broadcast_id),
            lane=each.lane,
            reached=each.reached,
            seconds=round(each.seconds, 1),
        )


async def receive(tools: Tools) -> None:
    """Applies what the inbox holds, a batch a transaction. Whose receipts come without end does not keep the others' waiting."""
    async with tools.direct.connection() as conn:
        units = await units_with_receipts(conn)
    for unit_id in units:
        taken = BATCH
        while taken == BATCH:
            async with unit_transaction(tools.engine, unit_id) as conn:
                applied = await apply_batch(conn, now=tools.clock())
            for provider in applied.slower:
                tools.pacing.slow_down(provider)
            _tell(tools, applied)
            taken = applied.taken


def _tell(tools: Tools, applied: Applied) -> None:
    """Each broadcast's receipts under its own trace."""
    effect = tools.meters.receipts_applied
    moved = 0
    for broadcast_id, became in applied.changed.items():
        with following(broadcast_id):
            _log.info("receipts.applied", broadcast=broadcast_id, **became)
        for state, many in became.items():
            effect.labels(state).inc(many)
            moved += many
    effect.labels("stray").inc(applied.strays)
    effect.labels("nothing").inc(applied.taken - applied.strays - moved)
    if applied.strays:
        _log.info("receipts.strays", receipts=applied.strays)
