"""Who has which chunk, and the intent committed before a provider is called.

A chunk is leased to one worker process; its deliveries move `waiting → calling` in small groups, guarded by that lease and by the
broadcast still being under way. Whoever lost the lease moves nothing, so nothing is called twice. A lease is known by its holder and
its `claims`: a worker that lost a chunk and leased it again has another lease.

Whoever moves deliveries locks their chunk first (a round does, and `lock_chunks`): so nobody waits for another in a ring.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

LEASE_SECONDS = 60
"""Renewed with every transaction. A dead worker is noticed sooner, by its heartbeat."""


class Waiting(NamedTuple):
    """A delivery to send. The address is still sealed."""

    number: int
    data_key_id: int
    address_sealed: bytes


@dataclass(frozen=True, slots=True)
class Claimed:
    """A chunk on lease: what to send, by which record."""

    broadcast_id: int
    chunk: int
    unit_id: int
    channel: str
    record_id: UUID
    claims: int
    deliveries: tuple[Waiting, ...]


async def claim(conn: AsyncConnection, *, broadcast_id: int, chunk: int, worker: UUID, most_a_day: int = 0) -> Claimed | None:
    """Leases a free chunk of a broadcast that is being sent; None if it is not to be had. What expired meanwhile is not sent, nor an
    advisory to somebody who has had `most_a_day` (0: as many as come).
    """
    row = (
        await conn.execute(
            text(
                "UPDATE delivery_chunks c SET holder = :worker, lease_until = now() + make_interval(secs => :lease), claims = claims + 1,"
                "   not_before = NULL"
                "  FROM broadcasts b"
                " WHERE c.broadcast_id = :broadcast AND c.chunk = :chunk AND c.waiting > 0 AND (c.holder IS NULL OR c.lease_until < now())"
                "   AND (c.not_before IS NULL OR c.not_before <= now()) AND b.id = c.broadcast_id AND b.state = 'sending'"
                "   AND (b.waits_until IS NULL OR b.waits_until <= now())"
                " RETURNING c.unit_id, c.channel, c.first_number, c.last_number, b.record_id, c.claims,"
                "   b.expires_at <= now() AS overdue"
            ),
            {"worker": worker, "lease": LEASE_SECONDS, "broadcast": broadcast_id, "chunk": chunk},
        )
    ).one_or_none()
    if row is None:  # not while it is paused: it takes its turn again when it goes on
        await conn.execute(
            text(
                "UPDATE delivery_chunks SET nudged_at = NULL"
                " WHERE broadcast_id = :broadcast AND chunk = :chunk AND holder IS NULL AND nudged_at IS NOT NULL"
            ),
            {"broadcast": broadcast_id, "chunk": chunk},
        )
        return None
    block = {"broadcast": broadcast_id, "first": row.first_number, "last": row.last_number}
    if row.overdue:
        await conn.execute(
            text(
                "UPDATE deliveries SET state = 'not_sent', reason = 'broadcast.overdue', finished_at = now()"
                " WHERE broadcast_id = :broadcast AND number BETWEEN :first AND :last AND state = 'waiting'"
            ),
            block,
        )
    # Whoever was taken off while this was planned, or called and came back to wait, is not written to. 500 deliveries: 20 ms.
    await conn.execute(text("SELECT door_hold_suppressed(:broadcast, :chunk)"), {"broadcast": broadcast_id, "chunk": chunk})
    if most_a_day:
        hold = text("SELECT door_hold_frequent(:broadcast, :chunk, :most)")
        await conn.execute(hold, {"broadcast": broadcast_id, "chunk": chunk, "most": most_a_day})
    rows = await conn.execute(
        text(
            "SELECT number, data_key_id, address_sealed FROM deliveries"
            " WHERE broadcast_id = :broadcast AND number BETWEEN :first AND :last AND state = 'waiting'"
            "   AND (retry_at IS NULL OR retry_at <= now()) ORDER BY number"
        ),
        block,
    )
    deliveries = tuple(map(Waiting._make, rows))
    return Claimed(broadcast_id, chunk, row.unit_id, row.channel, row.record_id, row.claims, deliveries)


async def let_go(conn: AsyncConnection, *, broadcast_id: int, chunk: int, worker: UUID) -> None:
    """Gives a chunk back that this worker may have leased without hearing of it. Nothing of it was called."""
    await conn.execute(
        text(
            "UPDATE delivery_chunks SET holder = NULL, lease_until = NULL, nudged_at = NULL"
            " WHERE broadcast_id = :broadcast AND chunk = :chunk AND holder = :worker"
        ),
        {"broadcast": broadcast_id, "chunk": chunk, "worker": worker},
    )


async def lock_chunks(conn: AsyncConnection, broadcast_id: int, numbers: Collection[int]) -> None:
    """Locks the chunks these deliveries are in, in their order."""
    await conn.execute(
        text(
            "SELECT FROM delivery_chunks c WHERE c.broadcast_id = :broadcast AND c.chunk IN ("
            "   SELECT chunk FROM deliveries WHERE broadcast_id = :broadcast AND number = ANY (:numbers))"
            " ORDER BY c.chunk FOR NO KEY UPDATE"
        ),
        {"broadcast": broadcast_id, "numbers": list(numbers)},
    )


def _lease(claimed: Claimed, worker: UUID) -> dict[str, Any]:
    return {"broadcast": claimed.broadcast_id, "chunk": claimed.chunk, "worker": worker, "claims": claimed.claims}


async def release(conn: AsyncConnection, claimed: Claimed, *, worker: UUID, rests_until: datetime | None = None) -> None:
    """Gives the chunk back; if some of it waits for another try, not before the first of those is due.

    `rests_until`: nor before then, and none of the broadcast's other chunks on this channel, for no provider may be called.
    """
    await conn.execute(
        text(
            "UPDATE delivery_chunks c SET holder = NULL, lease_until = NULL, nudged_at = NULL,"
            "   not_before = CASE WHEN c.waiting > 0 THEN greatest(CAST(:rests AS timestamptz), ("
            "   SELECT CASE WHEN bool_or(retry_at IS NULL) THEN NULL ELSE min(retry_at) END FROM deliveries d WHERE d.broadcast_id = c.broadcast_id"
            "      AND d.number BETWEEN c.first_number AND c.last_number AND d.state = 'waiting')) END"
            " WHERE c.broadcast_id = :broadcast AND c.chunk = :chunk AND c.holder = :worker AND c.claims = :claims"
        ),
        _lease(claimed, worker) | {"rests": rests_until},
    )
    if rests_until is not None:  # one statement here instead of a lease for each of them
        await conn.execute(
            text(
                "UPDATE delivery_chunks SET not_before = :rests WHERE (broadcast_id, chunk) IN ("
                "  SELECT broadcast_id, chunk FROM delivery_chunks WHERE broadcast_id = :broadcast AND channel = :channel AND waiting > 0"
                "     AND holder IS NULL AND (not_before IS NULL OR not_before < :rests) ORDER BY chunk FOR NO KEY UPDATE SKIP LOCKED)"
            ),
            {"broadcast": claimed.broadcast_id, "channel": claimed.channel, "rests": rests_until},
        )
