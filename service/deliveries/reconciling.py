"""SMS in doubt, settled with the provider's own message list (docs/decisions/0002-absence-proven-by-listings.md).

Found in one listing: accepted. Not found in one listing: nothing is proven. Not found in three, spaced, all begun after the call
itself can no longer be under way: it was not taken, and the delivery waits again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deliveries.claims import lock_chunks

CALL_ENDS = timedelta(seconds=20)
"""From the intent a call is begun within 5 s or not at all, and given up after 10 s (the channel's timeout); 5 more for the way and
for clocks that differ. A test holds it against the workers' own numbers."""
SPACING = timedelta(seconds=3)
ABSENCES = 3
_BATCH = 50
_CLOCKS_DIFFER = timedelta(seconds=5)
_CLOCKS_ARE_WRONG_BY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An SMS nobody knows the fate of. The address is still sealed. `provider`: who was called, None if that was not kept. `since`: no
    message of an attempt before this one is so young.
    """

    number: int
    provider: str | None
    since: datetime
    data_key_id: int
    address_sealed: bytes


async def doubtful(conn: AsyncConnection, broadcast_id: int, chunk: int, *, now: datetime) -> list[Doubtful]:
    """Those of a chunk that are due for a listing; those that waited longest for one first."""
    rows = await conn.execute(
        text(
            "SELECT d.number, d.provider, d.attempt, d.called_at, d.data_key_id, d.address_sealed"
            "  FROM delivery_chunks c JOIN deliveries d ON d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number"
            " WHERE c.broadcast_id = :broadcast AND c.chunk = :chunk AND d.state = 'uncertain' AND d.address_sealed <> ''"
            "   AND (d.listed_at IS NULL OR d.listed_at <= :listed_before) ORDER BY d.listed_at NULLS FIRST, d.called_at, d.number LIMIT :batch"
        ),
        {"broadcast": broadcast_id, "chunk": chunk, "listed_before": now - SPACING, "batch": _BATCH},
    )
    return [Doubtful(r.number, r.provider, _since(r.attempt, r.called_at), r.data_key_id, bytes(r.address_sealed)) for r in rows]


def _since(attempt: int, called_at: datetime) -> datetime:
    """A first attempt has none before it: what has this number is the message, however wrong the clock was by which it was called."""
    return called_at - (_CLOCKS_ARE_WRONG_BY if attempt == 1 else _CLOCKS_DIFFER)


async def found(conn: AsyncConnection, broadcast_id: int, provider_ids: dict[int, str], *, now: datetime) -> None:
    """The provider has these (number → its id): accepted."""
    if not provider_ids:
        return
    await lock_chunks(conn, broadcast_id, provider_ids)
    await conn.execute(
        text(
            "UPDATE deliveries d SET state = 'accepted', provider_id = f.id, accepted_at = :now, reason = NULL"
            "  FROM unnest(CAST(:numbers AS bigint[]), CAST(:ids AS text[])) AS f (number, id)"
            " WHERE d.broadcast_id = :broadcast AND d.number = f.number AND d.state = 'uncertain'"
        ),
        {"broadcast": broadcast_id, "numbers": list(provider_ids), "ids": list(provider_ids.values()), "now": now},
    )


async def absent(conn: AsyncConnection, broadcast_id: int, numbers: Collection[int], *, asked_at: datetime) -> None:
    """A listing begun at `asked_at` had none of these. It counts only if the call had surely ended by then."""
    if not numbers:
        return
    await lock_chunks(conn, broadcast_id, numbers)
    await conn.execute(
        text(
            "UPDATE deliveries d SET listed_at = :asked, absences = n.absences,"
            "   state = CASE WHEN n.absences >= :enough THEN 'waiting' ELSE d.state END,"
            "   reason = CASE WHEN n.absences >= :enough THEN 'not_listed' ELSE d.reason END"
            "  FROM (SELECT number, absences + (called_at <= :ended)::int AS absences FROM deliveries"
            "         WHERE broadcast_id = :broadcast AND number = ANY (:numbers)) AS n"
            " WHERE d.broadcast_id = :broadcast AND d.number = n.number AND d.state = 'uncertain'"
            "   AND (d.listed_at IS NULL OR d.listed_at <= :listed_before)"  # spaced, whoever else has asked meanwhile
        ),
        {
            "broadcast": broadcast_id,
            "numbers": list(numbers),
            "asked": asked_at,
            "listed_before": asked_at - SPACING,
            "ended": asked_at - CALL_ENDS,
            "enough": ABSENCES,
        },
    )


async def unanswered(conn: AsyncConnection, broadcast_id: int, numbers: Collection[int], *, asked_at: datetime) -> None:
    """The provider did not say whether it has these. It proves nothing; others come before them now."""
    if not numbers:
        return
    await lock_chunks(conn, broadcast_id, numbers)
    await conn.execute(
        text(
            "UPDATE deliveries SET listed_at = :asked"
            " WHERE broadcast_id = :broadcast AND number = ANY (:numbers) AND state = 'uncertain'"
        ),
        {"broadcast": broadcast_id, "numbers": list(numbers), "asked": asked_at},
    )
