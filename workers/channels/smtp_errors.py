"""What an SMTP reply means for us: by its code, its enhanced code (RFC 3463) and the step at which it came. Pure."""

import re
from typing import Literal

from workers.channels.base import ErrorClass, Outcome, Refused, Unknown

Step = Literal["connect", "mail", "rcpt", "data"]

_ENHANCED = re.compile(r"^\s*5\.(\d{1,3})\.(\d{1,3})\b")
# What a refusal for good is about, where the server says no more than at which step.
_BY_STEP: dict[Step, ErrorClass] = {"connect": "config", "mail": "config", "rcpt": "number", "data": "content"}
# RFC 3463's second part: 1 address, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 security or policy.
_BY_SUBJECT: dict[int, ErrorClass] = {1: "number", 2: "number", 3: "config", 4: "config", 5: "config", 6: "content"}
_ABOUT_LOGIN = frozenset({530, 534, 535, 538})
_SENDER_ADDRESS = frozenset({7, 8})  # 5.1.7, 5.1.8: the sender's address is what is wrong


def outcome_of_reply(step: Step, code: int, text: str) -> Outcome:
    """What a reply that is not a success says. Its text is read for the enhanced code only, and never kept: it holds addresses."""
    if not 400 <= code <= 599:  # no reply of the protocol's: a success where none belongs, or no number at all
        return Unknown("answer.unreadable") if step == "data" else Refused("smtp.unreadable", "temporary")
    if code < 500:
        return Refused(f"smtp.{code}", "temporary")
    found = _ENHANCED.match(text)
    if code in _ABOUT_LOGIN or found is None:
        return Refused(f"smtp.{code}", "config" if code in _ABOUT_LOGIN else _BY_STEP[step])
    subject, detail = int(found[1]), int(found[2])
    return Refused(f"smtp.{code}.5.{subject}.{detail}", _class_of(step, subject, detail))


def _class_of(step: Step, subject: int, detail: int) -> ErrorClass:
    if subject == 1 and detail in _SENDER_ADDRESS:
        return "config"
    if subject == 7:  # policy: of the text if it came after the text, else of who we are
        return "content" if step == "data" else "config"
    return _BY_SUBJECT.get(subject, _BY_STEP[step])
