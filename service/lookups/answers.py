"""What is answered, and which official texts a record stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Literal
from uuid import UUID

from service.signing.comparison import Comparison
from service.signing.records import Record

Outcome = Literal["found", "expired", "mistyped", "unknown"]
SLOT = "{number}"


@dataclass(frozen=True, slots=True)
class RecordView:
    """An official message as it is shown: final texts with the asked number in its place."""

    id: UUID
    kind: str
    urgency: str
    issuer_code: str
    issuer_name: str
    issued_at: datetime
    expires_at: datetime
    texts: Mapping[str, Mapping[str, str]]
    single_approval: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """`number`: as written, where one was asked for and is one. `comparison`: only where a text was given and a record found."""

    outcome: Outcome
    number: str | None = None
    record: RecordView | None = None
    comparison: Comparison | None = None
    copied: bool = False


def view(record: Record, number: str) -> RecordView:
    """The record with `number` in every slot."""
    return RecordView(
        id=record.id,
        kind=record.kind,
        urgency=record.urgency,
        issuer_code=record.issuer.code,
        issuer_name=record.issuer.name,
        issued_at=record.created_at,
        expires_at=record.expires_at,
        texts={
            channel: {name: text.replace(SLOT, number) for name, text in variants.items()}
            for channel, variants in record.texts.items()
        },
        single_approval=record.single_approval,
    )


def officials(texts: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Every text a parent may have received whole: each SMS; an email's text, alone and under its subject; its HTML as it is read."""
    found = list(texts.get("sms", {}).values())
    if email := texts.get("email"):
        bodies = [email[name] for name in ("text",) if name in email]
        if "html" in email:
            bodies.append(_as_read(email["html"]))
        found += bodies + [f"{email['subject']}\n{body}" for body in bodies if "subject" in email]
    return found


class _Reader(HTMLParser):
    """The words of a page, as a phone shows them."""

    _HIDDEN = frozenset({"head", "style", "script", "title"})
    _INLINE = frozenset({"b", "strong", "em", "i", "span", "a", "u"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in self._HIDDEN
        if tag not in self._INLINE:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self._HIDDEN
        if tag not in self._INLINE:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def _as_read(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    return "".join(reader.words)
