"""Planning: an approved broadcast's audience becomes deliveries, once, in one statement per channel.

Three short steps, so that nobody waits for a big plan: count; reserve a block of numbers in a transaction of its own (a gap is
harmless, a held counter is not); insert. Planning twice makes nothing twice: the move to `sending` holds the broadcast's row.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contact_registry.audiences import audience_select, joined_as_sets
from service.audit import Action, note_event
from service.broadcasts import (
    BroadcastView,
    State,
    change_state,
    count_messages,
    drill_select,
    find_broadcast,
    load_audience,
    preferences_of,
    rendered,
    resolve_audience,
    waits_until,
)
from service.clock import QuietHours
from service.database import act_for, unit_transaction
from service.deliveries.control.resuming import outgrown
from service.deliveries.control.stopping import pause_by_system
from service.errors import Conflict
from service.readiness import readiness_of
from service.records import reserve_numbers
from service.signing.errors import VerificationError

CHUNK = 500
PLAN_AHEAD = timedelta(minutes=2)
"""1,500,000 deliveries take less than that. Who is taken off meanwhile is held back;
the database's `door_due_broadcasts` is its twin.
"""

_deliveries = Table(
    "deliveries",
    MetaData(),
    Column("broadcast_id", BigInteger),
    Column("number", BigInteger),
    Column("unit_id", Integer),
    Column("chunk", Integer),
    Column("channel", Text),
    Column("address_hash", LargeBinary),
    Column("address_sealed", LargeBinary),
    Column("data_key_id", BigInteger),
    Column("recipient_unit", Integer),
)


class AudienceMoved(Exception):
    """Between counting and inserting the list grew past the reserved block. Nothing was kept: plan again."""


async def plan(
    engine: AsyncEngine, *, unit_id: int, broadcast_id: int, quiet: QuietHours | None = None, digits: int = 12, now: datetime
) -> int:
    """Plans a due broadcast and moves it to `sending`; how many chunks it has, 0 if there was nothing to plan (any more).

    One with a time of its own is due a little before it, so that its first message leaves on time: its chunks wait until then, or
    until the quiet hours that hold then are over.

    Pauses it with `broadcast.audience_grew` or `unit.not_ready`, or cancels it with `broadcast.overdue` where that is so.
    `digits`: of its look-up numbers.
    """
    async with unit_transaction(engine, unit_id) as conn:
        broadcast = await find_broadcast(conn, broadcast_id, lock=True)
        if not _due(broadcast, now):
            return 0
        if broadcast.expires_at <= now:
            await change_state(conn, broadcast_id, State.CANCELLED, now=now, pause_reason="broadcast.overdue", completed_at=now)
            await note_event(conn, None, broadcast.subject, Action.BROADCAST_CANCELLED, now, reason="broadcast.overdue")
            return 0
        try:
            (await readiness_of(conn, unit_id, now=now)).require_for_sending(broadcast.urgency)
        except Conflict as lapsed:  # since it was approved
            await pause_by_system(conn, broadcast_id, reason=lapsed.code, now=now)
            return 0
        counts = await count_messages(conn, broadcast, now=now)
        total = sum(counts.values())
        if outgrown(broadcast, total):
            await pause_by_system(conn, broadcast_id, reason="broadcast.audience_grew", now=now)
            return 0
    if broadcast.record_id is None:
        raise AssertionError("an approved broadcast without a record")
    first = 0
    if total:
        async with unit_transaction(engine, unit_id) as conn:
            first = await reserve_numbers(conn, total, broadcast.record_id, "deliveries")
    async with unit_transaction(engine, unit_id) as conn:
        broadcast = await find_broadcast(conn, broadcast_id, lock=True)
        if not _due(broadcast, now):
            return 0
        waits = waits_until(broadcast.urgency, broadcast.send_at, quiet, now)
        chunks, number = 0, first
        for channel in counts:
            planned = await _insert(conn, broadcast, channel, first=number, chunk=chunks, now=now)
            if number + planned > first + total:
                raise AudienceMoved
            segments = await _segments(conn, broadcast, digits) if channel == "sms" else 1
            chunks += await insert_chunks(
                conn,
                broadcast,
                channel,
                first=number,
                planned=planned,
                chunk=chunks,
                segments=segments,
                waits=waits,
            )
            number += planned
        await change_state(conn, broadcast_id, State.SENDING, now=now, planned_at=now, waits_until=waits)
        await note_event(conn, None, broadcast.subject, Action.BROADCAST_PLANNED, now, deliveries=number - first)
    return chunks


def _due(broadcast: BroadcastView, now: datetime) -> bool:
    return broadcast.state == State.APPROVED and (broadcast.send_at is None or broadcast.send_at <= now + PLAN_AHEAD)


async def _insert(conn: AsyncConnection, broadcast: BroadcastView, channel: str, *, first: int, chunk: int, now: datetime) -> int:
    if broadcast.drill:
        return await insert_chosen(conn, broadcast, channel, drill_select(broadcast.unit_id, channel), first=first, chunk=chunk)
    audience = load_audience(broadcast.audience)
    meant = await resolve_audience(conn, broadcast.unit_id, broadcast.unit, audience, on=now)
    preferences = await preferences_of(conn, broadcast.unit_id, broadcast.urgency)
    chosen = audience_select(meant.unit_ids, meant.audience, channel, preferences)
    return await insert_chosen(conn, broadcast, channel, chosen, first=first, chunk=chunk)


async def insert_chosen(
    conn: AsyncConnection, broadcast: BroadcastView, channel: str, whom: Select[Any], *, first: int, chunk: int
) -> int:
    """Inserts the deliveries by an INSERT ... SELECT around the registry's own query; returns how many. No address passes
    through Python.
    """
    chosen = whom.subquery()
    position = func.row_number().over() - 1
    rows = select(
        literal(broadcast.id),
        first + position,
        literal(broadcast.unit_id),
        chunk + cast(position // literal(CHUNK, Integer), Integer),
        literal(channel),
        chosen.c.address_hash,
        chosen.c.address_sealed,
        chosen.c.data_key_id,
        chosen.c.recipient_unit,
    )
    await act_for(conn, broadcast.unit_id, subtree=True)
    statement = insert(_deliveries).from_select([column.name for column in _deliveries.columns], rows)
    # SQLAlchemy forgets how many rows an INSERT wrote unless it is told to keep the number.
    async with joined_as_sets(conn):
        written = await conn.execute(statement.execution_options(preserve_rowcount=True))
    await act_for(conn, broadcast.unit_id)
    return written.rowcount


async def insert_chunks(
    conn: AsyncConnection,
    broadcast: BroadcastView,
    channel: str,
    *,
    first: int,
    planned: int,
    chunk: int,
    segments: int,
    waits: datetime | None,
) -> int:
    """Inserts the chunks of a channel's deliveries, by arithmetic from the block; returns how many. Nothing is read again."""
    made = await conn.execute(
        text(
            "INSERT INTO delivery_chunks"
            " (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting, segments, not_before)"
            " SELECT :broadcast, :chunk + i, :unit, :lane, :channel, :first + i * :size,"
            " least(:first + (i + 1) * :size, :end) - 1,"
            "   least((i + 1) * :size, :planned) - i * :size, :segments, CAST(:waits AS timestamptz)"
            " FROM generate_series(0, (:planned + :size - 1) / :size - 1) AS i"
        ),
        {
            "broadcast": broadcast.id,
            "chunk": chunk,
            "unit": broadcast.unit_id,
            "lane": broadcast.lane,
            "channel": channel,
            "first": first,
            "size": CHUNK,
            "end": first + planned,
            "planned": planned,
            "segments": segments,
            "waits": waits,
        },
    )
    return made.rowcount


async def _segments(conn: AsyncConnection, broadcast: BroadcastView, digits: int) -> int:
    """Of each SMS with its number: what it costs the provider."""
    try:
        final = await rendered(conn, broadcast, sender="", now=broadcast.updated_at, digits=digits)
    except VerificationError:  # nothing of it will leave: whoever is to send it verifies its record, too, and says so
        return 1
    return final.sms.segments if final and final.sms else 1
