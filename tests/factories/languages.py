"""Languages made for a test: one whose every sentence stands in brackets, so that what no catalogue holds shows;
and any other, of a few sentences.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from service.languages import Language, reading_from
from service.languages.extracting import Sentence, in_domains

PSEUDO: Language = "qps"
"""The code that locales of this kind have everywhere; no people's."""

_OPEN = re.compile(r"\{\w*(?:![rsa])?(?::[^{}]*)?\}|%\(\w+\)[sd]|<[^<>]+>|&\w+;|%%|\{\{|\}\}")
_BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
_LETTERS = re.compile(r"[^\W\d_]+")


def bracketed(text: str) -> str:
    """`⟦The list has ⟧{count:n}⟦ rows.⟧`: slots and marks stay outside,
    so that what fills a slot must bring brackets of its own.
    """
    parts, at = [], 0
    for slot in _OPEN.finditer(text):
        parts += [text[at : slot.start()], slot.group()]
        at = slot.end()
    parts.append(text[at:])
    return "".join(part if place % 2 or not part.strip() else f"⟦{part}⟧" for place, part in enumerate(parts))


def left_behind(text: str) -> list[str]:
    """The words of a rendered text that came from no catalogue. Letters of names,
    codes and what people wrote must be taken out before.
    """
    return _LETTERS.findall(_BRACKETED.sub(" ", text))


@contextmanager
def pseudo_language(folder: Path) -> Iterator[Language]:
    """Puts a catalogue into `folder` in which every sentence of the source is bracketed,
    and gives its language while it is read.
    """
    with catalogues(folder, PSEUDO, {domain: list(found.values()) for domain, found in in_domains().items()}):
        yield PSEUDO


@contextmanager
def catalogues(folder: Path, language: Language, said: Mapping[str, list[list[Sentence]]]) -> Iterator[None]:
    """Writes the domains of a bracketed language below `folder`, and reads them, too."""
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    for domain, sentences in said.items():
        catalog = Catalog()
        for first, *_ in sentences:
            if first.plural is None:
                catalog.add(first.msgid, bracketed(first.msgid), context=first.context)
            else:
                catalog.add((first.msgid, first.plural), (bracketed(first.msgid), bracketed(first.plural)), context=first.context)
        with (place / f"{domain}.po").open("wb") as file:
            file.write(
                b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; '
                b'plural=n != 1;\\n"\n\n'
            )
            write_po(file, catalog, omit_header=True, width=0)
    with reading_from(folder):
        yield


class _Shown(HTMLParser):
    """Collects what a page says to whoever reads or hears it in its own language: texts and spoken attributes."""

    _SAID = frozenset({"alt", "aria-label", "placeholder", "title"})
    _EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "wbr"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._page = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        language = given.get("lang", self._open[-1][1] if self._open else "")
        self._page = language if tag == "html" else self._page
        if language == self._page:
            self.said += [value for name, value in given.items() if name in self._SAID]
            self.said += [given["content"]] if given.get("name") == "description" else []
        if tag not in self._EMPTY:
            self._open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._EMPTY:
            assert self._open.pop()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ("", self._page)
        if inside[0] != "style" and inside[1] == self._page:
            self.said.append(data)


def said_by(page: str) -> str:
    """What an HTML page says in its own language: what another `lang` stands around is quoted."""
    shown = _Shown()
    shown.feed(page)
    return "\n".join(shown.said)
