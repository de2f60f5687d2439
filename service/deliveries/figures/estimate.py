"""How long a broadcast will take, honestly: never better than its providers' pace and what stands before it allow, and null when
nobody can know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts import BroadcastView, Carrying, State
from service.deliveries.figures.carriers import work_before

_FASTEST = 1000.0
"""Messages a second that Loa itself has been seen to hand over, whatever a provider would take."""
_BEGINS = timedelta(seconds=2)
"""From the hour of leaving to the first message at the carrier, and from the last one to its answer."""
_SEEN_ENOUGH = timedelta(seconds=10)
_SILENT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Until the last of what waits will have been accepted by its carrier: not delivered, not read."""

    seconds_left: int
    done_at: datetime


async def estimate_before(
    conn: AsyncConnection,
    view: BroadcastView,
    work: Mapping[str, int],
    carrying: Carrying,
    *,
    starts: datetime | None,
    now: datetime,
) -> Estimate | None:
    """Estimates when a broadcast that is not planned yet would be out, approved now. `work`: its segments and letters by
    channel; `starts`: nothing of it leaves before. None: there is none, or a channel has no provider.
    """
    if not any(work.values()):
        return None
    before = await work_before(conn, view.urgency, work) if starts is None else {}
    in_all = {channel: amount + before.get(channel, 0) for channel, amount in work.items() if amount}
    lasts = carrying.lasts(in_all)
    if lasts is None:
        return None
    slowest = max(amount / _FASTEST for amount in in_all.values())
    done_at = max(now, starts or now) + max(lasts, timedelta(seconds=slowest)) + _BEGINS
    return Estimate(ceil((done_at - now).total_seconds()), done_at)


async def estimate_of(
    conn: AsyncConnection, view: BroadcastView, *, paces: Mapping[str, float], starts: datetime | None, now: datetime
) -> Estimate | None:
    """Estimates when a broadcast of the acting unit will be out. `paces`: what a channel's provider takes in a second, segments
    or letters, by channel; `starts`: nothing of it leaves before.

    None: it is not being sent, a channel has no provider, or nothing has left for a minute though it was its turn.
    """
    if view.state != State.SENDING or view.planned_at is None:
        return None
    starts = starts or now
    left = timedelta()
    for row in await conn.execute(text("SELECT * FROM door_work_ahead(:broadcast)"), {"broadcast": view.id}):
        if row.channel not in paces:
            return None
        seconds = float(row.own + row.before) / min(paces[row.channel], _FASTEST)
        if starts <= now:
            seen, silent = await _seen(conn, view, row.channel, now)
            if silent and not row.before:
                return None
            seconds = max(seconds, row.own / seen) if seen else seconds
        left = max(left, timedelta(seconds=seconds))
    done_at = starts + left + (_BEGINS if starts > now else timedelta())
    return Estimate(ceil((done_at - now).total_seconds()), done_at)  # nothing that waits is done in no time


async def _seen(conn: AsyncConnection, view: BroadcastView, channel: str, now: datetime) -> tuple[float, bool]:
    """Segments or letters a second since it began, 0 if that says nothing; and whether nothing has left for long."""
    row = (
        await conn.execute(
            text(
                "SELECT coalesce(sum((accepted + delivered + failed) * segments), 0) AS gone, max(left_at) AS last"
                " FROM delivery_chunks"
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
