"""Renders pages: one style sheet inside the page, so that a slow line asks once; a content policy that allows no script.

The style is named in the policy by its hash: nothing else on the page may style or run anything.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from service.web.wording import page_words

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Pages:
    """The page templates, their words by language, the style they carry and the policy that goes with them."""

    environment: Environment
    digits: int
    words: Mapping[str, Mapping[str, object]]
    style: Markup
    policy: str

    @classmethod
    def load(cls, environment: Environment, digits: int) -> "Pages":
        """`digits`: a look-up number's."""
        style = _compact((STATIC / "style.css").read_text(encoding="utf-8"))
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        words = {language: page_words(language, digits) for language in ("vi", "en")}
        return cls(environment, digits, words, Markup(style), policy)  # noqa: S704 - our own file, not a person's text

    def render(self, name: str, language: str, *, here: str | None = "/", number: str = "", **values: Any) -> str:
        """A page in one language. `number` keeps an asked number across the change of language;
        without `here` there is no change.
        """
        other = "vi" if language == "en" else "en"
        query = "&".join(
            part for part in (f"so={number.replace(' ', '')}" if number else "", "lang=en" if other == "en" else "") if part
        )
        return self.environment.get_template(name).render(
            t=self.words[language],
            language=language,
            other_language=other,
            other_language_url=f"{here}?{query}" if here and query else here,
            home="/?lang=en" if language == "en" else "/",
            style=self.style,
            **values,
        )

    def headers(self) -> dict[str, str]:
        """What goes with every page. Nothing of an answer is kept by a browser or a proxy."""
        return {"Content-Security-Policy": self.policy, "Cache-Control": "no-store"}


def _compact(css: str) -> str:
    lines = (line.strip() for line in css.splitlines())
    return "\n".join(line for line in lines if line and not (line.startswith("/*") and line.endswith("*/")))
