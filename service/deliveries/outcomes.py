"""What came of the calls, recorded in bulk: one statement for as many as have come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.deliveries.dead_addresses import suppress_dead

Becomes = Literal["accepted", "failed", "waiting", "uncertain"]


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one attempt. `reason` is a code; `retry_at` only with `waiting`."""

    number: int
    attempt: int
    becomes: Becomes
    provider_id: str | None = None
    reason: str | None = None
    retry_at: datetime | None = None


async def record(conn: AsyncConnection, broadcast_id: int, results: Sequence[Result], *, now: datetime) -> None:
    """Applies results to deliveries that are still `calling` by that attempt, or became `uncertain` while the answer was late.

    Whatever a receipt has settled meanwhile stays as the receipt says. That it was accepted settles even what waits again, taken for
    absent. The caller holds the chunk (`claims.renew`). An address that failed for good is suppressed where it came from.
    """
    if not results:
        return
    results = sorted(results, key=lambda result: result.number)
    await conn.execute(
        text(
            "UPDATE deliveries d SET state = r.becomes, provider_id = coalesce(r.provider_id, d.provider_id), reason = r.reason,"
            "   retry_at = r.retry_at, accepted_at = CASE WHEN r.becomes = 'accepted' THEN :now ELSE d.accepted_at END,"
            "   finished_at = CASE WHEN r.becomes = 'failed' THEN :now END"
            "  FROM unnest(CAST(:numbers AS bigint[]), CAST(:attempts AS smallint[]), CAST(:becomes AS text[]),"
            "              CAST(:provider_ids AS text[]), CAST(:reasons AS text[]), CAST(:retries AS timestamptz[]))"
            "       AS r (number, attempt, becomes, provider_id, reason, retry_at)"
            # Said twice so that the primary key is used whatever the statistics say: they are old while a big send runs.
            " WHERE d.broadcast_id = :broadcast AND d.number = ANY (CAST(:numbers AS bigint[]))"
            "   AND d.number = r.number AND d.attempt = r.attempt"
            "   AND (d.state IN ('calling', 'uncertain') OR d.state = 'waiting' AND r.becomes = 'accepted')"
        ),
        {
            "broadcast": broadcast_id,
            "now": now,
            "numbers": [r.number for r in results],
            "attempts": [r.attempt for r in results],
            "becomes": [r.becomes for r in results],
            "provider_ids": [r.provider_id for r in results],
            "reasons": [r.reason for r in results],
            "retries": [r.retry_at for r in results],
        },
    )
    failed = [(broadcast_id, r.number) for r in results if r.becomes == "failed"]
    if failed:
        await suppress_dead(conn, failed)
