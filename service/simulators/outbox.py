"""Every message the simulators took, in memory only, newest last; the oldest go when there are too many."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import uuid4

from service.simulators.mail_reading import ReadMail, read_mail

KEEP = 200_000  # about 300 MB; a machine left running for weeks does not fill up


@dataclass(slots=True)
class Sms:
    """One message at the gateway. `status`, `error_code` and `sent_at` change as it travels."""

    sid: str
    to: str
    sender: str
    text: str
    segments: int
    received_at: datetime
    callback_url: str
    valid_for: float = 36_000  # seconds; later it is not delivered
    status: str = "queued"
    error_code: int | None = None
    sent_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "channel": "sms",
            "to": self.to,
            "from": self.sender,
            "text": self.text,
            "received_at": self.received_at.isoformat(),
            "provider_id": self.sid,
        }


@dataclass(slots=True)
class Mail:
    """One message in the inbox, kept as it came off the wire and read only when someone looks."""

    id: str
    to: str
    sender: str
    raw: bytes
    received_at: datetime
    _read: ReadMail | None = field(default=None, repr=False)

    @property
    def read(self) -> ReadMail:
        if self._read is None:
            self._read = read_mail(self.raw)
        return self._read

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "channel": "email",
            "to": self.to,
            "from": self.sender,
            "subject": self.read.subject,
            "text": self.read.text,
            "html": self.read.html,
            "received_at": self.received_at.isoformat(),
            "provider_id": self.read.message_id or self.id,
        }


class Outbox:
    """What was taken. Never deduplicates: a message that comes twice is here twice."""

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._messages: dict[str, Sms | Mail] = {}
        self.clear()

    def clear(self) -> None:
        self._messages.clear()
        self._sms_to: dict[str, list[Sms]] = {}
        self.sms_count = 0
        self.mail_count = 0

    def add_sms(self, message: Sms) -> None:
        self._add(message.sid, message)
        self._sms_to.setdefault(message.to, []).append(message)
        self.sms_count += 1

    def add_mail(self, to: str, sender: str, raw: bytes, at: datetime) -> None:
        message = Mail(uuid4().hex, to, sender, raw, at)
        self._add(message.id, message)
        self.mail_count += 1

    def sms(self, sid: str) -> Sms | None:
        found = self._messages.get(sid)
        return found if isinstance(found, Sms) else None

    def mail(self, mail_id: str) -> Mail | None:
        found = self._messages.get(mail_id)
        return found if isinstance(found, Mail) else None

    def sms_to(self, to: str) -> list[Sms]:
        """Lists the SMS to a number, newest first, as Twilio lists them."""
        return self._sms_to.get(to, [])[::-1]

    def all(self) -> list[Sms | Mail]:
        """Copies everything, oldest first, safe to read in another thread."""
        return list(self._messages.values())

    def newest_sms(self, to: str = "") -> Iterator[Sms]:
        return (m for m in reversed(self._messages.values()) if isinstance(m, Sms) and (not to or m.to == to))

    def newest_mail(self, to: str, how_many: int) -> list[Mail]:
        found = (m for m in reversed(self._messages.values()) if isinstance(m, Mail) and (not to or m.to == to))
        return list(islice(found, how_many))

    def _add(self, key: str, message: Sms | Mail) -> None:
        self._messages[key] = message
        if len(self._messages) > self._keep:
            oldest = self._messages.pop(next(iter(self._messages)))
            if isinstance(oldest, Sms):
                rest = self._sms_to[oldest.to]
                rest.remove(oldest)
                if not rest:
                    del self._sms_to[oldest.to]
