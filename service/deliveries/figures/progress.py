"""How far a broadcast is: seven parts that always add up, from the chunks' counts. No delivery is read or counted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Progress:
    """The parts of a broadcast's deliveries; `total` is their sum. `rate`: messages a second that left, from planning to the last
    departure.

    `fallbacks`: how many of `total` are emails to those whose SMS failed.
    `accepted`: the carrier has it. `delivered`: the carrier says so. Neither means read.
    """

    total: int
    waiting: int
    sending: int
    accepted: int
    delivered: int
    failed: int
    not_sent: int
    uncertain: int
    rate: float
    last_progress_at: datetime | None
    fallbacks: int = 0


async def progress_of(conn: AsyncConnection, broadcast_id: int, *, now: datetime) -> Progress:
    """Progress of a broadcast of the acting unit. Before planning, what approval counted is waiting."""
    row = (
        await conn.execute(
            text(
                "SELECT sum(waiting) AS waiting, sum(calling) AS sending, sum(accepted) AS accepted, sum(delivered) AS delivered,"
                "   sum(failed) AS failed, sum(not_sent) AS not_sent, sum(uncertain) AS uncertain,"
                "   max(c.changed_at) FILTER (WHERE c.claims > 0) AS last, max(c.left_at) AS left_at, b.planned_at,"
                "   greatest(b.planned_at, b.send_at) AS began, b.state,"
                "   coalesce(b.audience_count, 0) AS expected,"
                "   sum(waiting + calling + accepted + delivered + failed + not_sent + uncertain)"
                "     FILTER (WHERE c.channel <> ALL (b.channels)) AS fallbacks"
                "  FROM broadcasts b LEFT JOIN delivery_chunks c ON c.broadcast_id = b.id WHERE b.id = :broadcast"
                " GROUP BY b.id"
            ),
            {"broadcast": broadcast_id},
        )
    ).one()
    if row.planned_at is None:
        expected = row.expected if row.state in {"approved", "paused"} else 0
        return Progress(expected, expected, 0, 0, 0, 0, 0, 0, 0.0, None)
    parts = [int(value or 0) for value in row[:7]]
    left = sum(parts[2:5])
    seconds = (min(now, row.left_at) - row.began).total_seconds() if row.left_at else 0.0
    waiting, sending, accepted, delivered, failed, not_sent, uncertain = parts
    rate = left / seconds if seconds > 0 else 0.0
    return Progress(
        sum(parts), waiting, sending, accepted, delivered, failed, not_sent, uncertain, rate, row.last, int(row.fallbacks or 0)
    )
