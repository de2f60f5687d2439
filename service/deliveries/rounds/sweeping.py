"""What the sweeper asks: what should exist compared with what does, in PostgreSQL only, across units, through doors."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.audit import Action, note_event
from service.broadcasts import BroadcastView, State, change_state, find_broadcast, waits_until
from service.clock import QuietHours
from service.database import Direct, fetch_all, unit_transaction
from service.deliveries.rounds.reconciling import SPACING
from service.outbox import Command, Lane, PlanBroadcast, ReadImport
from service.traces import trace_of

_log = structlog.get_logger()
_Columns = Mapping[str, datetime | None]


async def free_lost_chunks(conn: Direct) -> int:
    """Frees the chunks of dead workers and ended leases; what they were calling is uncertain. How many."""
    return int((await fetch_all(conn, "SELECT door_free_chunks()"))[0][0])


async def keep_quiet(conn: Direct, until: datetime | None) -> None:
    """Makes what is open wait for the end of quiet hours, if they hold; and the chunks of whatever waits with it."""
    await fetch_all(conn, "SELECT door_keep_quiet(%s)", until)


async def lost_work(conn: Direct) -> list[tuple[Command, Lane]]:
    """Finds what is due and in nobody's hands: broadcasts to plan, lists to read. Chunks take their turns (`turns`)."""
    due = await fetch_all(conn, "SELECT unit_id, broadcast_id, lane FROM door_due_broadcasts()")
    work: list[tuple[Command, Lane]] = [(PlanBroadcast(unit_id, broadcast_id), lane) for unit_id, broadcast_id, lane in due]
    unread = await fetch_all(conn, "SELECT unit_id, import_id FROM door_unread_imports()")
    work += [(ReadImport(unit_id, import_id), "bulk") for unit_id, import_id in unread]
    return work


async def doubtful_chunks(conn: Direct, *, now: datetime) -> list[tuple[int, int, int]]:
    """Lists (unit, broadcast, chunk) of SMS in doubt that are due for a listing."""
    rows = await fetch_all(conn, "SELECT unit_id, broadcast_id, chunk FROM door_doubtful_chunks(%s)", now - SPACING)
    return [(unit_id, broadcast_id, chunk) for unit_id, broadcast_id, chunk in rows]


async def clear_away(conn: AsyncConnection) -> None:
    """Deletes what has had its day: workers long gone, commands long relayed, answers kept for a repeat, the day's counts."""
    await conn.execute(text("SELECT door_clear_away()"))
    await conn.execute(text("SELECT door_forget_days()"))


async def make_partitions(conn: AsyncConnection) -> int:
    """Makes the partitions that the next broadcasts' deliveries go into, well before they are needed; how many."""
    return int((await conn.execute(text("SELECT door_make_partitions()"))).scalar_one())


async def drop_waiting(conn: Direct, at_most: int) -> int:
    """Ends what waits in so many chunks of cancelled and expired broadcasts; how many deliveries."""
    return int((await fetch_all(conn, "SELECT door_drop_waiting(%s)", at_most))[0][0])


async def end_overdue(engine: AsyncEngine, *, now: datetime) -> None:
    """Cancels broadcasts that were paused for longer than they are good for, and says why: nothing is sent late."""
    async with unit_transaction(engine, None) as conn:
        overdue = (await conn.execute(text("SELECT * FROM door_overdue_broadcasts()"))).all()
    for row in overdue:
        async with unit_transaction(engine, row.unit_id) as conn:
            broadcast = await find_broadcast(conn, row.broadcast_id, lock=True)
            if broadcast.state != State.PAUSED:
                continue
            reason = "broadcast.overdue"
            await change_state(conn, row.broadcast_id, State.CANCELLED, now=now, pause_reason=reason, completed_at=now)
            await note_event(conn, None, broadcast.subject, Action.BROADCAST_CANCELLED, now, reason=reason, was=broadcast.state)


async def close_finished(engine: AsyncEngine, *, now: datetime) -> int:
    """Completes broadcasts with nothing left to do, each in its own transaction. How many."""

    def ended(_: BroadcastView) -> _Columns:
        return {"completed_at": now}

    return await _move_each(
        engine, "door_finished_broadcasts", State.SENDING, State.COMPLETED, Action.BROADCAST_COMPLETED, ended, now=now
    )


async def reopen_unfinished(engine: AsyncEngine, *, quiet: QuietHours | None = None, now: datetime) -> int:
    """Opens completed broadcasts of which something waits again, each in its own transaction; how many. What is overdue is
    dropped then, and the rest waits for the end of `quiet` hours.
    """

    def open_again(view: BroadcastView) -> _Columns:
        return {"completed_at": None, "waits_until": waits_until(view.urgency, None, quiet, now)}

    return await _move_each(
        engine, "door_unfinished_broadcasts", State.COMPLETED, State.SENDING, Action.BROADCAST_REOPENED, open_again, now=now
    )


async def _move_each(
    engine: AsyncEngine,
    door: str,
    was: State,
    becomes: State,
    action: Action,
    columns: Callable[[BroadcastView], _Columns],
    *,
    now: datetime,
) -> int:
    async with unit_transaction(engine, None) as conn:
        found = (await conn.execute(text(f"SELECT * FROM {door}()"))).all()
    for row in found:
        async with unit_transaction(engine, row.unit_id) as conn:
            broadcast = await find_broadcast(conn, row.broadcast_id, lock=True)
            if broadcast.state != was:
                continue
            await change_state(conn, row.broadcast_id, becomes, now=now, **columns(broadcast))
            await note_event(conn, None, broadcast.subject, action, now)
        _log.info(action, broadcast=row.broadcast_id, trace=trace_of(row.broadcast_id))
    return len(found)
