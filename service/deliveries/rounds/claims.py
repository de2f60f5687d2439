"""Who has which chunk, and the intent committed before a provider is called.

A chunk is leased to one worker process; its deliveries move `waiting → calling` in small groups, guarded by that lease and by the
broadcast still being under way. Whoever lost the lease moves nothing, so nothing is called twice. A lease is known by its holder
and its `claims`: a worker that lost a chunk and leased it again has another lease.

Whoever moves deliveries locks their chunk first (a round does, and `lock_chunks`): so nobody waits for another in a ring.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import Direct

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


_CLAIM = "SELECT * FROM claim_chunk(%s, %s, %s, %s, %s, %s)"
_RELEASE = "SELECT release_chunk(%s, %s, %s, %s, %s, %s, %s)"


async def claim(
    conn: Direct, *, unit_id: int, broadcast_id: int, chunk: int, worker: UUID, most_a_day: int = 0
) -> Claimed | None:
    """Leases a free chunk of a broadcast that is being sent; None if it is not to be had. What expired meanwhile is not sent, nor
    an advisory to somebody who has had `most_a_day` (0: as many as come). One statement, a transaction by itself.
    """
    asked = (unit_id, broadcast_id, chunk, worker, LEASE_SECONDS, most_a_day)
    row = await (await conn.execute(_CLAIM, asked, binary=True)).fetchone()
    channel, record_id, claims, numbers, keys, addresses = row or (None,) * 6
    if channel is None:
        return None
    deliveries = tuple(map(Waiting, numbers or (), keys or (), addresses or ()))
    return Claimed(broadcast_id, chunk, unit_id, channel, record_id, claims, deliveries)


async def let_go(conn: AsyncConnection, *, broadcast_id: int, chunk: int, worker: UUID) -> None:
    """Gives a chunk back that this worker may have leased without hearing of it, or not at all. Nothing of it was called."""
    await conn.execute(
        text(
            "UPDATE delivery_chunks SET holder = NULL, lease_until = NULL, nudged_at = NULL"
            " WHERE broadcast_id = :broadcast AND chunk = :chunk AND (holder = :worker OR holder IS NULL)"
        ),
        {"broadcast": broadcast_id, "chunk": chunk, "worker": worker},
    )


async def give_place(conn: AsyncConnection, claimed: Claimed, *, worker: UUID) -> None:
    """Keeps the lease, and counts no longer among the chunks that are out: others take their turn.
    For one that only waits for answers.
    """
    await conn.execute(
        text(
            "UPDATE delivery_chunks SET nudged_at = NULL"
            " WHERE broadcast_id = :broadcast AND chunk = :chunk AND holder = :worker AND claims = :claims"
        ),
        {"broadcast": claimed.broadcast_id, "chunk": claimed.chunk, "worker": worker, "claims": claimed.claims},
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


async def release(conn: Direct, claimed: Claimed, *, worker: UUID, rests_until: datetime | None = None) -> None:
    """Gives the chunk back; if some of it waits for another try, not before the first of those is due.

    `rests_until`: nor before then, and none of the broadcast's other chunks on this channel, for no provider may be called.
    """
    lease = (claimed.unit_id, claimed.broadcast_id, claimed.chunk, worker, claimed.claims)
    await conn.execute(_RELEASE, (*lease, claimed.channel, rests_until))
