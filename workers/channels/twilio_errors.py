"""What Twilio's codes mean for us. The meanings are Twilio's (twilio.com/docs/api/errors); the class decides what happens next.

A code that stands for delivery (from 30000) comes in a status callback, the others in the answer to a request.
"""

from collections.abc import Mapping
from types import MappingProxyType

from workers.channels.base import ErrorClass, Outcome, Refused, Unknown
from workers.channels.meanings import Meaning, Retry

_MINUTE, _HOUR = 60.0, 3600.0
_NUMBER, _CONTENT, _CONFIG = Meaning("number"), Meaning("content"), Meaning("config")
_ACCOUNT = Meaning("config", of_account=True)
_QUEUE_FULL = Meaning("temporary", Retry(10 * _MINUTE, 20 * _MINUTE, 12), slows_down=True)
# Of the sender with this number: sometimes the number's fault, and for a whole broadcast ours.
_PAIR = Meaning("config", bears=0.01)

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        20003: _ACCOUNT,  # authentication failed
        20404: _ACCOUNT,  # no such account
        20429: Meaning("temporary", slows_down=True),  # too many requests: not processed, safe to send again
        20500: Meaning("temporary"),  # Twilio's fault
        20503: Meaning("temporary"),  # Twilio's fault
        21211: _NUMBER,  # not a phone number
        21408: _CONFIG,  # region not enabled
        21602: _CONTENT,  # no body
        21603: _CONFIG,  # no sender
        21604: _NUMBER,  # no recipient
        21606: _PAIR,  # sender can't be used
        21608: _CONFIG,  # trial account, number not verified
        21610: _NUMBER,  # opted out
        21611: _QUEUE_FULL,  # the sender's queue
        21612: _PAIR,  # this sender can't reach this number
        21614: _NUMBER,  # not a mobile
        21617: _CONTENT,  # longer than 1,600 characters
        21635: _NUMBER,  # landline
        30001: _QUEUE_FULL,  # the account's queue
        30002: _ACCOUNT,  # account suspended
        30003: Meaning("temporary", Retry(30 * _MINUTE, 60 * _MINUTE, 3)),  # handset unreachable
        30004: Meaning("number", Retry(24 * _HOUR, 26 * _HOUR, 1)),  # blocked, or just unreachable: once more, the next day
        30005: _NUMBER,  # unknown or inactive
        30006: _NUMBER,  # landline or unreachable carrier
        30007: Meaning("content", bears=0.02),  # filtered: never the same text again
        30008: Meaning("temporary", Retry(5 * _MINUTE, 15 * _MINUTE, 2)),  # unknown
        30010: _CONFIG,  # over the highest price
        30036: Meaning("temporary", Retry(1 * _MINUTE, 5 * _MINUTE, 6), slows_down=True),  # waited too long in Twilio's queue
    }
)
_NOBODY_KNOWS = _CONFIG


def meaning(code: int) -> Meaning:
    """Of a code. One that nobody knows is `config`: a person must look, and nothing is repeated meanwhile."""
    return MEANINGS.get(code, _NOBODY_KNOWS)


def classify(code: int) -> ErrorClass:
    """The class of a code."""
    return meaning(code).error_class


def code_of(said: object) -> int | None:
    """A code such as Twilio's, which have five digits. None for anything else: what is kept and shown must not be what somebody liked to
    put there, a number of a parent's perhaps.
    """
    code = int(said) if isinstance(said, int) or (isinstance(said, str) and said.isdecimal() and len(said) == 5) else 0
    return code if 10_000 <= code < 100_000 else None


def outcome_of_refusal(status: int, said: object) -> Outcome:
    """What an HTTP answer that is not a success says of a message that was posted. `said`: the code in it."""
    code = code_of(said)
    if status == 429:
        return Refused(f"twilio.{code or 20429}", "temporary")
    # 408 and everything from 500 on may come after the message was taken; a redirect is nothing Twilio does.
    if status == 408 or not 400 <= status < 500:
        return Unknown(f"http.{status}")
    if code is None:  # no code of Twilio's: a gateway in between has answered
        return Refused(f"http.{status}", "config")
    return Refused(f"twilio.{code}", classify(code))
