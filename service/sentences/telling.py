"""A code and a language in, the sentence out."""

from collections.abc import Mapping
from typing import Any

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
)

SENTENCES: Mapping[str, tuple[str, str]] = {code: told for area in AREAS for code, told in area.SENTENCES.items()}

_WORDS: Mapping[str, tuple[str, str]] = {**readiness.WORDS, **broadcasts.WORDS}
_FALLBACK = ("Không thực hiện được.", "This could not be done.")


class _Open(dict[str, Any]):
    """Leaves a slot nobody filled as three dots rather than failing while explaining a failure."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(code: str, language: str, values: Mapping[str, Any] | None = None) -> str:
    """The sentence of a code, its slots filled; a tuple's codes are said in words. An unknown code gives a neutral sentence:
    a refusal never fails.
    """
    vietnamese, english = SENTENCES.get(code, _FALLBACK)
    filled = {
        name: ", ".join(in_words(each, language) for each in value) if isinstance(value, tuple) else value
        for name, value in (values or {}).items()
    }
    return (english if language == "en" else vietnamese).format_map(_Open(filled))


def in_words(code: str, language: str) -> str:
    """The words of a code, or the code itself where there are none."""
    vietnamese, english = _WORDS.get(code, (code, code))
    return english if language == "en" else vietnamese


def title(status: int, language: str) -> str:
    """The short title of a status."""
    vietnamese, english = requests.TITLES.get(status, requests.TITLES[500])
    return english if language == "en" else vietnamese
