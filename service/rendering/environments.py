"""The Jinja environments: of each language one for pages and one for messages.
An undefined name is an error in all: a message with a hole in it is never sent.

Pages escape everything. Messages render in a sandbox, because later the words of a unit's own templates come from people;
only their HTML is escaped, an SMS shows `&` as it is.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.clock import day_on_screen, on_screen
from service.languages import Catalogue, Language, catalogue, speak

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def page_environment(language: Language) -> Environment:
    """Gives the environment of pages and components in `language`. Filters: `on_screen`, `day_on_screen`."""
    return _page_environment(catalogue(language))


def message_environment(language: Language) -> Environment:
    """Gives the environment of messages whose frames are in `language`."""
    return _message_environment(catalogue(language))


# Made once a language: an environment holds compiled templates, sentences and all, and nothing that changes.
@cache
def _page_environment(known: Catalogue) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else every page asks the disk whether each of its templates is still the same
    )
    return _speaking(made, known)


@cache
def _message_environment(known: Catalogue) -> Environment:
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES / "messages"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return _speaking(made, known)


def _speaking(made: Environment, known: Catalogue) -> Environment:
    speak(made, known)
    made.filters["on_screen"] = on_screen
    made.filters["day_on_screen"] = day_on_screen
    return made
