"""What a carrier's code means, as data: whose fault it is, when a message is tried again, and how much of it a broadcast bears.

Each carrier's table stands in a module of its own beside this one; what a person reads of a code stands in `words`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ErrorClass = Literal["number", "content", "config", "temporary"]
"""What happens next: the one delivery ends; this text is sent no more; a person sets something right;
it is tried again by itself.
"""

Fault = Literal["number", "dead_address", "unreachable", "content", "sender", "account", "busy", "unknown"]
"""Whose fault a refusal is, as it is kept with the delivery.

    number        this address: no mobile number, refused by its holder, blocked
    dead_address  this address, for ever: it exists no more, and its school writes to it no more
    unreachable   this phone or mailbox, for now
    content       this text
    sender        our sender's name, at the carrier of this recipient
    account       our account or set-up
    busy          the carrier: too much at once, or a fault of its own
    unknown       the carrier did not say, or nobody knows its code
"""

CLASS_OF: Mapping[Fault, ErrorClass] = MappingProxyType(
    {
        "number": "number",
        "dead_address": "number",
        "unreachable": "temporary",
        "content": "content",
        "sender": "config",
        "account": "config",
        "busy": "temporary",
        "unknown": "config",
    }
)
_PLAIN: Mapping[ErrorClass, Fault] = MappingProxyType(
    {"number": "number", "content": "content", "config": "account", "temporary": "busy"}
)


@dataclass(frozen=True, slots=True)
class Retry:
    """Where the usual back-off is not it: some time between `after` and `up_to` seconds later, at most `most` times."""

    after: float
    up_to: float
    most: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """`slows_down`: the provider asks for less at once, and is given time. `of_recipient`: it says nothing of how it takes
    others' messages.
    `longest`: seconds that the doubling pause of either grows to. `says_nothing`: the provider was not spoken to.

    Of `content` and `config` only: `bears` is the share of a broadcast's messages that may meet this code, each ending for
    itself, before the broadcast stops; 0: the first one stops it. `of_account`: nobody's messages get through, not only this
    broadcast's.
    """

    fault: Fault
    retry: Retry | None = None
    slows_down: bool = False
    of_recipient: bool = False
    longest: float = 900.0
    says_nothing: bool = False
    bears: float = 0.0
    of_account: bool = False

    @property
    def error_class(self) -> ErrorClass:
        return CLASS_OF[self.fault]

    @property
    def stops(self) -> bool:
        """Whether it is no single delivery's matter."""
        return self.error_class in ("content", "config")


def plain(error_class: ErrorClass) -> Meaning:
    """Returns the meaning of a code of which no more than its class is known:
    whoever stands between us and the carrier has answered.
    """
    return Meaning(_PLAIN[error_class], of_account=error_class == "config")
