"""Languages: every sentence that people read stands in English in the code and in each language in a catalogue (gettext, `.po`).

The catalogues lie in `templates/languages/<language>/LC_MESSAGES/<domain>.po`; what languages there are is what folders there
are. A language is always handed over: there is no current one. docs/languages.md has the recipe for a sentence and for a
language.
"""

from service.languages.catalogues import Catalogue, Language, Plurals, catalogue, languages, reading_from
from service.languages.choosing import language_of_locale, own_name, preferred_language
from service.languages.phrases import (
    Phrase,
    gettext,
    gettext_lazy,
    gettext_noop,
    ngettext,
    ngettext_lazy,
    pgettext,
    pgettext_lazy,
)
from service.languages.templates import speak

__all__ = [
    "Catalogue",
    "Language",
    "Phrase",
    "Plurals",
    "catalogue",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "language_of_locale",
    "languages",
    "ngettext",
    "ngettext_lazy",
    "own_name",
    "pgettext",
    "pgettext_lazy",
    "preferred_language",
    "reading_from",
    "speak",
]
