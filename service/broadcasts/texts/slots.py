"""What an author writes: an SMS, an email, or both, brought into one form before anything is checked, counted or signed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from service.errors import FieldError
from service.text_rules import cleaned, one_line, plain_punctuation, unaccented

Kind = Literal["scam_alert", "safety_advice", "verification_instructions"]
Urgency = Literal["emergency", "urgent", "advisory"]
Channel = Literal["sms", "email", "notice"]
Fallback = Literal["email"]
SmsScript = Literal["ascii", "unicode"]
KINDS: tuple[Kind, ...] = get_args(Kind)
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
FALLBACKS: tuple[Fallback, ...] = get_args(Fallback)
SCRIPTS: tuple[SmsScript, ...] = get_args(SmsScript)

LONGEST = {"title": 200, "texts.sms": 1600, "texts.email.subject": 200, "texts.email.body": 10_000, "reason": 500}
"""Characters of each field at most, at the door and inside."""


@dataclass(frozen=True, slots=True)
class EmailText:
    """A subject of one line and a body of plain paragraphs."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The authored texts, without sender, look-up line or layout. None: not written."""

    sms: str | None = None
    email: EmailText | None = None

    def cleaned(self) -> "Texts":
        """Brings the texts into the one form that is stored."""
        email = self.email and EmailText(one_line(self.email.subject), cleaned(self.email.body))
        return Texts(None if self.sms is None else cleaned(plain_punctuation(self.sms)), email)

    def published(self, channels: Collection[str]) -> "Texts":
        """Keeps what these channels carry, and nothing else that was written: this is checked, shown, bound and signed."""
        return Texts(
            self.sms if {"sms", "notice"} & set(channels) else None,
            self.email if {"email", "notice"} & set(channels) else None,
        )

    def drilled(self) -> "Texts":
        """Puts before the texts that they are a drill."""
        email = self.email and EmailText(
            f"[DIỄN TẬP] {self.email.subject}", f"Đây là thư DIỄN TẬP, không phải cảnh báo thật.\n\n{self.email.body}"
        )
        word = "DIEN TAP" if self.sms is not None and unaccented(self.sms) == self.sms else "DIỄN TẬP"
        return Texts(None if self.sms is None else f"{word}: {self.sms}", email)

    def fields(self) -> Iterator[tuple[str, str]]:
        """Lists each written text with its path in a request."""
        if self.sms is not None:
            yield "texts.sms", self.sms
        if self.email is not None:
            yield "texts.email.subject", self.email.subject
            yield "texts.email.body", self.email.body

    def stored(self) -> dict[str, Any]:
        """Writes the texts as the table broadcasts keeps them."""
        kept: dict[str, Any] = {}
        if self.sms is not None:
            kept["sms"] = self.sms
        if self.email is not None:
            kept["email"] = {"subject": self.email.subject, "body": self.email.body}
        return kept

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Texts":
        """Reads the texts from the table's form."""
        email = stored.get("email")
        return cls(stored.get("sms"), EmailText(email["subject"], email["body"]) if email else None)


def carried(channels: Collection[str], fallback: str | None) -> tuple[str, ...]:
    """Lists the channels that a broadcast's texts may leave by: its own, and that to which a failed SMS falls back."""
    return (*channels, fallback) if fallback else tuple(channels)


def unfit(title: str | None, texts: Texts, channels: Collection[str]) -> list[FieldError]:
    """Finds what is missing, empty or too long in cleaned texts for these channels, all at once. Without a title: of the texts
    alone.
    """
    written = [*([("title", title)] if title is not None else []), *texts.fields()]
    wrong = [
        FieldError(field, "field.too_long", {"most": LONGEST[field]}) for field, text in written if len(text) > LONGEST[field]
    ]
    wrong += [FieldError(field, "field.too_short") for field, text in written if not text]
    if "sms" in channels and texts.sms is None:
        wrong.append(FieldError("texts.sms", "content.sms_missing"))
    if "email" in channels and texts.email is None:
        wrong.append(FieldError("texts.email", "content.email_missing"))
    if texts.sms is None and texts.email is None:
        wrong.append(FieldError("texts", "field.missing"))
    return wrong


def unfit_fallback(channels: Collection[str], fallback: str | None) -> list[FieldError]:
    """Finds what is wrong with a fallback: there must be an SMS to fall back from, and no email to everybody already."""
    if fallback is None:
        return []
    if fallback not in FALLBACKS:
        return [FieldError("fallback", "field.choice", {"allowed": ", ".join(FALLBACKS)})]
    return [] if "sms" in channels and fallback not in channels else [FieldError("fallback", "fallback.from_sms_only")]
