"""Correcting single cells of a checked list, and the whole list looked at again: one row may have been another's double."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses import masked
from contact_registry.headings import Field
from contact_registry.lists import CheckedCell, CheckedRow, Counts, recheck_row, rechecked
from contact_registry.present import load_rows, replace_rows, row_key_ids
from contact_registry.sealing import MasterKey, current_data_key, data_keys
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.contacts.importing import find_import, require_state
from service.contacts.reading import SUBJECT
from service.errors import Conflict, FieldError, Forbidden, Invalid, NotFound

_CHANNELS = {Field.PHONE: "sms", Field.EMAIL: "email"}


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as its clerk sees it: with an error as it was written, else a number or an address only in part (`masked`)."""

    column: str
    field: Field
    value: str
    masked: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its cells and the codes of its problems, by column. `position`: what a correction names."""

    position: int
    row: CheckedRow
    cells: tuple[ShownCell, ...]


async def list_rows(
    conn: AsyncConnection, actor: Actor, *, import_id: int, master: MasterKey, only_to_fix: bool, after: int, limit: int
) -> list[ShownRow]:
    """Lists rows of a list that is not applied yet, behind the position `after`. The transaction acts for the import's unit.

    Raises `Forbidden("contact.own_unit_only")`: a cell with an error is shown as it was written.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    require_own(actor, found)
    rows = await load_all(conn, found, master)
    wanted = [n for n in range(after + 1, len(rows)) if rows[n].to_fix or not only_to_fix]
    return [ShownRow(n, rows[n], tuple(map(shown_cell, rows[n].cells))) for n in wanted[:limit]]


def require_own(actor: Actor, found: RowMapping) -> None:
    """Holds what a list says in full to the list's own unit. Raises `Forbidden("contact.own_unit_only")`."""
    if actor.unit_id != found["unit_id"]:
        raise Forbidden("contact.own_unit_only")


def shown_cell(cell: CheckedCell) -> ShownCell:
    """Shows a cell as its clerk sees it."""
    channel = _CHANNELS.get(cell.field)
    if channel is None or cell.codes or not cell.values:
        return ShownCell(cell.heading, cell.field, cell.written, masked=False)
    return ShownCell(cell.heading, cell.field, "; ".join(masked(channel, value) for value in cell.values), masked=True)


async def load_all(conn: AsyncConnection, found: RowMapping, master: MasterKey) -> tuple[CheckedRow, ...]:
    """Loads every row as it stands, with the problems of all rows together. Raises `Conflict` for a list without rows."""
    require_state(found, "checked")
    if found["dry_run"]:
        raise Conflict("import.dry_run")
    keys = await data_keys(conn, master, await row_key_ids(conn, found["id"]))
    loaded = await load_rows(conn, found["id"], keys, of=found["audience"])
    rows, _ = await asyncio.to_thread(rechecked, loaded)  # half a second for the largest list: others are served meanwhile
    return rows


Changes = Mapping[int, Mapping[str, object]]
"""By position: what is now written under which heading."""


async def correct_rows(
    conn: AsyncConnection, actor: Actor, *, import_id: int, changes: Changes, master: MasterKey, now: datetime
) -> Counts:
    """Writes these cells anew and checks the list again; its counts now. All of it or nothing.

    Raises `Forbidden`, `NotFound("import.unknown" | "import.row_unknown")`, `Conflict("import.not_allowed_in_state" |
    "import.dry_run")`, `Invalid("request.invalid")` for a column that the row does not have.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    rows = list(await load_all(conn, found, master))
    for position, cells in changes.items():
        if not 0 <= position < len(rows):
            raise NotFound("import.row_unknown")
        try:
            rows[position] = recheck_row(rows[position], cells, of=found["audience"])
        except KeyError:
            raise Invalid("request.invalid", fields=(FieldError("cells", "import.column_unknown"),)) from None
    again, counts = await asyncio.to_thread(rechecked, rows)
    key = await current_data_key(conn, master, found["unit_id"])
    await replace_rows(conn, import_id, found["unit_id"], again, changes.keys(), key)
    await conn.execute(
        text("UPDATE imports SET counts = counts || CAST(:counts AS jsonb) WHERE id = :id AND state = 'checked'"),
        {"id": import_id, "counts": orjson.dumps(counts).decode()},
    )
    await note_event(
        conn,
        actor,
        Subject(found["unit_id"], SUBJECT, found["public_id"]),
        Action.IMPORT_CORRECTED,
        now,
        rows=len(changes),
        to_fix=counts.to_fix,
    )
    return counts
