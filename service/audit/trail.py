"""The trail: one row a deed, written in the caller's transaction, so that nothing is done without it nor said undone.

No login but the owner's may change or delete a row. Details hold ids, codes and counts, never a person's name or address
(accounts are named by id).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor

Detail = str | int | bool | None | Sequence[str] | Sequence[int] | Mapping[str, int]


class Action(StrEnum):
    """Everything that leaves a mark. The first part names the room."""

    UNIT_CREATED = "unit.created"  # written by door_create_unit
    UNIT_REVISED = "unit.revised"  # written by door_revise_unit
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    EMAILS_TOLD_TAKEN = "account.emails_told_taken"  # somebody learned that emails have an account somewhere
    INVITATION_MADE = "invitation.made"
    INVITATION_REDEEMED = "invitation.redeemed"
    API_KEY_CREATED = "api_key.created"
    API_KEY_REVOKED = "api_key.revoked"
    SIGNING_KEY_CREATED = "signing_key.created"
    IMPORT_STARTED = "import.started"
    IMPORT_CHECKED = "import.checked"
    IMPORT_FAILED = "import.failed"
    IMPORT_APPLIED = "import.applied"
    IMPORT_UNDONE = "import.undone"
    IMPORT_COLUMNS_SAID = "import.columns_said"
    IMPORT_CORRECTED = "import.corrected"
    IMPORT_ROWS_TAKEN = "import.rows_taken"  # the bad rows, as a workbook
    CONTACT_ADDED = "contact.added"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_CORRECTED = "contact.corrected"
    CONTACT_REVEALED = "contact.revealed"
    CONTACT_ERASED = "contact.erased"
    CONTACTS_CONFIRMED = "contacts.confirmed"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    SUPPRESSION_ADDED = "suppression.added"
    SUPPRESSION_LIFTED = "suppression.lifted"
    SUPPRESSION_NOTICED = "suppression.noticed"  # by the system: a dead number or mailbox; written by door_suppress_dead
    BACKUP_MADE = "backup.made"
    BACKUP_RESTORED = "backup.restored"
    RETENTION_RUN = "retention.run"
    DATA_KEY_RETIRED = "data_key.retired"
    DATA_KEY_DELETED = "data_key.deleted"
    ROTATION_STOPPED = "rotation.stopped"
    ROTATION_CONTINUED = "rotation.continued"
    RULE_FILED = "data_rule.filed"
    LEAD_NAMED = "protection_lead.named"
    LEAD_ACCEPTED = "protection_lead.accepted"
    CARD_APPROVED = "verification_card.approved"
    TAKEDOWN_RECORDED = "takedown.recorded"
    TAKEDOWN_REMOVED = "takedown.removed"
    TAKEDOWNS_STATED = "takedown.stated"
    TEXT_REGISTERED = "registered_text.put"
    TEXT_WITHDRAWN = "registered_text.withdrawn"
    UNREGISTERED_RULED = "registered_text.rule"
    SMS_SCRIPT_SET = "registered_text.script"
    BROADCAST_DRAFTED = "broadcast.drafted"
    BROADCAST_EDITED = "broadcast.edited"
    BROADCAST_SUBMITTED = "broadcast.submitted"
    BROADCAST_RETURNED = "broadcast.returned"
    BROADCAST_APPROVED = "broadcast.approved"
    BROADCAST_PLANNED = "broadcast.planned"
    BROADCAST_FELL_BACK = "broadcast.fell_back"  # those whose SMS failed are written to by email
    BROADCAST_PAUSED = "broadcast.paused"
    BROADCAST_RESUMED = "broadcast.resumed"
    BROADCAST_CANCELLED = "broadcast.cancelled"
    BROADCAST_COMPLETED = "broadcast.completed"
    BROADCAST_REOPENED = "broadcast.reopened"  # completed, and some of it is tried again
    FAILED_RETRIED = "broadcast.failed_retried"
    UNCERTAIN_REPEATED = "broadcast.uncertain_repeated"  # by a person who knows that it may come twice
    TEST_CONTACTS_NAMED = "broadcast.test_contacts_named"
    NOT_REACHED_TAKEN = "broadcast.not_reached_taken"  # the class teacher's list


@dataclass(frozen=True, slots=True)
class Event:
    """One deed. `account_id` None: the system itself."""

    id: int
    at: datetime
    account_id: int | None
    api_key_id: int | None
    action: str
    subject_kind: str
    subject_id: str
    details: Mapping[str, Detail]


@dataclass(frozen=True, slots=True)
class Subject:
    """What was acted on: the unit whose trail it goes to, its kind ("broadcast"), and its id, which says nothing of a person."""

    unit_id: int
    kind: str
    id: str | int | UUID


async def note_event(
    conn: AsyncConnection, actor: Actor | None, subject: Subject, action: Action, now: datetime, /, **details: Detail
) -> None:
    """Adds an event to the trail of the subject's unit. `actor` None: the system did it.
    The transaction must act for that unit.
    """
    await conn.execute(
        text(
            "INSERT INTO audit_events (unit_id, at, account_id, api_key_id, action, subject_kind, subject_id, details)"
            " VALUES (:unit, :at, :account, :key, :action, :kind, :subject, CAST(:details AS jsonb))"
        ),
        {
            "unit": subject.unit_id,
            "at": now,
            "account": actor.account_id if actor else None,
            "key": actor.api_key_id if actor else None,
            "action": action.value,
            "kind": subject.kind,
            "subject": str(subject.id),
            "details": orjson.dumps(details).decode(),
        },
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deeds: of a broadcast (its id, or as much of its beginning as is given), of a unit, since a moment. None: of all."""

    broadcast: str | None = None
    unit_id: int | None = None
    since: datetime | None = None


_ALL = Wanted()
_WANTED = (
    " FROM audit_events WHERE id > :after AND (CAST(:unit AS bigint) IS NULL OR unit_id = :unit)"
    " AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)"
    " AND (CAST(:broadcast AS text) IS NULL OR subject_kind = 'broadcast' AND starts_with(subject_id, :broadcast))"
)


async def list_events(conn: AsyncConnection, *, after: int = 0, limit: int = 100, wanted: Wanted = _ALL) -> list[Event]:
    """Lists the acting unit's deeds in order (to the owner's login: everybody's), beginning behind the event `after`."""
    rows = await conn.execute(
        text(
            "SELECT id, at, account_id, api_key_id, action, subject_kind, subject_id, details"
            + _WANTED
            + " ORDER BY id LIMIT :limit"
        ),
        _values(after, wanted) | {"limit": limit},
    )
    return [Event(**row) for row in rows.mappings()]


async def count_events(conn: AsyncConnection, *, after: int = 0, wanted: Wanted = _ALL) -> int:
    """Counts the deeds there are behind the event `after`."""
    return int((await conn.execute(text("SELECT count(*)" + _WANTED), _values(after, wanted))).scalar_one())


def _values(after: int, wanted: Wanted) -> dict[str, object]:
    return {"after": after, "unit": wanted.unit_id, "since": wanted.since, "broadcast": wanted.broadcast}
