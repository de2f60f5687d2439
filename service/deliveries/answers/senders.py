"""Whose name a parent sees: the sender that a carrier says it used, held against the one that is registered with it.

Under another name a true warning looks like a false one. So the first message that left so stops the others.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts import note_completed
from service.deliveries.control.stopping import pause_by_system

OTHER_SENDER = "sender.other"
"""The pause's reason, and the mark of a receipt that told of another sender: no carrier has a status with a stop in it."""


def is_other(said: str | None, registered: str) -> bool:
    """Tells whether a carrier says that it used another sender than the registered one. It may not know yet (None, or a
    service's own id).
    """
    if not said or (said.startswith("MG") and len(said) == 34):
        return False
    return _plain(said) != _plain(registered)


def _plain(sender: str) -> str:
    """Without what changes nothing of whose it is. Settings have no `+`, and carriers write one before a number."""
    plain = "".join(sender.split()).casefold()
    return number if (number := plain.removeprefix("+")).isdecimal() else plain


async def note_other_sender(conn: AsyncConnection, broadcast_id: int, *, now: datetime) -> None:
    """Pauses a broadcast of the acting unit; one that is through says it in its note."""
    if not await pause_by_system(conn, broadcast_id, reason=OTHER_SENDER, now=now):
        await note_completed(conn, broadcast_id, OTHER_SENDER)


async def other_senders(conn: AsyncConnection, receipts: list[int]) -> list[int]:
    """Lists broadcasts of which these receipts of the inbox tell that a message left under another name. What was called before
    a person last resumed it is known.
    """
    found = await conn.execute(
        text(
            "SELECT DISTINCT b.id FROM receipts_inbox r JOIN deliveries d USING (broadcast_id, number)"
            " JOIN broadcasts b ON b.id = d.broadcast_id"
            " WHERE r.id = ANY (:ids) AND r.status = :other AND (d.called_at >= b.updated_at OR b.state = 'completed')"
            " ORDER BY b.id"
        ),
        {"ids": receipts, "other": OTHER_SENDER},
    )
    return list(found.scalars())
