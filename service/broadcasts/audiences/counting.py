"""How many messages a broadcast would have now, warning or drill."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts.audiences.chosen import SENDABLE, count_recipients, load_audience
from service.broadcasts.audiences.drills import count_drill
from service.broadcasts.audiences.resolving import resolve_audience
from service.broadcasts.queries import BroadcastView


async def require_audience(conn: AsyncConnection, view: BroadcastView, *, now: datetime) -> None:
    """Returns nothing, or raises as `resolve_audience` does for a class, grade or unit that is gone.
    A drill goes to test recipients.
    """
    if not view.drill:
        await resolve_audience(conn, view.unit_id, view.unit, load_audience(view.audience), on=now)


async def count_messages(conn: AsyncConnection, view: BroadcastView, *, now: datetime) -> dict[str, int]:
    """Counts the messages of a broadcast, by channel. The transaction acts for its unit, and does so again afterwards."""
    if view.drill:
        return await count_drill(conn, view.unit_id, [channel for channel in SENDABLE if channel in view.channels])
    return await count_recipients(
        conn,
        unit_id=view.unit_id,
        unit_code=view.unit,
        audience=load_audience(view.audience),
        channels=view.channels,
        urgency=view.urgency,
        now=now,
    )
