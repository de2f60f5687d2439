"""Lists, and the people on them, whose time is over: how much that is, and deleting a batch of it.
The rules are service.retention's.
"""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.people import Lapse, count_ended, count_lapsed, forget_ended, forget_lapsed
from contact_registry.present import clear_people
from service.audit import Action, Subject, note_event
from service.clock import first_moment_of, oldest_school_year
from service.contacts.importing import UNDO_WITHIN
from service.contacts.reading import SUBJECT

LISTS_KEPT = timedelta(days=30)
"""For a list that was read and never applied, from its last reading."""
FILES_KEPT = timedelta(hours=24)

_NEVER_APPLIED = (
    "FROM imports i"
    " WHERE i.unit_id = :unit AND i.state IN ('checked', 'failed') AND coalesce(i.checked_at, i.created_at) < :before"
    " AND (i.state = 'checked' AND NOT i.dry_run OR EXISTS (SELECT FROM import_columns c WHERE c.import_id = i.id)"
    "      OR EXISTS (SELECT FROM import_rows r WHERE r.import_id = i.id))"
)
_OLD_FILES = "FROM import_files WHERE unit_id = :unit AND created_at < :before"


def _lapse(now: datetime) -> Lapse:
    oldest = oldest_school_year(now)
    return Lapse(now - UNDO_WITHIN, oldest, first_moment_of(oldest))


async def count_ended_people(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Counts what `forget_ended_people` would delete in all."""
    return await count_ended(conn, unit_id, _lapse(now))


async def forget_ended_people(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Deletes a batch of what lists ended and nobody can undo any more; empty when there is none left."""
    return await forget_ended(conn, unit_id, _lapse(now), at_most=_BATCH)


async def count_lapsed_people(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Counts what `forget_lapsed_people` would delete in all."""
    return await count_lapsed(conn, unit_id, _lapse(now))


async def forget_lapsed_people(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Deletes a batch of contacts whose school year is over; empty when there is none left."""
    return await forget_lapsed(conn, unit_id, _lapse(now), at_most=_BATCH)


_BATCH = 1_000  # contacts: a tenth of a second


async def count_lists(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Counts what `forget_list` would clear in all."""
    found = await conn.execute(
        text(
            "SELECT count(*) AS lists,"
            " coalesce(sum((SELECT count(*) FROM import_rows r WHERE r.import_id = i.id)), 0)::bigint AS rows"
            f" {_NEVER_APPLIED}"
        ),
        {"unit": unit_id, "before": now - LISTS_KEPT},
    )
    return dict(found.mappings().one())


async def forget_list(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Clears the oldest list that was never applied of everybody it names; empty when there is none left.
    Its counts and problems stay.
    """
    found = (
        await conn.execute(
            text(f"SELECT i.id, i.public_id, i.state, i.dry_run {_NEVER_APPLIED} ORDER BY i.id LIMIT 1 FOR UPDATE"),
            {"unit": unit_id, "before": now - LISTS_KEPT},
        )
    ).one_or_none()
    if found is None:
        return {}
    rows = (await conn.execute(text("SELECT count(*) FROM import_rows WHERE import_id = :id"), {"id": found.id})).scalar_one()
    await clear_people(conn, found.id)
    if found.state == "checked" and not found.dry_run:
        await conn.execute(
            text("UPDATE imports SET state = 'failed', failure_code = 'import.expired' WHERE id = :id AND state = 'checked'"),
            {"id": found.id},
        )
        await note_event(conn, None, Subject(unit_id, SUBJECT, found.public_id), Action.IMPORT_FAILED, now, code="import.expired")
    return {"lists": 1, "rows": rows}


async def count_files(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Counts what `forget_files` would delete in all."""
    found = await conn.execute(text(f"SELECT count(*) AS files {_OLD_FILES}"), {"unit": unit_id, "before": now - FILES_KEPT})
    return dict(found.mappings().one())


async def forget_files(conn: AsyncConnection, unit_id: int, now: datetime) -> dict[str, int]:
    """Deletes uploaded files older than a day; empty when there is none. The sweeper, every second, is nearly always first."""
    gone = await conn.execute(text(f"DELETE {_OLD_FILES}"), {"unit": unit_id, "before": now - FILES_KEPT})
    return {"files": gone.rowcount} if gone.rowcount else {}
