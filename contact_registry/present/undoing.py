"""Undoing an applied list: what it added goes, what it ended is back, what it changed is as it was. Suppressions stay."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.present.applying import lock_lists

_MADE = "(SELECT id FROM contacts WHERE unit_id = :unit AND ended_by IS NULL AND import_id = :import)"
_STEPS = (
    # What a person has since added by hand to a contact of this list goes with the contact.
    f"DELETE FROM enrolments WHERE unit_id = :unit AND ended_by IS NULL AND (import_id = :import OR contact_id IN {_MADE})",
    f"DELETE FROM contact_points WHERE unit_id = :unit AND ended_by IS NULL AND (import_id = :import OR contact_id IN {_MADE})",
    "DELETE FROM contacts WHERE unit_id = :unit AND ended_by IS NULL AND import_id = :import",
    "UPDATE contacts SET ended_by = NULL WHERE unit_id = :unit AND ended_by = :import",
    (
        # What was put in by hand since then is newer than what comes back.
        "DELETE FROM contact_points p WHERE unit_id = :unit AND ended_by = :import AND EXISTS ("
        "  SELECT FROM contact_points q WHERE q.unit_id = p.unit_id AND q.audience = p.audience AND q.channel = p.channel"
        "     AND q.address_hash = p.address_hash AND q.ended_by IS NULL)"
    ),
    "UPDATE contact_points SET ended_by = NULL WHERE unit_id = :unit AND ended_by = :import",
    "UPDATE enrolments SET ended_by = NULL WHERE unit_id = :unit AND ended_by = :import",
    (
        "UPDATE contacts c SET role = w.role_was, school_year = w.school_year_was FROM import_changes w"
        " WHERE w.import_id = :import AND w.unit_id = :unit AND c.unit_id = :unit AND c.id = w.contact_id"
    ),
    "DELETE FROM import_changes WHERE unit_id = :unit AND import_id = :import",
)


async def undo_list(conn: AsyncConnection, import_id: int, unit_id: int) -> None:
    """Takes back the unit's last applied import of its kind; that it is the last is the caller's to see. Acts for the unit."""
    await lock_lists(conn, unit_id)
    for step in _STEPS:
        await conn.execute(text(step), {"unit": unit_id, "import": import_id})
