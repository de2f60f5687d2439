"""Sentences that are said later: the English of the code, and what fills its slots, until a language is known.

`gettext_lazy` and its kin mark a sentence for extraction, as everywhere in gettext's world; a literal must stand in the brackets:

    from service.languages import gettext_lazy as _

    GONE = _("The list has {count:n} rows; {gone:n} of them would go.")
    GONE.in_(language, count=1200, gone=3)

Slots are `str.format`'s. `{x:n}`: a number with the language's own marks (1.200 or 1,200), `{x:moment}` a time as `on_screen`
shows it, `{x:day}` its day. A phrase in a slot is said in the same language, a tuple one after
another, by `{x:or}` as a choice (vi hoặc en). A slot that nobody fills
shows three dots: whoever explains a failure must not fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.lists import format_list
from babel.numbers import format_decimal

from service.clock import day_on_screen, on_screen
from service.languages.catalogues import Catalogue, Language, catalogue


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence in no language yet. `plural`: its English for many, told apart by the value `count`;
    `context`: tells two of one English apart.
    """

    msgid: str
    plural: str | None = None
    context: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def with_(self, **values: Any) -> "Phrase":
        """Fills more of its slots."""
        return replace(self, values={**self.values, **values})

    def in_(self, language: Language, /, **values: Any) -> str:
        """Says the sentence in `language`, its slots filled; in English where the catalogue lacks it."""
        known = catalogue(language)
        given = {**self.values, **values} if values else self.values
        count = given.get("count")
        text = known.text(self.msgid, plural=self.plural, context=self.context, count=count if isinstance(count, int) else 0)
        return text.format_map(_Slots(known, given)) if "{" in text or "}" in text else text


def gettext_lazy(msgid: str) -> Phrase:
    """Marks a sentence for the catalogues."""
    return Phrase(msgid)


def pgettext_lazy(context: str, msgid: str) -> Phrase:
    """Marks a sentence whose English has more than one meaning; `context` tells the translator which."""
    return Phrase(msgid, context=context)


def ngettext_lazy(singular: str, plural: str) -> Phrase:
    """Marks a sentence that depends on the value `count`."""
    return Phrase(singular, plural)


def gettext_noop(msgid: str) -> str:
    """Marks a sentence where only its English can be handed on: `gettext` says it."""
    return msgid


def gettext(language: Language, msgid: str, **values: Any) -> str:
    """Says a sentence that is marked elsewhere (`gettext_noop` in contact_registry) in `language`."""
    return Phrase(msgid).in_(language, **values)


def pgettext(language: Language, context: str, msgid: str, **values: Any) -> str:
    """Says a sentence of a context in `language`."""
    return Phrase(msgid, context=context).in_(language, **values)


def ngettext(language: Language, singular: str, plural: str, count: int, **values: Any) -> str:
    """Says a sentence that depends on `count` in `language`."""
    return Phrase(singular, plural).in_(language, count=count, **values)


class _Slots(dict[str, Any]):
    """The values of one sentence, each as its language writes it."""

    def __init__(self, known: Catalogue, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self._known = known

    def __missing__(self, name: str) -> str:
        return "…"

    def __getitem__(self, name: str) -> Any:
        return self._said(super().__getitem__(name))

    def _said(self, value: Any) -> Any:
        if isinstance(value, Phrase):
            return value.in_(self._known.language)
        if isinstance(value, tuple):
            value = tuple(str(self._said(each)) for each in value)
        return _Slot(value, self._known)


class _Slot:
    """A number, a time or a word in a sentence, written as the slot asks; a word stays itself, whatever is asked."""

    def __init__(self, value: Any, known: Catalogue) -> None:
        self._value = value
        self._known = known

    def __str__(self) -> str:
        return ", ".join(self._value) if isinstance(self._value, tuple) else str(self._value)

    def __format__(self, spec: str) -> str:
        if spec == "or" and isinstance(self._value, tuple) and self._known.locale:
            return format_list(self._value, style="or", locale=self._known.locale)
        if spec not in ("n", "moment", "day", "or"):
            return format(str(self) if isinstance(self._value, tuple) else self._value, spec)
        if spec == "n" and self._known.locale and isinstance(self._value, int | float | Decimal):
            return format_decimal(self._value, locale=self._known.locale)
        if spec in ("moment", "day") and isinstance(self._value, datetime):
            return on_screen(self._value) if spec == "moment" else day_on_screen(self._value)
        return str(self)
