"""What cannot be done however often it is tried: the broadcast is paused and says why, rather than tried for ever."""

import structlog

from service.database import unit_transaction
from service.deliveries import pause_by_system
from service.deliveries.answers.senders import OTHER_SENDER, is_other, note_other_sender
from workers.kept.tools import Tools

_log = structlog.get_logger()


def is_other_sender(tools: Tools, provider: str | None, said: str | None) -> bool:
    """Tells whether a carrier says that a message left under another name than the one registered with it; logs and counts it."""
    registered = tools.settings.senders
    known = [registered[provider]] if provider in registered else list(registered.values())
    if not known or not all(is_other(said, each) for each in known):
        return False
    tools.meters.other_senders.inc()
    _log.error("sender.other", provider=provider, sender=said)
    return True


async def stop_for_sender(tools: Tools, unit_id: int, broadcast_id: int) -> None:
    """Pauses a broadcast of which a message left under another name; one that is through says so."""
    async with unit_transaction(tools.engine, unit_id) as conn:
        await note_other_sender(conn, broadcast_id, now=tools.clock())
    _log.error("broadcast.paused", broadcast=broadcast_id, reason=OTHER_SENDER)


async def pause_broadcast(tools: Tools, unit_id: int, broadcast_id: int, reason: str) -> None:
    """Pauses it in a transaction of its own. `reason`: a code."""
    async with unit_transaction(tools.engine, unit_id) as conn:
        paused = await pause_by_system(conn, broadcast_id, reason=reason, now=tools.clock())
    if paused:
        _log.error("broadcast.paused", broadcast=broadcast_id, reason=reason)
