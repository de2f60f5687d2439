"""Numbers that exist no more and mailboxes that never did: written to once, then suppressed for the school whose list had them.

Which failures say so is their fault (`service.carriers`). Set-based, and asked only for a batch in which something failed.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def suppress_dead(conn: AsyncConnection, failed: Sequence[tuple[int, int]]) -> None:
    """Suppresses the addresses of failed deliveries (broadcast, number) of the acting unit; those that failed for another reason
    are left.
    """
    await conn.execute(
        text("SELECT door_suppress_dead(CAST(:broadcasts AS bigint[]), CAST(:numbers AS bigint[]))"),
        {"broadcasts": [broadcast for broadcast, _ in failed], "numbers": [number for _, number in failed]},
    )
