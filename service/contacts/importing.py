"""Importing a school's list: upload (sealed at once), reading by a worker (reading.py), corrections,
applying and undoing by a person.

reading ──► checked ──► applied ──► undone          A dry run keeps its report only and ends at `checked`.
   ▲ │          └─► reading   (another meaning for a column)
   │ └──► failed   (failure_code says why)
   └────────┘  no column of numbers was known, and a person says which it is
"""

import dataclasses
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.errors import ImportRefused, ManyGone
from contact_registry.headings import ListOf
from contact_registry.present import Applied, apply_list, clear_people, lock_lists, row_key_ids, undo_list
from contact_registry.sealing import MasterKey, current_data_key, data_keys
from contact_registry.spreadsheets import sniff
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.clock import school_year_of
from service.contacts.choices import NOTHING_SAID, Choices, rows_to_leave
from service.contacts.reading import SUBJECT
from service.contacts.sealed_files import delete_file, store_file
from service.errors import Conflict, Invalid, NotFound, TooLarge
from service.keyring.deployment import deployment_key
from service.outbox import ReadImport, put
from service.readiness import readiness_of

UNDO_WITHIN = timedelta(days=30)
"""As long as what a list ended is kept."""


async def start_import(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit_id: int,
    data: bytes,
    dry_run: bool,
    master: MasterKey,
    now: datetime,
    audience: ListOf = "parents",
) -> UUID:
    """Takes a list in and has it read. The transaction must act for `unit_id`. Returns the import's public id.

    The name of its file is not asked for: it may name people, and the bytes say what they are.

    Raises `Forbidden`, `Conflict("unit.not_ready")`, `TooLarge("import.too_large")`,
    `Invalid("import.unreadable" | "import.password_protected")`.
    """
    actor.require("imports:write")
    (await readiness_of(conn, unit_id, now=now)).require_for_list()
    try:
        sniff(data)
    except ImportRefused as refused:
        raise (TooLarge if refused.code == "import.too_large" else Invalid)(refused.code) from None
    made = (
        await conn.execute(
            text(
                "INSERT INTO imports (unit_id, audience, state, dry_run, school_year, created_by, created_at)"
                " VALUES (:unit, :audience, 'reading', :dry_run, :year, :by, :now) RETURNING id, public_id"
            ),
            {
                "unit": unit_id,
                "audience": audience,
                "dry_run": dry_run,
                "year": school_year_of(now),
                "by": actor.account_id,
                "now": now,
            },
        )
    ).one()
    await store_file(conn, made.id, data, await current_data_key(conn, master, unit_id), now=now)
    await note_event(
        conn,
        actor,
        Subject(unit_id, SUBJECT, made.public_id),
        Action.IMPORT_STARTED,
        now,
        bytes=len(data),
        dry_run=dry_run,
        audience=audience,
    )
    await put(conn, ReadImport(unit_id=unit_id, import_id=made.id), lane="bulk", now=now)
    return UUID(str(made.public_id))


async def find_import(conn: AsyncConnection, import_id: int) -> RowMapping:
    """Finds the import's row and holds it until the transaction ends. Raises `NotFound("import.unknown")`."""
    found = await conn.execute(
        text(
            "SELECT id, public_id, unit_id, audience, state, dry_run, school_year, failure_code, applied_at FROM imports"
            " WHERE id = :id FOR UPDATE"
        ),
        {"id": import_id},
    )
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound("import.unknown")
    return row


def require_state(found: RowMapping, state: str) -> None:
    """Returns nothing, or raises `Conflict("import.not_allowed_in_state")`."""
    if found["state"] != state:
        raise Conflict("import.not_allowed_in_state", state=found["state"])


async def apply_import(
    conn: AsyncConnection,
    actor: Actor,
    *,
    import_id: int,
    master: MasterKey,
    now: datetime,
    confirm_gone: int | None = None,
    choices: Choices = NOTHING_SAID,
) -> Applied:
    """Makes a checked list the unit's present list, or that of its classes alone. The transaction must act for the import's unit.

    Raises `Forbidden`, `NotFound("import.unknown")`, `Conflict` with `import.dry_run`, `import.not_allowed_in_state`,
    `unit.not_ready`, `import.no_classes`, `import.hidden_rows` (see `Choices`) or, where many of the present contacts would go
    and `confirm_gone` is not how many, `import.many_gone`.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    if found["dry_run"]:
        raise Conflict("import.dry_run")
    require_state(found, "checked")
    (await readiness_of(conn, found["unit_id"], now=now)).require_for_list()
    leave = await rows_to_leave(conn, found, choices)
    try:
        applied = await apply_list(
            conn,
            import_id,
            found["unit_id"],
            await current_data_key(conn, master, found["unit_id"]),
            await deployment_key(conn, master, "address_index"),
            school_year=found["school_year"],
            of=found["audience"],
            confirm_gone=confirm_gone,
            sealed_with=await data_keys(conn, master, await row_key_ids(conn, import_id)),
            only_classes=choices.only_classes,
            leave=leave,
        )
    except ManyGone as many:
        raise Conflict("import.many_gone", gone=many.gone, present=many.present) from None
    # Applied rows live on as contacts: a second sealed copy of every family would only be one more thing to lose.
    await clear_people(conn, import_id)
    await delete_file(conn, import_id)
    await conn.execute(
        text("UPDATE imports SET state = 'applied', applied_at = :now, applied_by = :by WHERE id = :id AND state = 'checked'"),
        {"id": import_id, "now": now, "by": actor.account_id},
    )
    chosen = {"only_classes": 1} if choices.only_classes else {}
    await _note(conn, actor, found, Action.IMPORT_APPLIED, now, **dataclasses.asdict(applied), **chosen)
    return applied


async def undo_import(conn: AsyncConnection, actor: Actor, *, import_id: int, now: datetime) -> None:
    """Takes the unit's latest applied list back: the list before it is the present one again.

    Raises `Forbidden`, `NotFound("import.unknown")`, `Conflict` with `import.not_allowed_in_state`, `import.not_latest` or
    `import.too_old_to_undo`.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    require_state(found, "applied")
    await lock_lists(conn, found["unit_id"])  # a list that is being applied is later than this one, though nobody sees it yet
    later = await conn.execute(
        text(
            "SELECT 1 FROM imports WHERE unit_id = :unit AND audience = :audience AND state = 'applied'"
            " AND (applied_at, id) > (:applied, :id) LIMIT 1"
        ),
        {"unit": found["unit_id"], "audience": found["audience"], "applied": found["applied_at"], "id": import_id},
    )
    if later.first() is not None:
        raise Conflict("import.not_latest")
    if found["applied_at"] < now - UNDO_WITHIN:
        raise Conflict("import.too_old_to_undo", days=UNDO_WITHIN.days)
    await undo_list(conn, import_id, found["unit_id"])
    await conn.execute(
        text("UPDATE imports SET state = 'undone', undone_at = :now, undone_by = :by WHERE id = :id AND state = 'applied'"),
        {"id": import_id, "now": now, "by": actor.account_id},
    )
    await _note(conn, actor, found, Action.IMPORT_UNDONE, now)


async def _note(conn: AsyncConnection, actor: Actor, found: RowMapping, action: Action, now: datetime, **details: int) -> None:
    await note_event(conn, actor, Subject(found["unit_id"], SUBJECT, found["public_id"]), action, now, **details)
