"""The two Jinja environments. An undefined name is an error in both: a message with a hole in it is never sent.

Pages escape everything. Messages render in a sandbox, because later the words of a unit's own templates come from people;
only their HTML is escaped, an SMS shows `&` as it is.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from service.clock import day_on_screen, on_screen

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def page_environment() -> Environment:
    """A new environment for pages and components. Filters: `on_screen`, `day_on_screen`."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else every page asks the disk whether each of its templates is still the same
    )
    made.filters["on_screen"] = on_screen
    made.filters["day_on_screen"] = day_on_screen
    return made


@cache
def message_environment() -> Environment:
    """The environment of messages. Made once: it holds compiled templates and nothing that changes."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES / "messages"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["on_screen"] = on_screen
    made.filters["day_on_screen"] = day_on_screen
    return made
