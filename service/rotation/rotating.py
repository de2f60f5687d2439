"""What an operator does with a rotation: begins it, looks at it, stops it, lets it go on. The workers do the rest (resealing)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.sealing import MasterKey, left_under, retire_data_key
from service.audit import Action, Subject, note_event


@dataclass(frozen=True, slots=True)
class Rotation:
    """One retired key. `resealed`: rows done. `left`: rows still under it;
    `messages`: deliveries still to be looked through for it.

    `clear_since`: nothing is under it any more; it is deleted a day later.
    """

    unit: str
    data_key_id: int
    began_at: datetime
    stopped_at: datetime | None
    resealed: int
    left: int
    messages: int
    clear_since: datetime | None
    deleted_at: datetime | None


async def rotate(conn: AsyncConnection, master: MasterKey, unit_id: int, *, now: datetime) -> bool:
    """Retires the unit's data key and makes another, for all that is sealed from now on. False: it has none yet.

    For the owner's login. What a key under rotation already sealed goes to the newest one.
    """
    retired = await retire_data_key(conn, master, unit_id, now)
    if retired is None:
        return False
    await conn.execute(
        text("INSERT INTO key_rotations (unit_id, data_key_id, began_at) VALUES (:unit, :key, :now)"),
        {"unit": unit_id, "key": retired, "now": now},
    )
    await note_event(conn, None, Subject(unit_id, "data_key", retired), Action.DATA_KEY_RETIRED, now)
    return True


async def stop(conn: AsyncConnection, unit_id: int, *, now: datetime) -> int:
    """Stops the unit's rotations after the batch under way; how many. Both keys go on opening what they sealed."""
    stopped = await conn.execute(
        text(
            "UPDATE key_rotations SET stopped_at = :now WHERE unit_id = :unit AND deleted_at IS NULL AND stopped_at IS NULL"
            " RETURNING data_key_id"
        ),
        {"unit": unit_id, "now": now},
    )
    return await _note(conn, unit_id, Action.ROTATION_STOPPED, stopped.scalars().all(), now)


async def go_on(conn: AsyncConnection, unit_id: int, *, now: datetime) -> int:
    """Lets stopped rotations go on where they were; how many."""
    on = await conn.execute(
        text(
            "UPDATE key_rotations SET stopped_at = NULL WHERE unit_id = :unit AND deleted_at IS NULL AND stopped_at IS NOT NULL"
            " RETURNING data_key_id"
        ),
        {"unit": unit_id},
    )
    return await _note(conn, unit_id, Action.ROTATION_CONTINUED, on.scalars().all(), now)


async def _note(conn: AsyncConnection, unit_id: int, action: Action, keys: Sequence[int], now: datetime) -> int:
    for key in keys:
        await note_event(conn, None, Subject(unit_id, "data_key", key), action, now)
    return len(keys)


_MESSAGES = (
    "(SELECT coalesce(sum(c.last_number - c.first_number + 1), 0)::bigint FROM unit_closure a"
    "   JOIN delivery_chunks c ON c.unit_id = a.ancestor_id"
    "  WHERE a.descendant_id = r.unit_id AND r.clear_since IS NULL AND r.deleted_at IS NULL AND c.forgotten_at IS NULL"
    "    AND (c.resealed_at IS NULL OR r.list_clear_at IS NULL OR c.resealed_at < r.list_clear_at))"
)


async def list_rotations(conn: AsyncConnection, unit_id: int) -> list[Rotation]:
    """Lists the unit's rotations, the newest first. For the owner's login, which sees the messages of those above, too."""
    rows = (
        await conn.execute(
            text(
                f"SELECT r.*, u.code, {_MESSAGES} AS messages FROM key_rotations r JOIN units u ON u.id = r.unit_id"
                " WHERE r.unit_id = :unit ORDER BY r.began_at DESC, r.data_key_id DESC"
            ),
            {"unit": unit_id},
        )
    ).all()
    return [
        Rotation(
            unit=row.code,
            data_key_id=row.data_key_id,
            began_at=row.began_at,
            stopped_at=row.stopped_at,
            resealed=row.resealed,
            left=sum((await left_under(conn, unit_id, row.data_key_id)).values()) if row.deleted_at is None else 0,
            messages=row.messages,
            clear_since=row.clear_since,
            deleted_at=row.deleted_at,
        )
        for row in rows
    ]
