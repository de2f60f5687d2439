"""SMS in doubt, settled with the provider's own message list (docs/decisions/0002-absence-proven-by-listings.md).

Found in one listing: accepted. Not found: nothing is proven as long as the list may be behind, which carriers' lists are for
minutes and, on bad days, hours. It was not taken, and waits again, only when the list is known to have caught up (it shows a
message of ours that was created later than the call), several such listings in a row lacked it, and minutes have passed since the
call. Until then it stays in doubt, and a receipt, the list or a person decides.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deliveries.rounds.claims import lock_chunks

CALL_ENDS = timedelta(seconds=20)
"""From the intent a call is begun within 5 s or not at all, and given up after 10 s (the channel's timeout); 5 more for the way
and for clocks that differ. A test holds it against the workers' own numbers."""
SPACING = timedelta(seconds=4)
"""Between the first listings. They grow rarer with the doubt's age:
a list that lags for hours is not asked thousands of times.
"""
ABSENCES = 6
"""Listings that caught up and lack it. Spread over no less than a call takes,
and the last of them has caught up with the call's end.
"""
_RARER = 4  # a doubt is listed again after this share of its age
_RAREST = timedelta(minutes=10)
_BATCH = 50
_CLOCKS_DIFFER = timedelta(seconds=5)
# When it was listed, put off by what its next listing waits beyond the usual spacing.
_NEXT_LESS_SPACING = (
    "CAST(:asked AS timestamptz) + greatest(interval '0', least(CAST(:rarest AS interval), "
    "(:asked - d.called_at) / :rarer) - :spacing)"
)
_PAUSES = {"rarest": _RAREST, "rarer": _RARER, "spacing": SPACING}
_CLOCKS_ARE_WRONG_BY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An SMS nobody knows the fate of. The address is still sealed. `provider`: who was called, None if that was not kept.
    `since`: no message of an attempt before this one is so young. `caught_up`: a list that shows a message created then or later
    has caught up with the call; where its next listing may be the last, with its very end: a list may stand still in the midst of
    it.
    """

    number: int
    provider: str | None
    called_at: datetime
    since: datetime
    caught_up: datetime
    data_key_id: int
    address_sealed: bytes


async def doubtful(conn: AsyncConnection, broadcast_id: int, chunk: int, *, now: datetime) -> list[Doubtful]:
    """Lists the SMS of a chunk that are due for a listing; those that waited longest for one first."""
    rows = await conn.execute(
        text(
            "SELECT d.number, d.provider, d.attempt, d.called_at, d.absences, d.data_key_id, d.address_sealed,"
            # A system that was restored does not know when the lost one called, only that it did not afterwards.
            "       CASE d.reason WHEN 'system.restored' THEN greatest(d.called_at,"
            " b.updated_at) ELSE d.called_at END AS called_until"
            "  FROM broadcasts b JOIN delivery_chunks c ON c.broadcast_id = b.id"
            "  JOIN deliveries d ON d.broadcast_id = c.broadcast_id AND d.number BETWEEN c.first_number AND c.last_number"
            " WHERE c.broadcast_id = :broadcast AND c.chunk = :chunk AND d.state = 'uncertain' AND d.address_sealed <> ''"
            "   AND (d.listed_at IS NULL OR d.listed_at <= :listed_before)"
            " ORDER BY d.listed_at NULLS FIRST, d.called_at, d.number LIMIT :batch"
        ),
        {"broadcast": broadcast_id, "chunk": chunk, "listed_before": now - SPACING, "batch": _BATCH},
    )
    return [
        Doubtful(
            number=r.number,
            provider=r.provider,
            called_at=r.called_at,
            since=_since(r.attempt, r.called_at),
            caught_up=r.called_until + (_CLOCKS_DIFFER if r.absences + 1 < ABSENCES else CALL_ENDS),
            data_key_id=r.data_key_id,
            address_sealed=bytes(r.address_sealed),
        )
        for r in rows
    ]


def _since(attempt: int, called_at: datetime) -> datetime:
    """A first attempt has none before it: what has this number is the message,
    however wrong the clock was by which it was called.
    """
    return called_at - (_CLOCKS_ARE_WRONG_BY if attempt == 1 else _CLOCKS_DIFFER)


async def found(conn: AsyncConnection, broadcast_id: int, provider_ids: dict[int, str], *, now: datetime) -> None:
    """Settles as accepted those that the provider has (number → its id)."""
    if not provider_ids:
        return
    await lock_chunks(conn, broadcast_id, provider_ids)
    await conn.execute(
        text(
            "UPDATE deliveries d SET state = 'accepted', provider_id = f.id, accepted_at = :now, reason = NULL, fault = NULL"
            "  FROM unnest(CAST(:numbers AS bigint[]), CAST(:ids AS text[])) AS f (number, id)"
            " WHERE d.broadcast_id = :broadcast AND d.number = f.number AND d.state = 'uncertain'"
        ),
        {"broadcast": broadcast_id, "numbers": list(provider_ids), "ids": list(provider_ids.values()), "now": now},
    )


async def absent(
    conn: AsyncConnection, broadcast_id: int, numbers: Collection[int], *, asked_at: datetime, settles: timedelta
) -> None:
    """Notes that a listing begun at `asked_at`, which had caught up with their calls, had none of these. `settles`: from the
    call until so much time has passed no number of listings is enough.
    """
    if not numbers:
        return
    await lock_chunks(conn, broadcast_id, numbers)
    await conn.execute(
        text(
            f"UPDATE deliveries d SET listed_at = {_NEXT_LESS_SPACING}, absences = least(d.absences + 1, :enough),"
            "   state = CASE WHEN n.proven THEN 'waiting' ELSE d.state END,"
            "   reason = CASE WHEN n.proven THEN 'not_listed' ELSE d.reason END"
            "  FROM (SELECT number, absences + 1 >= :enough AND called_at <= :settled AS proven FROM deliveries"
            "         WHERE broadcast_id = :broadcast AND number = ANY (:numbers)) AS n"
            " WHERE d.broadcast_id = :broadcast AND d.number = n.number AND d.state = 'uncertain'"
            "   AND (d.listed_at IS NULL OR d.listed_at <= :listed_before)"  # spaced, whoever else has asked meanwhile
        ),
        {
            "broadcast": broadcast_id,
            "numbers": list(numbers),
            "asked": asked_at,
            "listed_before": asked_at - SPACING,
            "settled": asked_at - max(settles, CALL_ENDS),
            "enough": ABSENCES,
            **_PAUSES,
        },
    )


async def unanswered(conn: AsyncConnection, broadcast_id: int, numbers: Collection[int], *, asked_at: datetime) -> None:
    """Notes that the provider did not say whether it has these, or that its list may be behind. It proves nothing; others come
    before them now.
    """
    if not numbers:
        return
    await lock_chunks(conn, broadcast_id, numbers)
    await conn.execute(
        text(
            f"UPDATE deliveries d SET listed_at = {_NEXT_LESS_SPACING}"
            " WHERE broadcast_id = :broadcast AND number = ANY (:numbers) AND state = 'uncertain'"
        ),
        {"broadcast": broadcast_id, "numbers": list(numbers), "asked": asked_at, **_PAUSES},
    )


async def leave_to_a_person(conn: AsyncConnection, broadcast_id: int, numbers: Collection[int]) -> None:
    """Marks these as never to be listed: their carrier has no list. A receipt settles them, or a person."""
    if not numbers:
        return
    await lock_chunks(conn, broadcast_id, numbers)
    await conn.execute(
        text(
            "UPDATE deliveries SET listed_at = 'infinity'"
            " WHERE broadcast_id = :broadcast AND number = ANY (:numbers) AND state = 'uncertain'"
        ),
        {"broadcast": broadcast_id, "numbers": list(numbers)},
    )
