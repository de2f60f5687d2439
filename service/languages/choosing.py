"""Which language a person is answered in, of those there are, and what they call themselves."""

from functools import cache

from service.languages.catalogues import Language, catalogue, languages
from service.languages.phrases import pgettext_lazy

_OWN_NAME = pgettext_lazy("this language's own name", "English")
_READ = 200  # characters: a browser's header has a few dozen


def preferred_language(accept_language: str | None, default: Language = "vi") -> Language:
    """Chooses the language that an Accept-Language header ranks highest of those there are; `default` for a draw it is in, and
    without a usable header.
    """
    ranked: dict[str, float] = {}
    for part in (accept_language or "")[:_READ].split(","):
        tag, _, quality = part.strip().partition(";")
        weight = quality.strip().removeprefix("q=") or "1"
        language = _known(tag.strip())
        number = weight.replace(".", "", 1)
        if language and number.isascii() and number.isdecimal():  # "²" is a digit, and no number
            ranked[language] = max(ranked.get(language, 0.0), float(weight))
    best = max(ranked.values(), default=0.0)
    if best <= 0 or ranked.get(default) == best:
        return default
    return next(language for language, weight in ranked.items() if weight == best)


def language_of_locale(locale: str, default: Language = "en") -> Language:
    """Chooses the language of a terminal's locale (`vi_VN.UTF-8`), if there is a catalogue of it."""
    return _known(locale.partition(".")[0].partition("@")[0]) or default


def own_name(language: Language) -> str:
    """Returns what `language` calls itself: by its catalogue, else by Unicode's, else its code."""
    said, locale = _OWN_NAME.in_(language), catalogue(language).locale
    if language == "en" or said != _OWN_NAME.msgid:
        return said
    return (locale.display_name if locale else None) or language


def _known(tag: str) -> Language | None:
    """`vi-VN` is `vi`; `zh-Hant` is `zh_Hant` where that is there, else `zh`."""
    written, there = tag.replace("-", "_").lower(), _by_tag(languages())
    while written and written not in there:
        written = written.rpartition("_")[0]
    return there.get(written)


@cache
def _by_tag(known: tuple[Language, ...]) -> dict[str, Language]:
    return {language.lower(): language for language in known}
