"""What to say, taken only from a record whose signature was just verified.
Verified and laid out once per record, not per parent.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.broadcasts import waits_until
from service.clock import QuietHours
from service.keyring import public_keys
from service.records import opened_record
from service.signing.records import Record
from workers.channels.email_mime import EmailBlueprint

_KEPT = 32
_GOOD_FOR = 3600.0  # seconds: a warning that goes on after a night has another date then
_WAITED = text("SELECT send_at, waits_until FROM broadcasts WHERE record_id = :record")


@dataclass(frozen=True, slots=True)
class Content:
    """A record's final texts. `sms` has the slot `{number}`; each is None where the record has no such text.

    `one_click`: its email has a way out in its header.
    """

    sms: str | None
    email: EmailBlueprint | None
    expires_at: datetime
    one_click: bool


class Contents:
    """Opened records by id, the latest few. A record never changes, so neither does what is kept here."""

    def __init__(self, email_sender: str, *, ways_out: bool = False, quiet: QuietHours | None = None) -> None:
        """`ways_out`: whether advisories may have one. `quiet`: hours that warnings wait for, emergencies do not."""
        self._sender = email_sender
        self._ways_out = ways_out
        self._quiet = quiet
        self._kept: OrderedDict[UUID, tuple[Content, float]] = OrderedDict()

    def kept(self, record_id: UUID) -> Content | None:
        """Returns what is kept of a record."""
        content, good_until = self._kept.get(record_id, (None, 0.0))
        return content if time.monotonic() < good_until else None

    async def of(self, conn: AsyncConnection, record_id: UUID) -> Content:
        """Raises `VerificationError`: then nothing is sent."""
        content = self.kept(record_id)
        if content is None:
            record = await opened_record(conn, record_id, await public_keys(conn))
            texts = record.texts
            sms = texts.get("sms", {})
            email = texts.get("email")
            one_click = self._ways_out and record.urgency == "advisory"
            content = Content(
                sms=next(iter(sms.values()), None),
                email=EmailBlueprint(
                    sender=self._sender,
                    sender_name=record.issuer.name,
                    subject=email["subject"],
                    text=email["text"],
                    html=email["html"],
                    date=await self._left_at(conn, record),
                    one_click=one_click,
                )
                if email
                else None,
                expires_at=record.expires_at,
                one_click=one_click,
            )
            self._kept[record_id] = content, time.monotonic() + _GOOD_FOR
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(record_id)
        return content

    async def _left_at(self, conn: AsyncConnection, record: Record) -> datetime:
        """When its letters may leave: whoever sees one dated hours before it came takes it for spam, or for old.

        Not the clock's time, so that every try of a delivery is the same letter.
        """
        row = (await conn.execute(_WAITED, {"record": record.id})).first()
        send_at, waited = (row.send_at, row.waits_until) if row else (None, None)
        first = waits_until(record.urgency, send_at, self._quiet, record.created_at)
        return max(at for at in (record.created_at, first, waited) if at is not None)
