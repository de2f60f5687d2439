"""Pausing a broadcast that cannot go on by itself, with the reason for a person to see: better than trying it for ever."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from service.audit import Action, record_event
from service.broadcasts import State, find_broadcast, move

_UNDER_WAY = {State.APPROVED, State.SENDING}


async def pause(conn: AsyncConnection, broadcast_id: int, *, reason: str, now: datetime) -> bool:
    """Pauses a broadcast of the acting unit that is under way, by the system itself. `reason`: a code. False if it is not under way."""
    broadcast = await find_broadcast(conn, broadcast_id, lock=True)
    if broadcast.state not in _UNDER_WAY:
        return False
    await move(conn, broadcast_id, State.PAUSED, now=now, pause_reason=reason)
    await record_event(
        conn,
        actor=None,
        unit_id=broadcast.unit_id,
        action=Action.BROADCAST_PAUSED,
        subject_kind="broadcast",
        subject_id=str(broadcast.public_id),
        details={"reason": reason},
        now=now,
    )
    return True
