"""The rows to fix as a workbook, and the same workbook back with corrections. Only these rows: the rest of the list is no export.

Every cell is written as text: a value that begins with "=" stays what a school wrote and never becomes a formula.
"""

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime

import xlsxwriter
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.errors import ImportRefused
from contact_registry.lists import CheckedRow, Counts, problem_message
from contact_registry.office_tables import read_cells_apart
from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.contacts.fixing import correct_rows, load_all, require_own, shown_cell
from service.contacts.importing import find_import
from service.contacts.looking import note_look
from service.contacts.reading import SUBJECT
from service.errors import Conflict, Invalid
from service.languages import Language, gettext, languages, ngettext_lazy
from service.languages import gettext_lazy as _

_FEW = 10
"""Rows that are taken without a question, however short the list."""
_NOTE = ngettext_lazy("Took {count:n} row to fix of a list", "Took {count:n} rows to fix of a list")
_SHEET, _ROW, _TO_FIX = _("Sheet"), _("Row"), _("To fix")


async def take_bad_rows(
    conn: AsyncConnection,
    actor: Actor,
    *,
    import_id: int,
    master: MasterKey,
    language: Language,
    now: datetime,
    confirm_rows: int | None = None,
) -> bytes:
    """Writes an xlsx of the rows with an error, each with what is to be done: a cell with an error as written, an address
    without one in part.

    The transaction acts for the import's unit. Many rows at once are more often a column taken for another than many mistakes:
    above a fifth of the list `confirm_rows` says how many. It is a look at people, and goes on record as one.

    Raises `Forbidden("auth.scope" | "contact.own_unit_only")`, `NotFound("import.unknown")`,
    `Conflict("import.not_allowed_in_state" | "import.dry_run" | "import.many_rows")`.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    require_own(actor, found)
    rows = await load_all(conn, found, master)
    bad = [row for row in rows if row.to_fix]
    if len(bad) > _FEW and len(bad) * 5 > len(rows) and confirm_rows != len(bad):
        raise Conflict("import.many_rows", count=len(bad), total=len(rows))
    note = _NOTE.in_(language, count=len(bad))
    await note_look(
        conn,
        actor,
        unit_id=found["unit_id"],
        subject=found["public_id"],
        reason="correct_data",
        note=note,
        master=master,
        now=now,
    )
    await note_event(
        conn, actor, Subject(found["unit_id"], SUBJECT, found["public_id"]), Action.IMPORT_ROWS_TAKEN, now, rows=len(bad)
    )
    return await asyncio.to_thread(_workbook, bad, language)


def _workbook(rows: Sequence[CheckedRow], language: Language) -> bytes:
    headings = list(dict.fromkeys(cell.heading for row in rows for cell in row.cells))
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Can sua")
        as_text = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(headings) + 1, 18, as_text)
        sheet.set_column(len(headings) + 2, len(headings) + 2, 80)
        sheet.freeze_panes(1, 2)
        for place, heading in enumerate([_SHEET.in_(language), _ROW.in_(language), *headings, _TO_FIX.in_(language)]):
            sheet.write_string(0, place, heading, book.add_format({"bold": True}))
        for line, row in enumerate(rows, start=1):
            written = {cell.heading: shown_cell(cell).value for cell in row.cells}
            advice = dict.fromkeys(gettext(language, problem_message(p.code)) for p in row.problems if p.severity == "error")
            values = [row.sheet or "", str(row.row), *(written.get(heading, "") for heading in headings), " ".join(advice)]
            for place, value in enumerate(values):
                sheet.write_string(line, place, value, as_text)
    return made.getvalue()


Lines = Sequence[Sequence[object]]
"""A workbook's first sheet, cell by cell."""


async def read_corrections(data: bytes) -> Lines:
    """Reads a workbook sent back, before anything is held for it. Raises `Invalid("import.unreadable" | "import.too_large")`."""
    try:
        return await read_cells_apart(data)
    except ImportRefused as refused:
        raise Invalid(refused.code) from None


async def take_corrections(
    conn: AsyncConnection, actor: Actor, lines: Lines, *, import_id: int, master: MasterKey, now: datetime
) -> Counts:
    """Takes the workbook of `take_bad_rows` back: what differs from the list is written anew. All of it or nothing.

    Raises what `correct_rows` does, and `Invalid("import.not_its_rows")` for a file that is not of this list.
    """
    actor.require("imports:write")
    found = await find_import(conn, import_id)
    rows = await load_all(conn, found, master)
    places: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault((row.sheet or "", str(row.row)), []).append(place)
    ours = {
        (_SHEET.in_(language), _ROW.in_(language)) for language in languages()
    }  # whoever sends it back may ask in another than who took it
    if not lines or tuple(str(cell) for cell in lines[0][:2]) not in ours:
        raise Invalid("import.not_its_rows")
    headings = [str(cell) for cell in lines[0]]
    changes: dict[int, dict[str, object]] = {}
    for line in lines[1:]:
        if not any(str(cell).strip() for cell in line[:2]):
            continue
        cells = dict(zip(headings, line, strict=False))
        place = _place(rows, places.get((str(line[0]), _whole(line[1])), []), cells)
        # What stands as it was written, or as it was shown, was not touched.
        stands = {cell.heading: {cell.written, shown_cell(cell).value} for cell in rows[place].cells}
        new = {h: v for h, v in cells.items() if h in stands and str(v).strip() not in stands[h]}
        if new:
            changes[place] = new
    return await correct_rows(conn, actor, import_id=import_id, changes=changes, master=master, now=now)


def _place(rows: Sequence[CheckedRow], places: Sequence[int], cells: dict[str, object]) -> int:
    """Which row a line of the workbook is: of two pupils side by side in one row, the one whose columns are filled in."""

    def filled(place: int) -> int:
        return sum(bool(str(cells.get(cell.heading, "")).strip()) for cell in rows[place].cells)

    if not places:
        raise Invalid("import.not_its_rows")
    return max(places, key=filled)


def _whole(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
