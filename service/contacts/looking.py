"""Seeing people in full: only by their own school's people, for a reason, and never without a row that says so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.people import ListedContact, load_contacts
from contact_registry.sealing import MasterKey, current_data_key, data_keys
from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.contacts.people import ContactPlace
from service.errors import FieldError, Forbidden, Invalid

LookReason = Literal["called_us", "call_back", "correct_data", "rights_request", "authority", "other"]
SUBJECT = "contact"
_NOTE = "look-note"


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked at whom. `by`, `account`: the account's name and id; `api_key`: the label of the key it came with;
    `number`: the cursor of a listing.
    """

    number: int
    at: datetime
    by: str
    account: UUID
    api_key: str | None
    contact: UUID
    reason: str
    note: str | None


async def reveal(
    conn: AsyncConnection,
    actor: Actor,
    *,
    place: ContactPlace,
    reason: LookReason,
    note: str | None,
    master: MasterKey,
    now: datetime,
) -> ListedContact:
    """Shows one person in full, and puts the look on record in the same transaction, which acts for the contact's unit.

    Raises `Forbidden("auth.scope" | "contact.own_unit_only")`, `Invalid("request.invalid")` for "other" without a note.
    """
    actor.require("contacts:reveal")
    if actor.unit_id != place.unit_id:
        raise Forbidden("contact.own_unit_only")
    written = (note or "").strip()
    if reason == "other" and not written:
        raise Invalid("request.invalid", fields=(FieldError("note", "contact.note_needed"),))
    await note_look(
        conn, actor, unit_id=place.unit_id, subject=place.public_id, reason=reason, note=written, master=master, now=now
    )
    await note_event(conn, actor, Subject(place.unit_id, SUBJECT, place.public_id), Action.CONTACT_REVEALED, now, reason=reason)
    (listed,) = await load_contacts(conn, master, place.unit_id, [place.id])
    return listed


async def note_look(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit_id: int,
    subject: UUID,
    reason: LookReason,
    note: str,
    master: MasterKey,
    now: datetime,
) -> None:
    """Writes down who looked at a contact, or at the rows of a list that is not applied yet (`subject`: the import)."""
    key = await current_data_key(conn, master, unit_id) if note else None
    await conn.execute(
        text(
            "INSERT INTO contact_looks (unit_id, at, account_id, api_key_id, contact, reason, note_sealed, data_key_id)"
            " VALUES (:unit, :now, :account, :api_key, :contact, :reason, CAST(:note AS bytea), CAST(:key AS bigint))"
        ),
        {
            "unit": unit_id,
            "now": now,
            "account": actor.account_id,
            "api_key": actor.api_key_id,
            "contact": subject,
            "reason": reason,
            "note": key and key.seal(note, _NOTE),
            "key": key and key.id,
        },
    )


async def list_looks(
    conn: AsyncConnection,
    *,
    unit_id: int,
    master: MasterKey,
    contact: UUID | None = None,
    account: UUID | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Look]:
    """Lists who looked at whom in the unit, the newest first, behind the one numbered `before`. The transaction acts for the
    unit.

    That the caller may ask (`audit:read`) is the edge's to see: an operator asks, too.
    """
    found = (
        await conn.execute(
            text(
                "SELECT l.id, l.at, l.contact, l.reason, l.note_sealed, l.data_key_id AS note_key, k.label,"
                "   a.public_id AS account, a.name_sealed, a.data_key_id AS name_key"
                "  FROM contact_looks l JOIN accounts a ON a.id = l.account_id LEFT JOIN api_keys k ON k.id = l.api_key_id"
                " WHERE l.unit_id = :unit AND l.id < coalesce(CAST(:before AS bigint), 9223372036854775807)"
                "   AND (CAST(:contact AS uuid) IS NULL OR l.contact = :contact)"
                "   AND (CAST(:account AS uuid) IS NULL OR a.public_id = :account)"
                " ORDER BY l.id DESC LIMIT :limit"
            ),
            {"unit": unit_id, "before": before, "contact": contact, "account": account, "limit": limit},
        )
    ).all()
    keys = await data_keys(conn, master, {key for row in found for key in (row.note_key, row.name_key) if key is not None})
    return [
        Look(
            row.id,
            row.at,
            keys[row.name_key].unseal(row.name_sealed, "name"),
            UUID(str(row.account)),
            row.label,
            UUID(str(row.contact)),
            row.reason,
            keys[row.note_key].unseal(row.note_sealed, _NOTE) if row.note_sealed else None,
        )
        for row in found
    ]
