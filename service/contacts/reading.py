"""Reading an uploaded list in a worker. No file may keep the workers busy for ever: every attempt is counted before it begins, in a
transaction of its own, so that one which took the whole process with it counts too. After the last the list is unreadable.
"""

import asyncio
import dataclasses
import traceback
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import CheckedList, ImportRefused, MasterKey, current_data_key, read_list, store_checked
from service.audit import Action, record_event
from service.contacts.sealed_files import delete_file, open_file

SUBJECT = "import"
ATTEMPTS = 3


class ReadingFailed(Exception):
    """A fault of ours in reading a list. Says what and where, never with what: an exception's text may quote a cell."""


async def lock_reading(conn: AsyncConnection, import_id: int) -> bool:
    """Makes this transaction the list's only reader until it ends; False: there is one."""
    found = await conn.execute(
        text("SELECT pg_try_advisory_xact_lock(hashtextextended('loa.read_import:' || CAST(:id AS text), 0))"), {"id": import_id}
    )
    return bool(found.scalar_one())


async def count_attempt(conn: AsyncConnection, import_id: int) -> None:
    """Counts an attempt at reading. To be committed before it begins, by whoever holds `lock_reading`."""
    await conn.execute(text("UPDATE imports SET attempts = attempts + 1 WHERE id = :id AND state = 'reading'"), {"id": import_id})


async def read_import(conn: AsyncConnection, import_id: int, *, master: MasterKey, now: datetime) -> None:
    """Reads an uploaded list, for a worker acting for its unit. Safe to run twice: what is not `reading` any more is left alone.

    Raises `ReadingFailed` where we are at fault and not the list; it is tried again, up to `ATTEMPTS` times.
    """
    found = (
        await conn.execute(
            text(
                "SELECT id, public_id, unit_id, dry_run, attempts FROM imports"
                " WHERE id = :id AND state = 'reading' FOR UPDATE SKIP LOCKED"
            ),
            {"id": import_id},
        )
    ).one_or_none()
    if found is None:
        return
    checked: CheckedList | None = None
    failure: str | None = None
    try:
        if found.attempts > ATTEMPTS:
            raise ImportRefused("import.unreadable")
        checked = await _read_file(conn, import_id, master)
    except ImportRefused as refused:
        failure = refused.code
    if checked is not None:
        key = await current_data_key(conn, master, found.unit_id)
        await store_checked(conn, import_id, found.unit_id, checked, key, keep_rows=not found.dry_run)
    await delete_file(conn, import_id)
    counts = dataclasses.asdict(checked.counts) if checked else {}
    await conn.execute(
        text(
            "UPDATE imports SET state = :state, failure_code = :failure, file_format = :format, counts = CAST(:counts AS jsonb),"
            " dropped_columns = :dropped, checked_at = :now WHERE id = :id AND state = 'reading'"
        ),
        {
            "id": import_id,
            "state": "checked" if checked else "failed",
            "failure": failure,
            "format": checked.file_format if checked else None,
            "counts": orjson.dumps(counts).decode() if checked else None,
            "dropped": list(checked.dropped_columns) if checked else [],
            "now": now,
        },
    )
    await record_event(
        conn,
        actor=None,
        unit_id=found.unit_id,
        action=Action.IMPORT_CHECKED if checked else Action.IMPORT_FAILED,
        subject_kind=SUBJECT,
        subject_id=found.public_id,
        details=counts if checked else {"code": failure},
        now=now,
    )


async def _read_file(conn: AsyncConnection, import_id: int, master: MasterKey) -> CheckedList:
    data = await open_file(conn, import_id, master)
    if data is None:  # waited for longer than a file is kept
        raise ImportRefused("import.unreadable")
    try:
        return await asyncio.to_thread(read_list, data, "")
    except ImportRefused:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its text stays here
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise ReadingFailed(f"{type(error).__name__} in {where.name}, line {where.lineno}") from None
