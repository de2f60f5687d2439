"""What to say, taken only from a record whose signature was just verified. Verified and laid out once per record, not per parent."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from service.keyring import public_keys
from service.records import opened_record
from workers.channels.email_mime import EmailBlueprint

_KEPT = 32


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

    def __init__(self, email_sender: str, *, ways_out: bool = False) -> None:
        """`ways_out`: whether advisories may have one."""
        self._sender = email_sender
        self._ways_out = ways_out
        self._kept: OrderedDict[UUID, Content] = OrderedDict()

    def kept(self, record_id: UUID) -> Content | None:
        """What is kept of it."""
        return self._kept.get(record_id)

    async def of(self, conn: AsyncConnection, record_id: UUID) -> Content:
        """Raises `VerificationError`: then nothing is sent."""
        if record_id not in self._kept:
            record = await opened_record(conn, record_id, await public_keys(conn))
            texts = record.texts
            sms = texts.get("sms", {})
            email = texts.get("email")
            one_click = self._ways_out and record.urgency == "advisory"
            self._kept[record_id] = Content(
                sms=next(iter(sms.values()), None),
                email=EmailBlueprint(
                    sender=self._sender,
                    sender_name=record.issuer.name,
                    subject=email["subject"],
                    text=email["text"],
                    html=email["html"],
                    date=record.created_at,
                    one_click=one_click,
                )
                if email
                else None,
                expires_at=record.expires_at,
                one_click=one_click,
            )
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(record_id)
        return self._kept[record_id]
