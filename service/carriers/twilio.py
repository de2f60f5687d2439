"""Twilio, and whatever speaks its REST interface: what its codes and statuses mean for us, and what it can.

The meanings are Twilio's (twilio.com/docs/api/errors). A code that stands for delivery (from 30000) comes in a status callback,
the others in the answer to a request.
"""

from collections.abc import Mapping
from types import MappingProxyType

from service.carriers.abilities import Abilities
from service.carriers.meanings import ErrorClass, Meaning, Retry
from service.carriers.outcomes import Outcome, Refused, Unknown
from service.carriers.receipts import Becomes, Said

NAME = "twilio"
CAN = Abilities(receipts=True, fetch=True, listing=True, validity=True, unicode=True, sender_names=True, parts=None)

_MINUTE, _HOUR = 60.0, 3600.0
_NUMBER, _DEAD, _CONTENT, _CONFIG = Meaning("number"), Meaning("dead_address"), Meaning("content"), Meaning("account")
_ACCOUNT = Meaning("account", of_account=True)
# Of one's own sender at the recipient's carrier: a blocked or lapsed one fails with everybody, a number on its way to another
# carrier alone.
_SENDER = Meaning("sender", bears=0.02)
_ITS_OWN_FAULT = Meaning("busy", Retry(5 * _MINUTE, 15 * _MINUTE, 3))
_QUEUE_FULL = Meaning("busy", Retry(10 * _MINUTE, 20 * _MINUTE, 12), slows_down=True)
# Of the sender with this number: sometimes the number's fault, and for a whole broadcast ours.
_PAIR = Meaning("sender", bears=0.01)

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        10001: _ACCOUNT,  # account not active
        20003: _ACCOUNT,  # authentication failed
        20005: _ACCOUNT,  # account not active
        20006: _ACCOUNT,  # access denied
        20008: _ACCOUNT,  # test credentials
        20404: _ACCOUNT,  # no such account
        20429: Meaning("busy", slows_down=True),  # too many requests: not processed, safe to send again
        20500: Meaning("busy"),  # Twilio's fault
        20503: Meaning("busy"),  # Twilio's fault
        21211: _DEAD,  # not a phone number
        21212: _CONFIG,  # the sender is none that may be
        21214: _NUMBER,  # cannot be reached
        21217: _NUMBER,  # not a valid number
        21265: _NUMBER,  # a short code
        21268: _NUMBER,  # a premium number
        21408: _CONFIG,  # region not enabled
        21602: _CONTENT,  # no body
        21603: _CONFIG,  # no sender
        21604: _NUMBER,  # no recipient
        21606: _PAIR,  # sender can't be used
        21608: _CONFIG,  # trial account, number not verified
        21609: _CONFIG,  # our callback address is not valid
        21610: _NUMBER,  # opted out
        21611: _QUEUE_FULL,  # the sender's queue
        21612: _PAIR,  # this sender can't reach this number
        21614: _DEAD,  # not a mobile
        21617: _CONTENT,  # longer than 1,600 characters
        21635: _DEAD,  # landline
        21657: _PAIR,  # sender not supported at this destination
        21703: _CONFIG,  # the Messaging Service has no sender
        21704: _CONFIG,  # none of its senders can be used
        21705: _CONFIG,  # no such Messaging Service
        21709: _CONFIG,  # the sender name is not the Messaging Service's
        21711: _CONFIG,  # likewise
        21730: Meaning("busy"),  # maintenance: later
        30001: _QUEUE_FULL,  # the account's queue
        30002: _ACCOUNT,  # account suspended
        30003: Meaning("unreachable", Retry(30 * _MINUTE, 60 * _MINUTE, 3)),  # handset unreachable
        30004: Meaning("number", Retry(24 * _HOUR, 26 * _HOUR, 1)),  # blocked, or just unreachable: once more, the next day
        30005: _DEAD,  # unknown or inactive
        30006: _DEAD,  # landline or unreachable carrier
        30007: Meaning("content", bears=0.02),  # filtered: never the same text again
        30008: Meaning("busy", Retry(5 * _MINUTE, 15 * _MINUTE, 2)),  # unknown
        30010: _CONFIG,  # over the highest price
        30017: _ITS_OWN_FAULT,  # the carrier's network is congested
        30018: _SENDER,  # name not registered with the recipient's carrier: a warning, elsewhere an error
        30019: Meaning("content", bears=0.02),  # longer than the recipient's carrier takes
        30020: _ITS_OWN_FAULT,
        30021: _ITS_OWN_FAULT,
        30024: _SENDER,  # not provisioned at the carrier
        30032: _SENDER,  # not verified
        30034: _SENDER,  # not registered
        30036: Meaning("busy", Retry(1 * _MINUTE, 5 * _MINUTE, 6), slows_down=True),  # waited too long in Twilio's queue
        30037: _CONFIG,  # nothing may leave this account
        30038: Meaning("content", bears=0.02),  # taken for a one-time code
        30040: _SENDER,  # name not registered with the recipient's carrier
        30041: _SENDER,  # not registered
        30042: _SENDER,  # name blocked: generic, or of letters it may not have
        30410: _ITS_OWN_FAULT,  # Twilio's supplier did not answer in time
        30450: _SENDER,  # blocked for fear of fraud
        30454: _CONFIG,  # as many as the account may send in a day
        30500: _ITS_OWN_FAULT,  # Twilio's fault
        63038: _CONFIG,  # as many as the account may send in a day
    }
)
UNKNOWN = Meaning("unknown", bears=0.02)
"""Of a code that nobody knows, and Twilio adds new ones: nothing is repeated, one odd number stops nobody, and a share of a
broadcast that meets it has a person look.
"""


STATUSES: Mapping[str, Becomes | None] = MappingProxyType(
    {
        "accepted": "accepted",
        "scheduled": "accepted",
        "queued": "accepted",
        "sending": "accepted",
        "sent": "accepted",
        "failed": "failed",
        "undelivered": "failed",
        "canceled": "failed",
        "delivered": "delivered",
        "read": "delivered",
        "partially_delivered": None,  # of no SMS
        "receiving": None,  # what parents write back
        "received": None,
    }
)
"""What becomes of a delivery by each of Twilio's statuses; None: nothing.
One that is not here is none, either: Twilio adds new ones.
"""
_NEVER_SENT = frozenset({"failed", "canceled"})


def meaning(code: int) -> Meaning:
    """Returns what `code` means."""
    return MEANINGS.get(code, UNKNOWN)


def meaning_of(code: str, _: ErrorClass = "config") -> Meaning:
    """Returns what a reason's code means ("twilio.30005")."""
    own = code.partition(".")[2]
    return meaning(int(own)) if own.isdecimal() else UNKNOWN


def becomes(status: str) -> Becomes | None:
    """Returns what a delivery of this status becomes; None where it says nothing of one."""
    return STATUSES.get(status)


def is_never_sent(status: object) -> bool:
    """Says whether a message whose creation was answered with `status` was surely not taken."""
    return status in _NEVER_SENT


def code_of(said: object) -> int | None:
    """Reads a code such as Twilio's, which have five digits. None for anything else: what is kept and shown must not be what
    somebody liked to put there, a number of a parent's perhaps.
    """
    code = int(said) if isinstance(said, int) or (isinstance(said, str) and said.isdecimal() and len(said) == 5) else 0
    return code if 10_000 <= code < 100_000 else None


_ELSEWHERE = frozenset({301, 302, 307, 308})


def outcome_of_refusal(status: int, said: object) -> Outcome:
    """Judges an HTTP answer that is not a success to a message that was posted. `said`: the code in it."""
    code = code_of(said)
    if status == 429:
        return Refused(f"{NAME}.{code or 20429}", "temporary")
    if status in _ELSEWHERE:  # nothing that Twilio says: the address is set up wrongly, as http for https
        return Refused(f"http.{status}", "config")
    # 408 and everything from 500 on may come after the message was taken, and so may a page to look at next (303).
    if status == 408 or not 400 <= status < 500:
        return Unknown(f"http.{status}")
    if code is None:  # no code of Twilio's: a gateway in between has answered
        return Refused(f"http.{status}", "config")
    return Refused(f"{NAME}.{code}", meaning(code).error_class)


def refused(said: object) -> Refused:
    """Returns the refusal of a message that was created and at once given up. `said`: the code in the answer."""
    code = code_of(said) or 0
    return Refused(f"{NAME}.{code}", meaning(code).error_class)


def said(provider_id: str, status: str, error: object, sender: str | None = None) -> Said:
    """Returns what a status and an error code say of a message."""
    what = becomes(status)
    return Said(provider_id, what, f"{NAME}.{error or 'failed'}" if what == "failed" else None, sender)
