"""Which texts somebody may have received of a record: each SMS, an email's text and its HTML as it is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from service.signing.records import SLOT, Record


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
