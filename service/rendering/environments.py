"""The Jinja environments, one for each language of pages and one of messages.
An undefined name is an error in all: a message with a hole in it is never sent.

Pages escape everything. Messages render in a sandbox, because later the words of a unit's own templates come from people;
only their HTML is escaped, an SMS shows `&` as it is.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.clock import day_on_screen, on_screen
from service.languages import Language, catalogue

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@cache
def page_environment(language: Language = "vi") -> Environment:
    """Makes the environment of pages and components in `language`. Filters: `on_screen`, `day_on_screen`."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else every page asks the disk whether each of its templates is still the same
    )
    return _speaking(made, language)


@cache
def message_environment(language: Language = "vi") -> Environment:
    """Makes the environment of messages whose frames are in `language`. Made once: it holds compiled templates and nothing that
    changes.
    """
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES / "messages"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return _speaking(made, language)


def _speaking(made: Environment, language: Language) -> Environment:
    """Gives templates `{% trans %}` and the filters. Old style: the new one lets HTML of a sentence through
    and stumbles over a bare %.
    """

    def gettext(msgid: str) -> str:
        return catalogue(language).text(msgid)

    def ngettext(singular: str, plural: str, count: int) -> str:
        return catalogue(language).text(singular, plural=plural, count=count)

    def pgettext(context: str, msgid: str) -> str:
        return catalogue(language).text(msgid, context=context)

    def npgettext(context: str, singular: str, plural: str, count: int) -> str:
        return catalogue(language).text(singular, plural=plural, context=context, count=count)

    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(gettext, ngettext, newstyle=False, pgettext=pgettext, npgettext=npgettext)  # type: ignore[attr-defined]
    made.filters["on_screen"] = on_screen
    made.filters["day_on_screen"] = day_on_screen
    return made
