"""Broadcasts from above, as a school may know them: what is public of each, and two coarse figures.

One is of the school's own list, the other of the broadcast as a whole. Neither is of "its" deliveries: a number that stands on
two lists is written to once, and whose list it was taken from would tell one school of the other's (docs/decisions/0006).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences import Audience, count_meant
from service.actors import Actor
from service.broadcasts import ask_lists, load_audience


@dataclass(frozen=True, slots=True)
class ReceivedBroadcast:
    """A broadcast of a unit above. `id` is internal, the place in the list.

    `about`: roughly how many of one's own list it is meant for (`roughly`). `percent`: of the whole broadcast, in steps of 25.
    """

    id: int
    record_id: UUID
    public_serial: int
    kind: str
    urgency: str
    title: str
    issuer: str
    issuer_name: str
    approved_at: datetime
    state: str
    about: int
    percent: int


def roughly(how_many: int) -> int:
    """Rounds to the nearest ten, from a hundred on to the nearest hundred. Below ten: 0."""
    if how_many < 10:
        return 0
    step = 10 if how_many < 100 else 100
    return (how_many + step // 2) // step * step


async def list_received(
    conn: AsyncConnection, actor: Actor, *, unit_id: int, before: int | None, limit: int
) -> list[ReceivedBroadcast]:
    """Lists broadcasts received, the newest first, behind the internal id `before`. The transaction acts for the unit. Raises
    `Forbidden("auth.scope")`.
    """
    actor.require("broadcasts:read")
    rows = await conn.execute(text("SELECT * FROM door_broadcasts_received(:before, :limit)"), {"before": before, "limit": limit})
    counted: dict[Audience, int] = {}
    found = []
    for row in rows.mappings().all():
        values: dict[str, Any] = dict(row)
        audience = load_audience(values.pop("audience"))
        if audience not in counted:  # most are for everybody
            of_list, _ = await ask_lists(conn, unit_id, [unit_id], audience)
            counted[audience] = await count_meant(conn, unit_id, of_list.spelled)
        percent = 25 * values.pop("quarters")
        found.append(ReceivedBroadcast(**values, about=roughly(counted[audience]), percent=percent))
    return found
