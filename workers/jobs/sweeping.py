"""The sweeper: a plain task in each worker, under an advisory lock so that one does it, going by the database alone."""

import time

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import unit_transaction
from service.deliveries import apply_receipts, units_with_receipts
from service.deliveries.sweeping import close_finished, free_lost_chunks, lost_work
from workers.jobs.reconciling import reconcile
from workers.jobs.tools import Tools

_log = structlog.get_logger()
_LOCK = 0x10A  # any number, the same in every worker


async def sweep(tools: Tools) -> None:
    """One round. Returns at once when another worker is at it."""
    async with tools.engine.connect() as guard:
        held = (await guard.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK})).scalar_one()
        await guard.commit()  # the lock is the session's, not the transaction's: nothing is held open meanwhile
        if not held:
            return
        try:
            await _round(tools)
        finally:
            await _let_go(guard)


async def _let_go(guard: AsyncConnection) -> None:
    await guard.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
    await guard.commit()


async def _round(tools: Tools) -> None:
    await receive(tools)
    async with unit_transaction(tools.engine, None) as conn:
        freed = await free_lost_chunks(conn)
    if freed:
        _log.warning("sweep.freed", chunks=freed)
    async with unit_transaction(tools.engine, None) as conn:
        work = await lost_work(conn)
    # A job may still be known to the queue under its name though its worker is gone: after a while it gets another.
    now = int(time.monotonic())
    for command, lane in work:
        # Chunks may rightly wait their turn for long: a second job for one is refused its lease, but still costs a look.
        await tools.queue.add(command, lane, again=f":{now // (60 if command.name == 'deliver_chunk' else 15)}")
    await reconcile(tools)
    await close_finished(tools.engine, now=tools.clock())


async def receive(tools: Tools) -> None:
    """Applies what the inbox holds, a batch a transaction."""
    async with unit_transaction(tools.engine, None) as conn:
        units = await units_with_receipts(conn)
    for unit_id in units:
        while True:
            async with unit_transaction(tools.engine, unit_id) as conn:
                if await apply_receipts(conn) == 0:
                    break
