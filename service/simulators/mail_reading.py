"""Reads an email as a mail program would: subject, plain text, HTML. Pure; never raises on a strange message."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What a person sees of an email. `html` is `None` where there is none; `message_id` comes without its brackets."""

    subject: str
    sender: str
    text: str
    html: str | None
    message_id: str


def read_mail(raw: bytes) -> ReadMail:
    """Parses with the old policy: three times faster than the new one, and 10,000 of them are asked for at once."""
    message = message_from_bytes(raw, policy=policy.compat32)
    text, html = "", None
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not text:
            text = _content(part)
        elif part.get_content_type() == "text/html" and html is None:
            html = _content(part)
    return ReadMail(
        subject=_header(message, "Subject"),
        sender=_header(message, "From"),
        text=text,
        html=html,
        message_id=_header(message, "Message-ID").strip("<> "),
    )


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        decoded = payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # a charset nobody knows
        decoded = payload.decode("utf-8", "replace")
    return decoded.replace("\r\n", "\n").rstrip("\n")


def _header(message: Message, name: str) -> str:
    value = message.get(name, "")
    try:
        return str(make_header(decode_header(value))).replace("\r\n", "").replace("\n", "")
    except (LookupError, UnicodeError, ValueError):
        return str(value)
