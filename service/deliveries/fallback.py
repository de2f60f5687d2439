"""Fallback: whoever has no working number is written to by email, where the sender asked for it; set-based, and once.

The database notes each SMS that failed for its number's sake (`fallbacks_due`); the sweeper makes the letters, as planning makes
deliveries: count, reserve a block of numbers in a transaction of its own, insert. They come after the last chunk.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, column, func, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contact_registry.audiences import fallback_select, joined_as_sets
from service.audit import Action, note_event
from service.broadcasts import (
    BroadcastView,
    State,
    ask_lists,
    drill_fallback_select,
    find_broadcast,
    load_audience,
    preferences_of,
)
from service.clock import QuietHours
from service.database import act_for, unit_transaction
from service.deliveries.control.resuming import reopen
from service.deliveries.planning import AudienceMoved, insert_chosen, insert_chunks
from service.records import reserve_numbers

CHANNEL = "email"
_BATCH = 1_000
_SENT = table("deliveries", *(column(name) for name in ("broadcast_id", "channel", "address_hash")))

_DUE = text(
    "SELECT f.id, d.recipient_unit, d.address_hash FROM ("
    "   SELECT id, broadcast_id, number FROM fallbacks_due WHERE broadcast_id = :broadcast ORDER BY id LIMIT :batch) AS f"
    "  LEFT JOIN deliveries d ON d.broadcast_id = f.broadcast_id AND d.number = f.number AND d.state = 'failed'"
)


async def fall_back(engine: AsyncEngine, *, quiet: QuietHours | None = None, now: datetime) -> int:
    """Makes the letters that are due, a batch of each broadcast; how many. One that is paused keeps them for later; in `quiet`
    hours they wait for the end of them.
    """
    async with unit_transaction(engine, None) as conn:
        due = (await conn.execute(text("SELECT * FROM door_fallbacks_due(:now)"), {"now": now})).all()
    return sum([await _fall_back(engine, row.unit_id, row.broadcast_id, quiet, now) for row in due])


async def _fall_back(engine: AsyncEngine, unit_id: int, broadcast_id: int, quiet: QuietHours | None, now: datetime) -> int:
    async with unit_transaction(engine, unit_id) as conn:
        broadcast = await find_broadcast(conn, broadcast_id)
        ids, chosen = await _chosen(conn, broadcast)
        many = await _count(conn, broadcast, chosen) if chosen is not None else 0
        if many == 0:
            await _done(conn, ids)
            return 0
    if broadcast.record_id is None:
        raise AssertionError("a planned broadcast without a record")
    async with unit_transaction(engine, unit_id) as conn:
        first = await reserve_numbers(conn, many, broadcast.record_id, "deliveries")
    async with unit_transaction(engine, unit_id) as conn:
        broadcast = await find_broadcast(conn, broadcast_id, lock=True)
        if broadcast.state not in (State.SENDING, State.COMPLETED) or broadcast.expires_at <= now:
            return 0  # stopped meanwhile
        ids, chosen = await _chosen(conn, broadcast)
        chunk = text("SELECT coalesce(max(chunk), -1) + 1 FROM delivery_chunks WHERE broadcast_id = :broadcast")
        behind = (await conn.execute(chunk, {"broadcast": broadcast_id})).scalar_one()
        made = await insert_chosen(conn, broadcast, CHANNEL, chosen, first=first, chunk=behind) if chosen is not None else 0
        if made > many:
            raise AudienceMoved
        await _done(conn, ids)
        if made:
            broadcast = await reopen(conn, broadcast_id, actor=None, quiet=quiet, now=now)
            await insert_chunks(
                conn, broadcast, CHANNEL, first=first, planned=made, chunk=behind, segments=1, waits=broadcast.waits_until
            )
            await note_event(conn, None, broadcast.subject, Action.BROADCAST_FELL_BACK, now, deliveries=made)
    return made


async def _chosen(conn: AsyncConnection, broadcast: BroadcastView) -> tuple[list[int], Select[Any] | None]:
    """What stands due, and whom to write to for it: nobody twice. The transaction acts for the broadcast's unit."""
    rows = (await conn.execute(_DUE, {"broadcast": broadcast.id, "batch": _BATCH})).all()
    numbers = [(row.recipient_unit, row.address_hash) for row in rows if row.address_hash is not None]
    ids = [row.id for row in rows]
    if not numbers:
        return ids, None
    if broadcast.drill:
        found = drill_fallback_select(broadcast.unit_id, numbers).subquery()
    else:
        preferences = await preferences_of(conn, broadcast.unit_id, broadcast.urgency)
        lists = {unit for unit, _ in numbers}
        meant, _ = await ask_lists(conn, broadcast.unit_id, sorted(lists), load_audience(broadcast.audience))
        found = fallback_select(numbers, meant.spelled, preferences).subquery()
    had = (
        select(_SENT.c.address_hash)
        .where(_SENT.c.broadcast_id == broadcast.id, _SENT.c.channel == CHANNEL, _SENT.c.address_hash == found.c.address_hash)
        .exists()
    )
    return ids, select(found).where(~had)


async def _count(conn: AsyncConnection, broadcast: BroadcastView, chosen: Select[Any]) -> int:
    await act_for(conn, broadcast.unit_id, subtree=True)
    async with joined_as_sets(conn):
        many: int = (await conn.execute(select(func.count()).select_from(chosen.subquery()))).scalar_one()
    await act_for(conn, broadcast.unit_id)
    return many


async def _done(conn: AsyncConnection, ids: Sequence[int]) -> None:
    await conn.execute(text("DELETE FROM fallbacks_due WHERE id = ANY (:ids)"), {"ids": ids})
