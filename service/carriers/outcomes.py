"""What is surely known of a message that was handed to a carrier.

    Accepted   the provider has it and gave it an id
    Refused    the provider surely did not take it: it may be sent again without a double
    Unknown    nobody can know whether it was taken: it must never be repeated by itself

The difference between `Refused` and `Unknown` is the whole point. When in doubt, it is `Unknown`.
"""

from dataclasses import dataclass

from service.carriers.meanings import ErrorClass


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it over. `provider_id` is its name for the message (a Twilio SID;
    an email's Message-ID, without brackets).

    `sender`: under which name it says that an SMS leaves or left; None where it does not say, or not yet.
    """

    provider_id: str
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider surely did not take it. `code` is the provider's own behind its name ("twilio.21211", "smtp.550"), never its
    free text, which may hold an address.
    """

    code: str
    error_class: ErrorClass


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may or may not have gone. `reason` is one of our own words ("timeout", "disconnected", "http.502")."""

    reason: str


Outcome = Accepted | Refused | Unknown
