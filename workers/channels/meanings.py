"""What a refusal's code means, as data: its class, when it is tried again, and how much of it a broadcast bears.

The tables stand beside their channels (`twilio_errors`, `smtp_errors`); the words a person reads are the service's
(`service.deliveries.answers.reasons`), and a test holds that each code has some.
"""

from dataclasses import dataclass

from workers.channels.base import ErrorClass


@dataclass(frozen=True, slots=True)
class Retry:
    """Where the usual back-off is not it: some time between `after` and `up_to` seconds later, at most `most` times."""

    after: float
    up_to: float
    most: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """`slows_down`: the provider asks for less at once, and is given time. `of_recipient`: it says nothing of how it takes others' messages.
    `longest`: seconds that the doubling pause of either grows to. `says_nothing`: the provider was not spoken to.

    Of `content` and `config` only: `bears` is the share of a broadcast's messages that may meet this code, each ending for itself,
    before the broadcast stops; 0: the first one stops it. `of_account`: nobody's messages get through, not only this broadcast's.
    """

    error_class: ErrorClass
    retry: Retry | None = None
    slows_down: bool = False
    of_recipient: bool = False
    longest: float = 900.0
    says_nothing: bool = False
    bears: float = 0.0
    of_account: bool = False

    @property
    def stops(self) -> bool:
        """Whether it is no single delivery's matter."""
        return self.error_class in ("content", "config")
