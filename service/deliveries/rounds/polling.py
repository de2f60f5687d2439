"""SMS whose receipt never came: which are to be asked for at their provider, and what becomes of the answers.

An answer goes into the inbox like any receipt, and so through the one place that applies them. Whoever is still silent after the
second question stays accepted: that is all that will ever be known.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deliveries.rounds.claims import lock_chunks

SILENT_FOR = timedelta(hours=1)
SOON = timedelta(minutes=5)
"""Where most of a chunk is silent: then its receipts are lost, in an outage of ours perhaps."""


@dataclass(frozen=True, slots=True)
class SilentChunk:
    """A chunk some of whose SMS are to be asked for. `due`: since when; whoever was asked since then was asked enough. `soon`:
    for the first time, because most of it is silent.
    """

    unit_id: int
    broadcast_id: int
    chunk: int
    due: datetime
    soon: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """An accepted SMS nobody has said anything final of. `provider`: whose it is; None where that is not known any more."""

    number: int
    attempt: int
    provider: str | None
    provider_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider says of one now; or that it left under another name (`senders.OTHER_SENDER`)."""

    asked: Silent
    status: str
    error_code: str | None


async def silent_chunks(conn: AsyncConnection, *, now: datetime, at_most: int) -> list[SilentChunk]:
    """Lists chunks with accepted SMS that no receipt came for, those that wait longest first, at most `at_most`. Through a door:
    needs no acting unit.
    """
    rows = await conn.execute(text("SELECT * FROM door_silent(:now, :at_most)"), {"now": now, "at_most": at_most})
    return [SilentChunk(row.unit_id, row.broadcast_id, row.chunk, row.due, row.soon) for row in rows]


async def silent(conn: AsyncConnection, chunk: SilentChunk, *, now: datetime, at_most: int) -> list[Silent]:
    """Lists accepted SMS of `chunk` without a final receipt that were not asked for since it is due, by number, at most
    `at_most`.
    """
    rows = await conn.execute(
        text(
            "SELECT d.number, d.attempt, d.provider, d.provider_id FROM delivery_chunks c"
            "  JOIN deliveries d ON d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number"
            " WHERE c.broadcast_id = :broadcast AND c.chunk = :chunk AND d.state = 'accepted' AND d.provider_id IS NOT NULL"
            "   AND d.accepted_at <= :accepted_before AND (d.listed_at IS NULL OR d.listed_at < :due) ORDER BY d.number"
            " LIMIT :at_most"
        ),
        {
            "broadcast": chunk.broadcast_id,
            "chunk": chunk.chunk,
            "accepted_before": now - (SOON if chunk.soon else SILENT_FOR),
            "due": chunk.due,
            "at_most": at_most,
        },
    )
    return [Silent(row.number, row.attempt, row.provider, row.provider_id) for row in rows]


async def note_answers(
    conn: AsyncConnection, chunk: SilentChunk, asked: Collection[Silent], answers: Sequence[Answer], *, now: datetime
) -> None:
    """Puts the answers into the inbox, and marks all that were asked for as asked."""
    if not asked:
        return
    numbers = [each.number for each in asked]
    await lock_chunks(conn, chunk.broadcast_id, numbers)
    await conn.execute(
        text(
            "UPDATE deliveries SET listed_at = :now"
            " WHERE broadcast_id = :broadcast AND number = ANY (:numbers) AND state = 'accepted'"
        ),
        {"now": now, "broadcast": chunk.broadcast_id, "numbers": numbers},
    )
    await conn.execute(
        text(
            "INSERT INTO receipts_inbox (unit_id, broadcast_id, number, attempt, provider_id, status, error_code, received_at)"
            " SELECT :unit, :broadcast, a.*, :now FROM unnest(CAST(:answered AS bigint[]), CAST(:attempts AS smallint[]),"
            "   CAST(:ids AS text[]), CAST(:statuses AS text[]), CAST(:errors AS text[])) AS a"
        ),
        {
            "unit": chunk.unit_id,
            "broadcast": chunk.broadcast_id,
            "now": now,
            "answered": [each.asked.number for each in answers],
            "attempts": [each.asked.attempt for each in answers],
            "ids": [each.asked.provider_id for each in answers],
            "statuses": [each.status for each in answers],
            "errors": [each.error_code for each in answers],
        },
    )


async def note_polled(conn: AsyncConnection, chunk: SilentChunk, *, now: datetime) -> None:
    """Notes that nobody of the chunk is left to be asked for until it is due again."""
    await conn.execute(
        text("UPDATE delivery_chunks SET polled_at = :now WHERE broadcast_id = :broadcast AND chunk = :chunk"),
        {"now": now, "broadcast": chunk.broadcast_id, "chunk": chunk.chunk},
    )
