"""A code and a language in, the sentence out."""

from collections.abc import Mapping
from typing import Any

from service.languages import Language, Phrase
from service.languages import gettext_lazy as _
from service.sentences import (
    accounts,
    backups,
    broadcasts,
    bulk,
    contacts,
    content,
    fields,
    imports,
    readiness,
    records,
    registered_texts,
    requests,
    schema,
    units,
)

AREAS = (
    requests,
    fields,
    units,
    accounts,
    bulk,
    readiness,
    imports,
    contacts,
    content,
    registered_texts,
    broadcasts,
    records,
    backups,
    schema,
)

SENTENCES: Mapping[str, Phrase] = {code: said for area in AREAS for code, said in area.SENTENCES.items()}

_WORDS: Mapping[str, Phrase] = {**readiness.WORDS, **broadcasts.WORDS}
_FALLBACK = _("This could not be done.")


def sentence(code: str, language: Language, values: Mapping[str, Any] | None = None) -> str:
    """Says the sentence of a code, its slots filled; a tuple's codes are said in words. An unknown code gives a neutral
    sentence: a refusal never fails.
    """
    filled = {
        name: tuple(in_words(each, language) for each in value) if isinstance(value, tuple) else value
        for name, value in (values or {}).items()
    }
    return SENTENCES.get(code, _FALLBACK).in_(language, **filled)


def in_words(code: str, language: Language) -> str:
    """Says the words of a code, or the code itself where there are none."""
    return _WORDS[code].in_(language) if code in _WORDS else code


def title(status: int, language: Language) -> str:
    """Says the short title of a status."""
    return requests.TITLES.get(status, requests.TITLES[500]).in_(language)
