"""To whom it was sent: forgotten 180 days after the broadcast ended. Number, keyed hash, state and times stay, so that what was
sent stays provable and a look-up still answers.

Chunk by chunk, in order, each locked before its deliveries as everybody does: an UPDATE of deliveries also counts them anew, so
whole chunks cost least (100,000 deliveries: see docs/decisions/0007-retention-and-rotation.md).
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ADDRESSES_KEPT = timedelta(days=180)
_CHUNKS_AT_ONCE = 10

# A broadcast that never came to its end is over when nothing of it may be sent any more.
_DUE = (
    "FROM broadcasts b JOIN delivery_chunks c ON c.broadcast_id = b.id"
    " WHERE b.unit_id = :unit AND c.unit_id = :unit AND c.forgotten_at IS NULL"
    " AND CASE WHEN b.state IN ('completed', 'cancelled') THEN coalesce(b.completed_at, b.updated_at)"
    " ELSE b.expires_at END < :before"
)
# What leads to a person. Of somebody who was erased the address is gone already.
_KEPT = "({0}address_sealed <> '' OR {0}provider_id IS NOT NULL)"


async def count_addresses(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Counts what `forget_addresses` would empty in all."""
    found = await conn.execute(
        text(
            "SELECT coalesce(sum((SELECT count(*) FROM deliveries d WHERE d.broadcast_id = c.broadcast_id"
            f"   AND d.number BETWEEN c.first_number AND c.last_number AND {_KEPT.format('d.')})), 0)::bigint AS deliveries"
            f" {_DUE}"
        ),
        {"unit": unit_id, "before": now - ADDRESSES_KEPT},
    )
    return dict(found.mappings().one())


async def forget_addresses(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Empties the addresses of the next few chunks of one broadcast; empty when there is none left."""
    due = {"unit": unit_id, "before": now - ADDRESSES_KEPT}
    oldest = (await conn.execute(text(f"SELECT min(b.id) {_DUE}"), due)).scalar_one()
    if oldest is None:
        return {}
    chunks = (
        await conn.execute(
            text(
                "SELECT chunk, first_number, last_number FROM delivery_chunks"
                " WHERE broadcast_id = :broadcast AND forgotten_at IS NULL ORDER BY chunk LIMIT :many FOR NO KEY UPDATE"
            ),
            {"broadcast": oldest, "many": _CHUNKS_AT_ONCE},
        )
    ).all()
    if not chunks:  # somebody else was quicker
        return {"deliveries": 0}
    gone = await conn.execute(
        text(
            "UPDATE deliveries SET address_sealed = '', data_key_id = 0, provider_id = NULL"
            f" WHERE broadcast_id = :broadcast AND number BETWEEN :first AND :last AND {_KEPT.format('')}"
        ),
        {
            "broadcast": oldest,
            "first": min(c.first_number for c in chunks),
            "last": max(c.last_number for c in chunks),
        },
    )
    await conn.execute(
        text("UPDATE delivery_chunks SET forgotten_at = :now WHERE broadcast_id = :broadcast AND chunk = ANY (:chunks)"),
        {"broadcast": oldest, "chunks": [c.chunk for c in chunks], "now": now},
    )
    return {"deliveries": gone.rowcount}
