"""What an SMTP reply means for us: by its code, its enhanced code (RFC 3463, 5248 and the registry they began) and the step at
which it came. Pure.

The step stands in the refusal's code: `smtp.mail.450.4.7.1` is about us, `smtp.450.4.7.1` about the one recipient of RCPT. What
is said of an address or a mailbox is about the recipient at whatever step.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from service.carriers.abilities import Abilities
from service.carriers.meanings import ErrorClass, Meaning, Retry, plain
from service.carriers.outcomes import Outcome, Refused, Unknown

NAME = "smtp"
CAN = Abilities(receipts=False, fetch=False, listing=False, validity=False, unicode=True, sender_names=True, parts=None)

Step = Literal["connect", "starttls", "login", "mail", "rcpt", "start", "data"]
"""`start`: the reply to the word DATA, where 354 belongs; `data`: the one behind the letter."""
STEPS: tuple[Step, ...] = get_args(Step)

_ENHANCED = re.compile(r"^\s*([45])\.(\d{1,3})\.(\d{1,3})\b")
_CODE = re.compile(r"smtp\.(?:([a-z]+)\.)?(\d{3})(?:\.[45]\.(\d+)\.(\d+))?")
_ABOUT_US = frozenset({"connect", "starttls", "login", "mail"})  # nobody's letter was named yet
# What a refusal for good is about, where the server says no more than at which step.
_BY_STEP: Mapping[Step, ErrorClass] = MappingProxyType(
    {
        "connect": "config",
        "starttls": "config",
        "login": "config",
        "mail": "config",
        "rcpt": "number",
        "start": "number",
        "data": "content",
    }
)
_ABOUT_LOGIN = frozenset({530, 534, 535, 538})
NO_PLACE = "smtp.no_place"
"""The code of a letter for which no connection came free: no word of it was said, nor anything heard of the relay."""

# RFC 3463's second part and third. A subject that is not here, or a detail nobody knows, is judged by the subject's 0; where that
# is not here, either, by the step.
_OF_A_REFUSAL: Mapping[tuple[int, int], ErrorClass] = MappingProxyType(
    {
        # the address: 1 no such mailbox, 2 no such host, 3 not written like one, 4 ambiguous, 6 moved, 10 takes no mail
        (1, 0): "number",
        (1, 7): "config",  # the sender's address is not written like one
        (1, 8): "config",  # the sender's host does not exist
        (2, 0): "number",  # the mailbox: 1 disabled, 2 full, 3 takes no letter of this length, 4 a list that cannot be opened up
        (3, 1): "config",  # the relay is full
        (3, 2): "config",  # the relay takes nothing from the network
        (3, 3): "config",  # the relay lacks what was asked for
        (3, 4): "content",  # too long for the relay
        (3, 5): "config",  # the relay is set up wrongly
        (5, 1): "config",  # our side of the protocol: an order or word that it does not know
        (5, 2): "config",
        (5, 3): "config",  # too many recipients
        (5, 4): "config",
        (5, 5): "config",
        (5, 6): "config",
        (6, 0): "content",  # what the letter holds: 1 to 5 conversions, 6 unreachable
        (6, 7): "number",  # this recipient's host takes no addresses outside ASCII
        (6, 8): "number",  # nor replies
        (6, 9): "number",  # nor headers
        (6, 10): "number",
        (7, 2): "number",  # a list that is not ours to write to
        (7, 3): "config",
        (7, 4): "config",
        (7, 5): "config",
        (7, 6): "config",
        (7, 7): "config",
        (7, 8): "config",  # name or password
        (7, 9): "config",
        (7, 10): "config",  # encryption needed
        (7, 11): "config",
        (7, 12): "config",
        (7, 13): "config",  # our account is disabled
        (7, 14): "config",
        (7, 15): "content",  # not important enough to be taken now
        (7, 16): "content",
        (7, 17): "number",  # the mailbox has another owner
        (7, 18): "number",
        (7, 19): "number",
        (7, 20): "config",  # who we are is not proven: 20 to 22 DKIM, 23 and 24 SPF, 25 reverse DNS, 26 several of them
        (7, 21): "config",
        (7, 22): "config",
        (7, 23): "config",
        (7, 24): "config",
        (7, 25): "config",
        (7, 26): "config",
        (7, 27): "config",  # the sender's host takes no mail
        (7, 28): "temporary",  # too much at once
        (7, 29): "config",
        (7, 30): "number",  # this recipient's host cannot promise encryption
    }
)

_MINUTE, _HOUR = 60.0, 3600.0
# A reply beginning with 4 that is about one recipient, or one letter: it comes right in its own time.
_OF_A_DELAY: Mapping[tuple[int, int], Meaning] = MappingProxyType(
    {
        (1, 0): Meaning("unreachable", Retry(10 * _MINUTE, 20 * _MINUTE, 6)),
        (2, 0): Meaning("unreachable", Retry(10 * _MINUTE, 20 * _MINUTE, 6)),
        (2, 1): Meaning("unreachable", Retry(30 * _MINUTE, 60 * _MINUTE, 6)),  # disabled for now
        (2, 2): Meaning("unreachable", Retry(30 * _MINUTE, 60 * _MINUTE, 6)),  # full
        (7, 0): Meaning("busy", Retry(5 * _MINUTE, 10 * _MINUTE, 30_000)),  # greylisting: strangers shall try again
    }
)
_SLOWER = Meaning("busy", slows_down=True)
_THIS_MINUTE = Meaning("busy", slows_down=True, longest=20.0)  # so many letters a minute, and they were
_OF_ONE = Meaning("unreachable", of_recipient=True)


def outcome_of_reply(step: Step, code: int, text: str) -> Outcome:
    """Judges a reply that is not a success. Its text is read for the enhanced code only, and never kept: it holds addresses."""
    if not 400 <= code <= 599:  # no reply of the protocol's: a success where none belongs, or no number at all
        return Unknown("answer.unreadable") if step == "data" else Refused("smtp.unreadable", "temporary")
    enhanced = _enhanced(code, text)
    subject, detail = enhanced or (0, 0)
    of_recipient = step == "rcpt" or (step not in _ABOUT_US and subject in (1, 2))
    name = f"smtp.{code}" if of_recipient else f"smtp.{step}.{code}"
    if enhanced is not None:
        name += f".{code // 100}.{subject}.{detail}"
    if code < 500:
        return Refused(name, "temporary")
    return Refused(name, "config" if code in _ABOUT_LOGIN else _class_of(step, subject, detail))


def ends_connection(step: Step, code: int, text: str) -> bool:
    """Tells whether a reply on a connection that has carried a letter says that it shall carry no more, rather than anything of
    the next one.

    Relays end their quota of letters as they like: by any 4xx at MAIL, by 421 or "too many recipients" later.
    """
    if not 400 <= code < 500:
        return False
    return step == "mail" or code == 421 or _enhanced(code, text) == (5, 3)


def _enhanced(code: int, text: str) -> tuple[int, int] | None:
    """Second and third part; None where there is none, or one that contradicts the code."""
    found = _ENHANCED.match(text)
    return (int(found[2]), int(found[3])) if found and int(found[1]) == code // 100 else None


def _class_of(step: Step, subject: int, detail: int) -> ErrorClass:
    if subject == 4:  # no way to get there: of the recipient's host once there is a recipient, else of the relay
        return "config" if step in _ABOUT_US else "number"
    if step in ("connect", "starttls", "login"):  # no letter was spoken of
        return "config"
    if subject == 7 and (7, detail) not in _OF_A_REFUSAL:  # policy: of the text if it came after the text, else of who we are
        return "content" if step == "data" else "config"
    of_subject = _OF_A_REFUSAL.get((subject, 0), _BY_STEP[step])
    return _OF_A_REFUSAL.get((subject, detail), of_subject)


# What a relay says of the recipient's address itself, for ever (RFC 3463, 7505): no such mailbox, no such host, none that is
# written so, moved away, takes no mail.
_DEAD = frozenset({1, 2, 3, 6, 10})
_DEAD_REPLIES = frozenset({550, 551, 553})


def meaning(code: str, error_class: ErrorClass) -> Meaning:
    """Returns what a refusal of a relay means, by its code and class."""
    if (found := _CODE.fullmatch(code)) is None:
        return Meaning("busy", says_nothing=True) if code == NO_PLACE else plain(error_class)
    step, reply, subject, detail = found[1] or "rcpt", int(found[2]), int(found[3] or 0), int(found[4] or 0)
    if error_class == "temporary":
        return _of_a_delay(step, reply, subject, detail)
    if found[1] is None and reply in _DEAD_REPLIES and subject == 1 and detail in _DEAD:
        return Meaning("dead_address")
    by_policy = subject in (0, 7) and detail in (0, 1)
    # A relay may hand on what one recipient's host thinks of us or of the text: of some that is theirs to think.
    if error_class == "content" and by_policy:
        return Meaning("content", bears=0.02)
    about_us = step in _ABOUT_US or reply in _ABOUT_LOGIN
    return (
        Meaning("sender", bears=0.01)
        if error_class == "config" and by_policy and subject == 7 and not about_us
        else plain(error_class)
    )


def _of_a_delay(step: str, reply: int, subject: int, detail: int) -> Meaning:
    if step in ("connect", "starttls", "login"):
        return Meaning("busy")  # the relay's trouble: it is tried every few seconds
    if step == "mail" or (subject, detail) == (7, 28):
        return _THIS_MINUTE
    if reply == 421 or subject in (3, 5):  # of the relay itself, whoever was named
        return _SLOWER
    found = _OF_A_DELAY.get((subject, detail)) or _OF_A_DELAY.get((subject, 0))
    return found or (_OF_ONE if step == "rcpt" else _SLOWER)
