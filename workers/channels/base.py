"""What every carrier promises its caller: hand it a message, get back what is surely known. Never an exception of the carrier's.

    Accepted   the provider has it and gave it an id
    Refused    the provider surely did not take it: it may be sent again without a double
    Unknown    nobody can know whether it was taken: it must never be repeated by itself

The difference between `Refused` and `Unknown` is the whole point of this package. When in doubt, it is `Unknown`.
A programming error is not an outcome and is raised; what the caller was calling is then `Unknown` to it, too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

ErrorClass = Literal["number", "content", "config", "temporary"]
"""Why a provider refuses: this address; this text; our account or set-up; nothing lasting. Only `temporary` is retried by itself."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it over. `provider_id` is its name for the message (a Twilio SID; an email's Message-ID, without brackets).

    `sender`: under which name it says that an SMS leaves or left; None where it does not say, or not yet.
    """

    provider_id: str
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider surely did not take it. `code` is the provider's own ("21211", "smtp.550"), never its free text, which may hold an address."""

    code: str
    error_class: ErrorClass


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may or may not have gone. `reason` is one of our own words ("timeout", "disconnected", "http.502")."""

    reason: str


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Status:
    """What the provider says of a message now, in its own words: "sent", "delivered", "undelivered". `error_code`: None without one.
    `sender`: as in `Accepted`.
    """

    status: str
    error_code: str | None
    sender: str | None = None


class SmsChannel(Protocol):
    """A carrier of SMS."""

    async def send(self, to: str, text: str, callback_url: str, valid_for: float) -> Outcome:
        """Sends `text`, exactly as it stands, to the E.164 number `to`. Status changes go to `callback_url`.

        `valid_for`: seconds after which it must not be delivered any more.
        """

    async def find(self, to: str, since: datetime, containing: str) -> Accepted | None:
        """The message to `to`, created at `since` (aware) or later, whose text has `containing`; else `None`.

        `None` proves nothing: a listing may lag. Raises `CannotList` when the provider did not answer, which proves even less.
        """

    async def listed_until(self) -> datetime | None:
        """When, by our clock, the newest of our messages that the provider's list shows was created; `None` where it shows none.

        What was created before, the list is known to have caught up with. Raises `CannotList`.
        """

    async def fetch(self, provider_id: str) -> Status | None:
        """What the provider says of a message it accepted; `None` when it does not know it (any more). Raises `CannotList`."""

    async def close(self) -> None:
        """Lets the connections go."""


class EmailChannel(Protocol):
    """A carrier of email."""

    async def send(self, to: str, message: bytes) -> Outcome:
        """Sends a whole message (headers and body, CRLF lines) to the address `to`."""

    async def close(self) -> None:
        """Lets the connections go."""


class CannotList(Exception):
    """The provider's message list could not be read. `reason` is one of our own words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Slots:
    """What differs between two recipients of one broadcast's email. `way_out`: the https address that ends advisories to this one."""

    to: str
    number: str
    message_id: str
    way_out: str = ""
