"""A round of a chunk under way: what came back is recorded and the intent to call the next committed, in one statement.

The statement is the database's `deliver_round` (migrations/sql/0034_rounds.sql): alone on a connection it is its own transaction, so
that a round costs one way there and back however many deliveries are in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deliveries.claims import LEASE_SECONDS, Claimed

Becomes = Literal["accepted", "failed", "waiting", "uncertain"]

_ROUND = text(
    "SELECT * FROM deliver_round(:unit, :broadcast, :chunk, :worker, :claims, :lease, :now, CAST(:numbers AS bigint[]),"
    "   CAST(:attempts AS smallint[]), CAST(:outcomes AS text[]), CAST(:provider_ids AS text[]), CAST(:reasons AS text[]),"
    "   CAST(:retries AS timestamptz[]), CAST(:next AS bigint[]), :provider)"
)


class Result(NamedTuple):
    """The outcome of one attempt. `reason` is a code; `retry_at` only with `waiting`."""

    number: int
    attempt: int
    becomes: Becomes
    provider_id: str | None = None
    reason: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """`stands`: the lease still does. `attempts`: number → attempt of those that may now be called, and only those."""

    stands: bool
    attempts: dict[int, int]


async def commit_round(
    conn: AsyncConnection,
    claimed: Claimed,
    *,
    worker: UUID,
    now: datetime,
    results: Sequence[Result] = (),
    call: Sequence[int] = (),
    provider: str | None = None,
) -> Round:
    """Records results, renews the lease, and commits the intent to call `provider` for the numbers in `call`.

    Results count whether the lease stands or not: for deliveries still `calling` by that attempt, or `uncertain` because the answer was
    late. What a receipt has settled meanwhile stays as the receipt says. That it was accepted settles even what waits again, taken for
    absent. Nobody may be called when the lease is lost or the broadcast was paused, cancelled or ran out.
    """
    numbers, attempts, outcomes, provider_ids, reasons, retries = zip(*results, strict=True) if results else ((),) * 6
    row = (
        await conn.execute(
            _ROUND,
            {
                "unit": claimed.unit_id,
                "broadcast": claimed.broadcast_id,
                "chunk": claimed.chunk,
                "worker": worker,
                "claims": claimed.claims,
                "lease": LEASE_SECONDS,
                "now": now,
                "numbers": _array(numbers),
                "attempts": _array(attempts),
                "outcomes": _array(outcomes),
                "provider_ids": list(provider_ids),
                "reasons": list(reasons) if any(reasons) else [],  # unnest() fills up with nulls
                "retries": list(retries) if any(retries) else [],
                "next": _array(call),
                "provider": provider,
            },
        )
    ).one()
    return Round(row.stands, dict(zip(row.called or (), row.called_attempts or (), strict=True)))


def _array(values: Iterable[int] | Iterable[Becomes]) -> str:
    """An array as PostgreSQL writes it. The driver looks at each element, which costs as much as the rest of the round."""
    return "{" + ",".join(map(str, values)) + "}"
