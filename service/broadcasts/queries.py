"""Broadcasts as they are read: one, a page of them, and where one of them lives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.audit import Subject
from service.errors import NotFound


@dataclass(frozen=True, slots=True)
class BroadcastView:
    """A broadcast without its progress. `id` and the ids of accounts are internal; `unit` is the code.

    `public_serial`: the delivery number behind the public look-up number, once approved (`LookupNumbers.written` writes it).
    `record_id`: the signed record, once approved. `waits_until`: nothing of it leaves before. `stalled_since`: nothing has left
    of it since then though it should. `template`: the ready text whose words these are.
    `fallback`: the channel by which whoever has no working number is written to.
    """

    id: int
    public_id: UUID
    unit_id: int
    unit: str
    state: str
    kind: str
    urgency: str
    title: str
    texts: Mapping[str, Any]
    template: str | None
    sms_script: str
    audience: Mapping[str, Any]
    channels: tuple[str, ...]
    fallback: str | None
    drill: bool
    send_at: datetime | None
    expires_at: datetime
    waits_until: datetime | None
    stalled_since: datetime | None
    author_id: int
    editor_ids: tuple[int, ...]
    version: int
    digest: str | None
    audience_count: int | None
    audience_confirmed: int | None
    submitted_by: int | None
    submitted_at: datetime | None
    approved_by: int | None
    approved_at: datetime | None
    return_reason: str | None
    pause_reason: str | None
    restored_from: datetime | None
    cancel_reason: str | None
    record_id: UUID | None
    public_serial: int | None
    planned_at: datetime | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def subject(self) -> Subject:
        """What its events in the trail are about."""
        return Subject(self.unit_id, "broadcast", self.public_id)

    def written_by(self, account_id: int) -> bool:
        """Tells whether this account wrote or edited it: it may not approve it then."""
        return account_id in (self.author_id, *self.editor_ids)

    @property
    def open(self) -> bool:
        """Whether anything of it may still leave."""
        return self.state not in ("completed", "cancelled")

    @property
    def lane(self) -> Literal["urgent", "bulk"]:
        """The queue it travels in."""
        return "bulk" if self.urgency == "advisory" else "urgent"


@dataclass(frozen=True, slots=True)
class Located:
    """Where a broadcast lives: its internal id and its unit."""

    id: int
    unit_id: int


_COLUMNS = """
SELECT b.id, b.public_id, b.unit_id, u.code AS unit, b.state, b.kind, b.urgency, b.title, b.texts, b.template,
       b.sms_script, b.audience, b.channels, b.fallback, b.drill, b.send_at, b.expires_at, b.waits_until,
       b.stalled_since, b.author_id, b.editor_ids, b.version, b.digest, b.audience_count, b.audience_confirmed,
       b.submitted_by, b.submitted_at, b.approved_by, b.approved_at, b.return_reason, b.pause_reason, b.restored_from,
       b.cancel_reason, b.record_id, r.public_number AS public_serial, b.planned_at, b.completed_at, b.created_at, b.updated_at
  FROM {broadcasts} b JOIN units u ON u.id = b.unit_id LEFT JOIN records r ON r.id = b.record_id
"""
_SELECT = _COLUMNS.format(broadcasts="broadcasts")
SELECT_CHANGED = _COLUMNS.format(broadcasts="changed")
"""To stand behind `WITH changed AS (UPDATE broadcasts … RETURNING *)`: the broadcast as the change leaves it."""


def view_of(row: RowMapping) -> BroadcastView:
    """Makes a broadcast of a row of these columns."""
    return BroadcastView(**{**row, "channels": tuple(row["channels"]), "editor_ids": tuple(row["editor_ids"])})


async def locate_broadcast(conn: AsyncConnection, public_id: UUID) -> Located:
    """Finds which broadcast of the acting unit (or, with the subtree scope, below it) has this id. Raises
    `NotFound("broadcast.unknown")`.
    """
    row = (await conn.execute(text("SELECT id, unit_id FROM broadcasts WHERE public_id = :id"), {"id": public_id})).one_or_none()
    if row is None:
        raise NotFound("broadcast.unknown")
    return Located(row.id, row.unit_id)


async def find_broadcast(conn: AsyncConnection, broadcast_id: int, *, lock: bool = False) -> BroadcastView:
    """Loads the broadcast as it is now; with `lock`, holds it against others until the transaction ends. Raises
    `NotFound("broadcast.unknown")`.
    """
    ending = " WHERE b.id = :id" + (" FOR UPDATE OF b" if lock else "")
    row = (await conn.execute(text(_SELECT + ending), {"id": broadcast_id})).mappings().one_or_none()
    if row is None:
        raise NotFound("broadcast.unknown")
    return view_of(row)


async def list_broadcasts(conn: AsyncConnection, *, before: int | None = None, limit: int = 50) -> list[BroadcastView]:
    """Lists broadcasts of the acting unit, and with the subtree scope below it, the newest first, beginning behind the internal
    id `before`.
    """
    rows = await conn.execute(
        text(_SELECT + " WHERE b.id < coalesce(:before, 9223372036854775807) ORDER BY b.id DESC LIMIT :limit"),
        {"before": before, "limit": limit},
    )
    return [view_of(row) for row in rows.mappings()]
