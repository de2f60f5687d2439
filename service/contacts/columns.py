"""What a list's columns were taken for, and a person's better word: kept for the unit's next list, and the file is read again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import masked_cell
from contact_registry.headings import Field, ListOf, Role, fold_heading
from contact_registry.lists import LegacyText, SeenColumn
from contact_registry.present import load_columns
from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.contacts.importing import find_import
from service.contacts.reading import SUBJECT
from service.contacts.sealed_files import has_file
from service.errors import Conflict, FieldError, Forbidden, Invalid
from service.outbox import ReadImport, put

MEANINGS = frozenset({Field.NAME, Field.CLASS, Field.GRADE, Field.PHONE, Field.EMAIL, Field.ORDER, Field.IGNORED})
"""What a person may say of a column."""


NAMEABLE = frozenset({"import.no_contact_column", "import.letters_lost", "import.staff_list", "import.one_column"})
"""Refused for want of a known column: a person's word may be enough."""
_NAMELESS = frozenset({Field.CLASS, Field.GRADE, Field.ORDER})
_REPEATED = re.compile(r" \(\d+\)$")


@dataclass(frozen=True, slots=True)
class Said:
    """A person's word on one heading, as the list has it."""

    heading: str
    field: Field
    role: Role = "parent"


async def list_columns(
    conn: AsyncConnection, actor: Actor, *, import_id: int, master: MasterKey
) -> tuple[tuple[SeenColumn, ...], LegacyText | None]:
    """Lists every column with sample cells, and converted names to confirm, while the list is not applied.

    Samples are shown in part, and to the list's own unit only. The transaction acts for the import's unit. Raises `Forbidden`.
    """
    actor.require("imports:write")
    own = (await find_import(conn, import_id))["unit_id"] == actor.unit_id
    columns, legacy = await load_columns(conn, import_id, master)
    shown = tuple(column._replace(samples=_shown(column) if own else ()) for column in columns)
    return shown, replace(legacy, samples=()) if legacy and not own else legacy


def _shown(column: SeenColumn) -> tuple[str, ...]:
    return tuple(masked_cell(sample, names=column.field not in _NAMELESS) for sample in column.samples)


async def say_columns(
    conn: AsyncConnection, actor: Actor, *, import_id: int, said: Sequence[Said], master: MasterKey, now: datetime
) -> None:
    """Keeps these meanings for the unit and has the list read again.

    Which column holds the classes says the list's own unit: what a class is called stands in the open, and of names taken for
    classes everybody above would read them all, of the unit's next list, too.

    Raises `Forbidden("auth.scope" | "import.classes_by_own_unit")`, `NotFound("import.unknown")`,
    `Conflict("import.not_allowed_in_state" | "import.file_gone")` and `Invalid("import.column_must_drop" | "request.invalid")`;
    then nothing is changed.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    if actor.unit_id != found["unit_id"] and any(each.field is Field.CLASS for each in said):
        raise Forbidden("import.classes_by_own_unit")
    if found["state"] != "checked" and not (found["state"] == "failed" and found["failure_code"] in NAMEABLE):
        raise Conflict("import.not_allowed_in_state", state=found["state"])
    if not await has_file(conn, import_id):
        raise Conflict("import.file_gone")
    columns, _ = await load_columns(conn, import_id, master)
    meant = _by_heading(columns, said)
    await _remember(conn, found["unit_id"], found["audience"], meant, by=actor.account_id, now=now)
    await conn.execute(
        text(
            "UPDATE imports SET state = 'reading', failure_code = NULL, attempts = 0, stage = NULL, checked_at = NULL"
            " WHERE id = :id AND state IN ('checked', 'failed')"
        ),
        {"id": import_id},
    )
    await note_event(
        conn, actor, Subject(found["unit_id"], SUBJECT, found["public_id"]), Action.IMPORT_COLUMNS_SAID, now, columns=len(said)
    )
    await put(conn, ReadImport(unit_id=found["unit_id"], import_id=import_id), lane="bulk", now=now)


def _by_heading(columns: Sequence[SeenColumn], said: Sequence[Said]) -> dict[str, Said]:
    """What is said, by the heading it is remembered by. Two columns of one heading,
    told apart as "SĐT" and "SĐT (2)", mean the same.
    """
    seen = {column.heading for column in columns}

    def key(heading: str) -> str:
        alone = _REPEATED.sub("", heading)
        return fold_heading(alone if alone in seen else heading)

    fields = {key(column.heading): column.field for column in columns}
    meant: dict[str, Said] = {}
    wrong = []
    for n, each in enumerate(said):
        first = meant.setdefault(key(each.heading), each)
        if key(each.heading) not in fields:
            wrong.append(FieldError(f"columns.{n}.heading", "import.column_unknown"))
        elif (first.field, first.role) != (each.field, each.role):
            wrong.append(FieldError(f"columns.{n}.heading", "import.column_said_twice"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    if any(fields[heading] is Field.DROPPED for heading in meant):
        raise Invalid("import.column_must_drop")
    return meant


async def _remember(
    conn: AsyncConnection, unit_id: int, audience: ListOf, meant: Mapping[str, Said], *, by: int, now: datetime
) -> None:
    await conn.execute(
        text(
            "INSERT INTO column_meanings (unit_id, audience, heading, field, role, set_by, set_at)"
            " SELECT :unit, :audience, heading, field, role, :by, :now"
            " FROM unnest(CAST(:headings AS text[]), CAST(:fields AS text[]), CAST(:roles AS text[])) AS said"
            " (heading, field, role)"
            " ON CONFLICT (unit_id, audience, heading)"
            " DO UPDATE SET field = excluded.field, role = excluded.role, set_by = excluded.set_by, set_at = excluded.set_at"
        ),
        {
            "unit": unit_id,
            "audience": audience,
            "by": by,
            "now": now,
            "headings": list(meant),
            "fields": [each.field.value for each in meant.values()],
            "roles": [each.role for each in meant.values()],
        },
    )
