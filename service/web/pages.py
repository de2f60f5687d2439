"""Renders pages: one style sheet inside the page, so that a slow line asks once; a content policy that allows no script.

The style is named in the policy by its hash: nothing else on the page may style or run anything.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from service.languages import Language, languages, own_name
from service.rendering import page_environment
from service.web.wording import number_shape

STATIC = Path(__file__).parent / "static"
DEFAULT: Language = "vi"
"""What a page is in unless another language is asked for: people here read Vietnamese whatever their browser was shipped with."""


def page_language(lang: str | None) -> Language:
    """Chooses the language asked for with `?lang=`, if there is a catalogue of it."""
    return lang if lang in languages() else DEFAULT


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The page in another language. `tag`: that language as HTML writes it; `name`: as it calls itself."""

    tag: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Pages:
    """What every page carries: its style, the policy that goes with it, and what a look-up number looks like here."""

    digits: int
    shape: Mapping[str, object]
    style: Markup
    policy: str

    @classmethod
    def load(cls, digits: int) -> "Pages":
        """Loads the pages of every language. `digits`: a look-up number's."""
        style = _compact((STATIC / "style.css").read_text(encoding="utf-8"))
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        return cls(digits, number_shape(digits), Markup(style), policy)  # noqa: S704 - our own file, not a person's text

    def render(self, name: str, language: Language, *, here: str | None = "/", number: str = "", **values: Any) -> str:
        """Renders a page in `language`. `number` keeps an asked number across the change of language;
        without `here` there is no change.
        """
        others = (other for other in languages() if other != language) if here else ()
        return (
            page_environment(language)
            .get_template(name)
            .render(
                elsewhere=[
                    Elsewhere(other.replace("_", "-"), own_name(other), _address(here or "/", other, number)) for other in others
                ],
                lang="" if language == DEFAULT else language,
                home=_address("/", language),
                shape=self.shape,
                style=self.style,
                **values,
            )
        )

    def headers(self) -> dict[str, str]:
        """Returns what goes with every page. Nothing of an answer is kept by a browser or a proxy."""
        return {"Content-Security-Policy": self.policy, "Cache-Control": "no-store"}


def _address(path: str, language: Language, number: str = "") -> str:
    asked = f"so={number.replace(' ', '')}" if number else ""
    query = "&".join(part for part in (asked, f"lang={language}" if language != DEFAULT else "") if part)
    return f"{path}?{query}" if query else path


def _compact(css: str) -> str:
    lines = (line.strip() for line in css.splitlines())
    return "\n".join(line for line in lines if line and not (line.startswith("/*") and line.endswith("*/")))
