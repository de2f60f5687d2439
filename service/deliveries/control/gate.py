"""The gate between a stop and the calls: who marks deliveries passes it (the database's `deliver_round` does), who stops a
broadcast shuts it until the stop is committed.

So a stop counts truly: whatever was marked before it is in the count, and nothing is marked behind it. A lock of the broadcast's
row would do, too, but many sharers keep a single writer waiting; these locks are queued for in order.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def shut_the_gate(conn: AsyncConnection, broadcast_id: int) -> None:
    """Waits for whoever is marking deliveries of the broadcast and keeps others waiting until the transaction ends."""
    await conn.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('loa calls'), CAST(:broadcast % 2147483647 AS integer))"),
        {"broadcast": broadcast_id},
    )
