"""Invitations nobody took: kept for a while after they ended, so that it can still be seen who was invited, and then deleted."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

INVITATIONS_KEPT = timedelta(days=90)
"""From the day they could no longer be taken. One that is taken is deleted at once."""

_OLD = "FROM invitations WHERE unit_id = :unit AND expires_at < :before"


async def count_invitations(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Counts what `forget_invitations` would delete in all."""
    found = await conn.execute(
        text(f"SELECT count(*) AS invitations {_OLD}"), {"unit": unit_id, "before": now - INVITATIONS_KEPT}
    )
    return dict(found.mappings().one())


async def forget_invitations(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Deletes invitations that ended long ago; empty when there is none."""
    gone = await conn.execute(text(f"DELETE {_OLD}"), {"unit": unit_id, "before": now - INVITATIONS_KEPT})
    return {"invitations": gone.rowcount} if gone.rowcount else {}
