"""What every carrier promises its caller: hand it a message, get back what is surely known. Never an exception of the carrier's.

What is known is an `Outcome` (`service.carriers.outcomes`): Accepted, Refused, or Unknown, which must never be repeated by
itself. A programming error is not an outcome and is raised; what the caller was calling is then `Unknown` to it, too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.carriers import Accepted, Outcome, Refused, Said, Unknown


class SmsChannel(Protocol):
    """A carrier of SMS."""

    async def send(self, to: str, text: str, callback_url: str, valid_for: float) -> Outcome:
        """Sends `text`, exactly as it stands, to the E.164 number `to`. Status changes go to `callback_url`.

        `valid_for`: seconds after which it must not be delivered any more.
        """

    async def find(self, to: str, since: datetime, containing: str) -> Accepted | None:
        """Finds the message to `to`, created at `since` (aware) or later, whose text has `containing`; else `None`.

        `None` proves nothing: a listing may lag. Raises `CannotList` when the provider did not answer, which proves even less.
        """

    async def listed_until(self) -> datetime | None:
        """Returns when, by our clock, the newest of our messages that the provider's list shows was created; `None` where it
        shows none.

        What was created before, the list is known to have caught up with. Raises `CannotList`.
        """

    async def fetch(self, provider_id: str) -> Said | None:
        """Asks what the provider says of a message it accepted; `None` when it does not know it. Raises `CannotList`."""

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
    """What differs between two recipients of one broadcast's email.
    `way_out`: the https address that ends advisories to this one.
    """

    to: str
    number: str
    message_id: str
    way_out: str = ""


__all__ = ["Accepted", "CannotList", "EmailChannel", "Outcome", "Refused", "Said", "Slots", "SmsChannel", "Unknown"]
