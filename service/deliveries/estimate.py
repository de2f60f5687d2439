"""How long a broadcast will take, honestly: never better than its providers' pace and what stands before it allow, and null when nobody
can know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts import BroadcastView, State

_SEEN_ENOUGH = timedelta(seconds=10)
_SILENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Until the last of what waits will have been accepted by its carrier: not delivered, not read."""

    seconds_left: int
    done_at: datetime


async def estimate_of(
    conn: AsyncConnection, view: BroadcastView, *, paces: Mapping[str, float], starts: datetime | None, now: datetime
) -> Estimate | None:
    """Of a broadcast of the acting unit. `paces`: what a channel's provider takes in a second, segments or letters, by channel; `starts`:
    nothing of it leaves before.

    None: it is not being sent, a channel has no provider, or nothing has left for a minute though it was its turn.
    """
    if view.state != State.SENDING or view.planned_at is None:
        return None
    starts = starts or now
    left = timedelta()
    for row in await conn.execute(text("SELECT * FROM door_work_ahead(:broadcast)"), {"broadcast": view.id}):
        if row.channel not in paces:
            return None
        seconds = float(row.own + row.before) / paces[row.channel]
        if starts <= now:
            seen, silent = await _seen(conn, view, row.channel, now)
            if silent and not row.before:
                return None
            seconds = max(seconds, row.own / seen) if seen else seconds
        left = max(left, timedelta(seconds=seconds))
    done_at = starts + left
    return Estimate(ceil((done_at - now).total_seconds()), done_at)  # nothing that waits is done in no time


async def _seen(conn: AsyncConnection, view: BroadcastView, channel: str, now: datetime) -> tuple[float, bool]:
    """Segments or letters a second since it began, 0 if that says nothing; and whether nothing has left for long."""
    row = (
        await conn.execute(
            text(
                "SELECT coalesce(sum((accepted + delivered + failed) * segments), 0) AS gone, max(left_at) AS last FROM delivery_chunks"
                " WHERE broadcast_id = :broadcast AND channel = :channel"
            ),
            {"broadcast": view.id, "channel": channel},
        )
    ).one()
    planned_at = view.planned_at or now
    began = max(planned_at, view.send_at or planned_at)
    goes_on = max(began, view.updated_at, view.waits_until or began)  # since it was resumed, or quiet hours ended
    silent = now - max(goes_on, row.last or goes_on) > _SILENT
    if goes_on > began or now - began < _SEEN_ENOUGH:  # it stood still for a while, or has only begun: that is no pace
        return 0.0, silent
    return float(row.gone) / (now - began).total_seconds(), silent
