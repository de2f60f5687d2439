"""A round of a chunk under way: what came back is recorded and the intent to call the next committed, in one statement.

The statement is the database's `deliver_round` (schema/functions/delivering.sql): alone on a connection it is its own
transaction, so that a round costs one way there and back however many deliveries are in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from service.carriers import Fault
from service.database import Direct
from service.deliveries.rounds.claims import LEASE_SECONDS, Claimed

Becomes = Literal["accepted", "failed", "waiting", "uncertain"]

_ROUND = (
    "SELECT * FROM deliver_round(%s, %s, %s, %s, %s, %s, %s, CAST(%s AS bigint[]), CAST(%s AS smallint[]), CAST(%s AS text[]),"
    "   CAST(%s AS text[]), CAST(%s AS text[]), CAST(%s AS timestamptz[]), CAST(%s AS boolean[]), CAST(%s AS text[]),"
    "   CAST(%s AS bigint[]), %s)"
)


class Result(NamedTuple):
    """The outcome of one attempt. `reason` is a code; `retry_at` only with `waiting`. `own`: it was refused for reasons of its
    own, which counts against it. `fault`: of a carrier's code.
    """

    number: int
    attempt: int
    becomes: Becomes
    provider_id: str | None = None
    reason: str | None = None
    retry_at: datetime | None = None
    own: bool = False
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """`stands`: the lease still does. `attempts`: number → attempt of those that may now be called, and only those. `returned`:
    number → how often it was refused for reasons of its own, by a provider or in a receipt.
    """

    stands: bool
    attempts: dict[int, int]
    returned: dict[int, int]


async def commit_round(
    conn: Direct,
    claimed: Claimed,
    *,
    worker: UUID,
    now: datetime,
    results: Sequence[Result] = (),
    call: Sequence[int] = (),
    provider: str | None = None,
) -> Round:
    """Records results, renews the lease, and commits the intent to call `provider` for the numbers in `call`.

    Results count whether the lease stands or not: for deliveries still `calling` by that attempt, or `uncertain` because the
    answer was late. What a receipt has settled meanwhile stays as the receipt says. That it was accepted settles even what waits
    again, taken for absent. Nobody may be called when the lease is lost or the broadcast was paused, cancelled or ran out.
    """
    numbers, attempts, outcomes, provider_ids, reasons, retries, own, faults = (
        zip(*results, strict=True) if results else ((),) * 8
    )
    lease = (claimed.unit_id, claimed.broadcast_id, claimed.chunk, worker, claimed.claims, LEASE_SECONDS, now)
    came_back = (
        _array(numbers),
        _array(attempts),
        _array(outcomes),
        list(provider_ids),
        list(reasons) if any(reasons) else [],  # unnest() fills up with nulls
        list(retries) if any(retries) else [],
        list(own) if any(own) else [],
        list(faults) if any(faults) else [],
    )
    done = await conn.execute(_ROUND, (*lease, *came_back, _array(call), provider), binary=True)
    stands, called, called_attempts, called_returned = await done.fetchone() or (False, None, None, None)
    called = called or ()
    return Round(
        stands, dict(zip(called, called_attempts or (), strict=True)), dict(zip(called, called_returned or (), strict=True))
    )


def _array(values: Iterable[int] | Iterable[Becomes]) -> str:
    """An array as PostgreSQL writes it. The driver looks at each element, which costs as much as the rest of the round."""
    return "{" + ",".join(map(str, values)) + "}"
