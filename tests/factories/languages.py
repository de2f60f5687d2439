"""Languages made for a test: one whose every sentence stands in brackets, so that what no catalogue holds shows;
and any other, of a few sentences.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
