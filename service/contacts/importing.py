"""Importing a school's list: upload (sealed at once), reading by a worker (reading.py), applying by a person.

reading ──► checked ──► applied          A dry run keeps its report only and ends at `checked`.
   └──────► failed   (failure_code says why)
"""

import dataclasses
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import (
    Applied,
    ImportRefused,
    MasterKey,
    apply_list,
    current_data_key,
    data_keys,
    row_key_ids,
    sniff,
)
from service.actors import Actor
from service.audit import Action, record_event
from service.clock import LOCAL
from service.contacts.reading import SUBJECT
from service.contacts.sealed_files import store_file
from service.errors import Conflict, Invalid, NotFound, TooLarge
from service.keyring.deployment import deployment_key
from service.outbox import ReadImport, put


def school_year_of(now: datetime) -> str:
    """Written 2026-2027. A year's lists are made from July on; what comes before belongs to the year that is ending."""
    today = now.astimezone(LOCAL)
    first = today.year if today.month >= 7 else today.year - 1
    return f"{first}-{first + 1}"


async def start_import(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit_id: int,
    filename: str,  # noqa: ARG001 - names of files name people; the bytes say what they are
    data: bytes,
    dry_run: bool,
    master: MasterKey,
    now: datetime,
) -> UUID:
    """Takes a list in and has it read. The transaction must act for `unit_id`. Returns the import's public id.

    Raises `Forbidden`, `TooLarge("import.too_large")`, `Invalid("import.unreadable" | "import.password_protected")`.
    """
    actor.require("imports:write")
    try:
        sniff(data)
    except ImportRefused as refused:
        raise (TooLarge if refused.code == "import.too_large" else Invalid)(refused.code) from None
    made = (
        await conn.execute(
            text(
                "INSERT INTO imports (unit_id, state, dry_run, school_year, created_by, created_at)"
                " VALUES (:unit, 'reading', :dry_run, :year, :by, :now) RETURNING id, public_id"
            ),
            {"unit": unit_id, "dry_run": dry_run, "year": school_year_of(now), "by": actor.account_id, "now": now},
        )
    ).one()
    await store_file(conn, made.id, data, await current_data_key(conn, master, unit_id), now=now)
    await record_event(
        conn,
        actor=actor,
        unit_id=unit_id,
        action=Action.IMPORT_STARTED,
        subject_kind=SUBJECT,
        subject_id=made.public_id,
        details={"bytes": len(data), "dry_run": dry_run},
        now=now,
    )
    await put(conn, ReadImport(unit_id=unit_id, import_id=made.id), lane="bulk", now=now)
    return UUID(str(made.public_id))


async def apply_import(conn: AsyncConnection, actor: Actor, *, import_id: int, master: MasterKey, now: datetime) -> Applied:
    """Makes a checked list the unit's present list of parents. The transaction must act for the import's unit.

    Raises `Forbidden`, `NotFound("import.unknown")`, `Conflict("import.dry_run" | "import.not_allowed_in_state")`.
    """
    actor.require("imports:write")
    found = (
        await conn.execute(
            text("SELECT id, public_id, unit_id, state, dry_run, school_year FROM imports WHERE id = :id FOR UPDATE"),
            {"id": import_id},
        )
    ).one_or_none()
    if found is None:
        raise NotFound("import.unknown")
    if found.dry_run:
        raise Conflict("import.dry_run")
    if found.state != "checked":
        raise Conflict("import.not_allowed_in_state", state=found.state)
    applied = await apply_list(
        conn,
        import_id,
        found.unit_id,
        await current_data_key(conn, master, found.unit_id),
        await deployment_key(conn, master, "address_index"),
        school_year=found.school_year,
        sealed_with=await data_keys(conn, master, await row_key_ids(conn, import_id)),
    )
    # Applied rows live on as contacts: a second sealed copy of every family would only be one more thing to lose.
    await conn.execute(text("DELETE FROM import_rows WHERE import_id = :id"), {"id": import_id})
    await conn.execute(
        text("UPDATE imports SET state = 'applied', applied_at = :now, applied_by = :by WHERE id = :id AND state = 'checked'"),
        {"id": import_id, "now": now, "by": actor.account_id},
    )
    await record_event(
        conn,
        actor=actor,
        unit_id=found.unit_id,
        action=Action.IMPORT_APPLIED,
        subject_kind=SUBJECT,
        subject_id=found.public_id,
        details=dataclasses.asdict(applied),
        now=now,
    )
    return applied
