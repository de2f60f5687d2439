"""What is answered, and which official texts a record stands for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser
from typing import Literal
from uuid import UUID

from service.signing.comparison import Comparison
from service.signing.records import SLOT, Record

Outcome = Literal["drill", "recalled", "found", "expired", "mistyped", "unknown"]


@dataclass(frozen=True, slots=True)
class Recalled:
    """Since when it no longer stands. `reason`: the code of a sentence."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """An official message as it is shown: final texts with the asked number in its place. `recalled`: by its issuer."""

    id: UUID
    kind: str
    urgency: str
    issuer_code: str
    issuer_name: str
    issued_at: datetime
    expires_at: datetime
    texts: Mapping[str, Mapping[str, str]]
    single_approval: bool
    recalled: Recalled | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`number`: as written, where one was asked for and is one. `comparison`: only where a text was given and a record found.

    `channel`: whose text the pasted one is nearest to. `numberless`: nothing in the pasted text could be a look-up number.
    `misread`: the first of the pasted text's numbers that have the length of one and wrong check digits.
    """

    outcome: Outcome
    number: str | None = None
    record: RecordView | None = None
    comparison: Comparison | None = None
    copied: bool = False
    channel: str | None = None
    numberless: bool = False
    misread: str = ""


@dataclass(frozen=True, slots=True)
class Official:
    """A text somebody may have received whole."""

    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Published:
    """A verified record, and its official texts with their slot still open: made once per record, filled per question."""

    record: Record
    officials: tuple[Official, ...]

    @classmethod
    def of(cls, record: Record) -> "Published":
        return cls(record, tuple(_officials(record.texts)))

    def texts(self, number: str) -> list[str]:
        """Returns the official texts with `number` in its place."""
        return [official.text.replace(SLOT, number) for official in self.officials]


def view(record: Record, number: str, recalled: Recalled | None = None) -> RecordView:
    """Shows the record with `number` in every slot."""
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
        recalled=recalled,
    )


def _officials(texts: Mapping[str, Mapping[str, str]]) -> Iterator[Official]:
    """Each SMS; an email's text, alone and under its subject; its HTML as it is read."""
    for text in texts.get("sms", {}).values():
        yield Official("sms", text)
    email = texts.get("email", {})
    bodies = [email["text"]] if "text" in email else []
    if "html" in email:
        bodies.append(_as_read(email["html"]))
    for body in bodies:
        yield Official("email", body)
        if "subject" in email:
            yield Official("email", f"{email['subject']}\n{body}")


class _Reader(HTMLParser):
    """The words of an email's HTML, as a phone shows them."""

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
