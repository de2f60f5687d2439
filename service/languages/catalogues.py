"""The catalogues: read from their `.po` files when a language is first needed, and kept.

A `.po` is text that people review; reading all 700 sentences of a language takes some 10 ms,
so nothing compiled (`.mo`) is kept beside it.
"""

import gettext
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

Language: TypeAlias = str
"""A language's code as its folder is named: `vi`, `en`, `km`, `zh_Hant`."""

Key: TypeAlias = tuple[str | None, str]
"""A sentence's context, None for most, and its English."""

Plurals: TypeAlias = Callable[[int], int]
"""Which of a language's plural forms goes with a count."""

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "languages"
_folders: tuple[Path, ...] = (FOLDER,)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The sentences of one language, those of all domains together.
    `locale`: CLDR's, for numbers; None where CLDR does not know it.
    """

    language: Language
    locale: Locale | None
    sentences: Mapping[Key, tuple[str, ...]]
    plural_form: Plurals

    def text(self, msgid: str, *, plural: str | None = None, context: str | None = None, count: int = 1) -> str:
        """Finds a sentence with its slots still open, in the form that goes with `count` where it has a `plural`; in English
        where it is lacking.
        """
        forms = self.sentences.get((context, msgid))
        if plural is None:
            return forms[0] if forms else msgid
        if forms:
            return forms[min(self.plural_form(count), len(forms) - 1)]
        return msgid if count == 1 else plural


def languages() -> tuple[Language, ...]:
    """Lists the languages there are catalogues of, Vietnamese first, which stands in for one that is not there."""
    return _languages(_folders)


def catalogue(language: Language) -> Catalogue:
    """Loads the catalogue of `language`; of a language without one, that of English."""
    return _catalogue(_folders, language)


@contextmanager
def reading_from(*folders: Path) -> Iterator[None]:
    """Reads catalogues from `folders`, too, laid out like `templates/languages`. For tests: a process has one set."""
    global _folders  # noqa: PLW0603 - the one place where the set is changed
    before, _folders = _folders, (FOLDER, *folders)
    try:
        yield
    finally:
        _folders = before


def key_of(message: Message) -> Key:
    """Makes what an entry of a `.po` is found by."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def forms_of(message: Message) -> tuple[str, ...]:
    """Returns an entry's words: one, or those of each plural form; empty where they are still to be written."""
    return (message.string or "",) if message.string is None or isinstance(message.string, str) else tuple(message.string)


def is_translated(message: Message) -> bool:
    """Tells whether an entry is ready to be read by people: every form there, nothing in doubt ("fuzzy")."""
    return all(forms_of(message)) and not message.fuzzy


@cache
def _languages(folders: tuple[Path, ...]) -> tuple[Language, ...]:
    found = {po.parents[1].name for folder in folders for po in folder.glob("*/LC_MESSAGES/*.po")}
    return tuple(sorted(found, key=lambda language: (language != "vi", language)))


@cache
def _catalogue(folders: tuple[Path, ...], language: Language) -> Catalogue:
    sentences: dict[Key, tuple[str, ...]] = {}
    known = language if language in _languages(folders) else "en"
    plural_form = gettext.c2py("n != 1")
    for folder in folders:
        for path in sorted((folder / known / "LC_MESSAGES").glob("*.po")):
            with path.open("rb") as file:
                read = read_po(file, locale=None, ignore_obsolete=True)
            plural_form = gettext.c2py(read.plural_expr)
            for message in read:
                if message.id and is_translated(message):
                    sentences[key_of(message)] = forms_of(message)
    return Catalogue(known, _locale(known), MappingProxyType(sentences), plural_form)


def _locale(language: Language) -> Locale | None:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return None
