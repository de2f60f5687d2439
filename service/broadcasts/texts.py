"""What an author writes: an SMS, an email, or both, brought into one form before anything is checked, counted or signed."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Characters nobody sees: zero width, soft hyphen, direction marks, byte order mark. A signed text holds none.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[ \t\u00a0]+")
_BREAKS = re.compile(r"\n{3,}")


def cleaned(text: str) -> str:
    """Composed (NFC), with plain line ends, without unseen characters and doubled spaces."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = (_SPACES.sub(" ", line).strip() for line in _UNSEEN.sub("", text).split("\n"))
    return _BREAKS.sub("\n\n", "\n".join(lines)).strip()


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
        """The same texts in the one form that is stored."""
        email = self.email and EmailText(" ".join(cleaned(self.email.subject).split()), cleaned(self.email.body))
        return Texts(None if self.sms is None else cleaned(self.sms), email)

    def fields(self) -> Iterator[tuple[str, str]]:
        """Each written text with its path in a request."""
        if self.sms is not None:
            yield "texts.sms", self.sms
        if self.email is not None:
            yield "texts.email.subject", self.email.subject
            yield "texts.email.body", self.email.body

    def stored(self) -> dict[str, Any]:
        """As the table broadcasts keeps them."""
        kept: dict[str, Any] = {}
        if self.sms is not None:
            kept["sms"] = self.sms
        if self.email is not None:
            kept["email"] = {"subject": self.email.subject, "body": self.email.body}
        return kept

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Texts":
        """From the table's form."""
        email = stored.get("email")
        return cls(stored.get("sms"), EmailText(email["subject"], email["body"]) if email else None)
