"""Reading an uploaded list in a worker. No file may keep the workers busy for ever: every attempt is counted before it begins, in
a transaction of its own, so that one which took the whole process with it counts too. After the last the list is unreadable.
"""

import asyncio
import dataclasses
import traceback
from collections.abc import Callable
from datetime import datetime

import orjson
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.errors import ImportRefused
from contact_registry.headings import ColumnMeaning, Field, ListOf
from contact_registry.lists import CheckedList, SeenColumn, read_list, report_of
from contact_registry.present import clear_people, store_checked, store_columns
from contact_registry.sealing import MasterKey, current_data_key
from service.audit import Action, Subject, note_event
from service.contacts.sealed_files import delete_file, open_file

SUBJECT = "import"
ATTEMPTS = 3

Progress = Callable[[str, int, int], None]


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


async def show_progress(conn: AsyncConnection, import_id: int, stage: str, done: int, total: int) -> None:
    """Notes how far reading is, for whoever waits. In a transaction of its own, beside the reader's."""
    await conn.execute(
        text("UPDATE imports SET stage = :stage, rows_done = :done, rows_total = :total WHERE id = :id AND state = 'reading'"),
        {"id": import_id, "stage": stage, "done": done, "total": total},
    )


async def meanings_of(conn: AsyncConnection, unit_id: int, audience: ListOf) -> dict[str, ColumnMeaning]:
    """Returns what the unit's people have said of headings, by folded heading."""
    rows = await conn.execute(
        text("SELECT heading, field, role FROM column_meanings WHERE unit_id = :unit AND audience = :audience"),
        {"unit": unit_id, "audience": audience},
    )
    return {row.heading: ColumnMeaning(Field(row.field), row.role) for row in rows}


async def read_import(
    conn: AsyncConnection, import_id: int, *, master: MasterKey, now: datetime, progress: Progress | None = None
) -> None:
    """Reads an uploaded list, for a worker acting for its unit. Safe to run twice: what is not `reading` any more is left alone.

    Its row is not held meanwhile, so that `show_progress` can write to it: `lock_reading` keeps a second reader away.
    Raises `ReadingFailed` where we are at fault and not the list; it is tried again, up to `ATTEMPTS` times.
    """
    found = (
        await conn.execute(
            text("SELECT id, public_id, unit_id, audience, dry_run, attempts FROM imports WHERE id = :id AND state = 'reading'"),
            {"id": import_id},
        )
    ).one_or_none()
    if found is None:
        return
    checked: CheckedList | None = None
    refusal: ImportRefused | None = None
    try:
        if found.attempts > ATTEMPTS:
            raise ImportRefused("import.unreadable")
        checked = await _read_file(conn, found, master, progress)
    except ImportRefused as refused:
        refusal = refused
    failure = refusal.code if refusal else None
    ended = await conn.execute(
        text(
            "UPDATE imports SET state = :state, failure_code = :failure, counts = CAST(:counts AS jsonb),"
            " dropped_columns = :dropped, checked_at = :now, stage = NULL WHERE id = :id AND state = 'reading'"
        ),
        {
            "id": import_id,
            "state": "checked" if checked else "failed",
            "failure": failure,
            "counts": orjson.dumps(_counts(checked)).decode() if checked else None,
            "dropped": list(checked.dropped_columns) if checked else [],
            "now": now,
        },
    )
    if ended.rowcount == 0:  # somebody without the lock was quicker
        return
    key = await current_data_key(conn, master, found.unit_id)
    if checked is not None:
        await store_checked(conn, import_id, found.unit_id, checked, key, keep_rows=not found.dry_run)
    else:
        await clear_people(conn, import_id)
    if refusal is not None and refusal.columns:  # a person may know which column it is
        await store_columns(conn, import_id, key, [c for c in refusal.columns if isinstance(c, SeenColumn)])
    elif checked is None or found.dry_run:
        await delete_file(conn, import_id)
    await note_event(
        conn,
        None,
        Subject(found.unit_id, SUBJECT, found.public_id),
        Action.IMPORT_CHECKED if checked else Action.IMPORT_FAILED,
        now,
        **(dataclasses.asdict(checked.counts) if checked else {"code": failure}),
    )


def _counts(checked: CheckedList) -> dict[str, object]:
    return {**dataclasses.asdict(checked.counts), "left_out": report_of(checked.left_out)}


async def _read_file(
    conn: AsyncConnection, found: Row[tuple[object, ...]], master: MasterKey, progress: Progress | None
) -> CheckedList:
    data = await open_file(conn, found.id, master)
    if data is None:  # waited for longer than a file is kept
        raise ImportRefused("import.unreadable")
    meanings = await meanings_of(conn, found.unit_id, found.audience)
    try:
        return await asyncio.to_thread(read_list, data, "", audience=found.audience, meanings=meanings, progress=progress)
    except ImportRefused:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its text stays here
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise ReadingFailed(f"{type(error).__name__} in {where.name}, line {where.lineno}") from None
