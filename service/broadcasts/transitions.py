"""The one place where a broadcast's state changes: along the table, guarded in SQL, whoever else was quicker."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts.lifecycle import State, not_allowed_in, sources
from service.broadcasts.queries import SELECT_CHANGED, BroadcastView, view_of
from service.errors import NotFound

_SETTABLE = frozenset(
    {
        "digest",
        "audience_count",
        "submitted_by",
        "submitted_at",
        "approved_by",
        "approved_at",
        "return_reason",
        "pause_reason",
        "cancel_reason",
        "audience_confirmed",
        "record_id",
        "planned_at",
        "waits_until",
        "completed_at",
    }
)


async def change_state(
    conn: AsyncConnection,
    broadcast_id: int,
    becomes: State,
    *,
    now: datetime,
    **columns: Any,
) -> BroadcastView:
    """Changes the state of a broadcast of the acting unit, with the columns that go with it, in one statement.
    Returns it as it then is.

    `columns` are of the table broadcasts, for instance `planned_at=now`.
    Raises `Conflict("broadcast.not_allowed_in_state")`, or `NotFound("broadcast.unknown")`.
    """
    if not columns.keys() <= _SETTABLE:
        raise ValueError(f"a change of state does not set {sorted(columns.keys() - _SETTABLE)}")
    setting = "".join(f", {name} = :{name}" for name in columns)
    update = f"UPDATE broadcasts SET state = :becomes, updated_at = :now{setting} WHERE id = :id AND state = ANY (:allowed)"
    changed = await conn.execute(
        text(f"WITH changed AS ({update} RETURNING *) {SELECT_CHANGED}"),
        {"becomes": becomes, "now": now, "id": broadcast_id, "allowed": sorted(sources(becomes)), **columns},
    )
    if row := changed.mappings().one_or_none():
        return view_of(row)
    state = (await conn.execute(text("SELECT state FROM broadcasts WHERE id = :id"), {"id": broadcast_id})).scalar_one_or_none()
    if state is None:
        raise NotFound("broadcast.unknown")
    raise not_allowed_in(state)


async def note_completed(conn: AsyncConnection, broadcast_id: int, reason: str) -> None:
    """Says of a broadcast that is through what would have paused it. `reason`: a code."""
    await conn.execute(
        text("UPDATE broadcasts SET pause_reason = :reason WHERE id = :id AND state = 'completed'"),
        {"id": broadcast_id, "reason": reason},
    )
