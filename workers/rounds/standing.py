"""What a worker writes down of itself: that it lives, and by which channels its carriers take nothing."""

from datetime import timedelta

from service.database import fetch_all
from service.deliveries import NOTE_TROUBLE
from workers.kept.tools import Tools

_BEAT = "SELECT door_workers_alive() FROM door_heartbeat(%s, %s, %s)"
_SAME_MOMENT = timedelta(seconds=1)


async def beat(tools: Tools) -> None:
    """Says that this process lives. Its leases are worth nothing without it."""
    async with tools.direct.connection() as conn:
        ((tools.pacing.workers,),) = await fetch_all(conn, _BEAT, tools.worker, tools.lane, tools.started)
    if tools.settings.heartbeat_file:
        tools.settings.heartbeat_file.touch()


async def note_troubles(tools: Tools) -> None:
    """Writes down by which channels this worker's carriers take nothing, as that changes, for whoever is about to approve
    something.
    """
    for channel, rests in (("sms", tools.sms.rests()), ("email", tools.email.rests())):
        until, was = None if rests is None else tools.clock() + timedelta(seconds=rests), tools.troubles.get(channel)
        if until == was or (until and was and abs(until - was) < _SAME_MOMENT):
            continue
        async with tools.direct.connection() as conn:
            await fetch_all(conn, NOTE_TROUBLE, tools.worker, channel, until)
        tools.troubles.pop(channel, None)
        if until:
            tools.troubles[channel] = until
