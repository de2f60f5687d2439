"""Ready texts: warnings that were written, weighed and counted before they are needed. Data in templates/ready_texts.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from service.broadcasts.texts import EmailText, Texts
from service.errors import FieldError, Invalid, NotFound
from service.rendering.environments import TEMPLATES
from service.wording import one_line

_SLOT = re.compile(r"\{(\w+)\}")
_LONGEST_SLOT = 60


@dataclass(frozen=True, slots=True)
class ReadyText:
    """A text with slots in single braces: `{truong}` a school's short name, `{ngay}` a day as dd/mm, `{chu_de}` a topic.

    `needs_statement`: it claims what a school does, so its head must have declared this statement (`service.readiness.STATEMENTS`).
    """

    code: str
    kind: str
    title: str
    sms: str
    email: str
    needs_statement: str | None = None

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the slots, in the order in which they first stand."""
        return tuple(dict.fromkeys(_SLOT.findall(f"{self.title} {self.sms} {self.email}")))

    def filled(self, values: Mapping[str, str]) -> tuple[str, Texts]:
        """Title and texts with every slot filled. Raises `Invalid("request.invalid")` for a slot missing, unknown, empty or long."""
        wrong = [FieldError(f"slots.{name}", "field.missing") for name in self.slots if name not in values]
        wrong += [
            FieldError("slots", "field.choice", {"allowed": ", ".join(self.slots)}) for name in values if name not in self.slots
        ]
        plain = {name: one_line(value) for name, value in values.items()}
        wrong += [FieldError(f"slots.{name}", "field.too_short") for name, value in plain.items() if not value]
        wrong += [FieldError(f"slots.{name}", "field.too_long") for name, value in plain.items() if len(value) > _LONGEST_SLOT]
        if wrong:
            raise Invalid("request.invalid", fields=tuple(wrong))

        def fill(text: str) -> str:
            return _SLOT.sub(lambda slot: plain[slot.group(1)], text)

        title = fill(self.title)
        return title, Texts(fill(self.sms), EmailText(title, fill(self.email)))


@cache
def ready_texts() -> Mapping[str, ReadyText]:
    """All of them by code, in the file's order."""
    listed = tomllib.loads((TEMPLATES / "ready_texts.toml").read_text(encoding="utf-8"))
    return {code: ReadyText(code, **fields) for code, fields in listed.items()}


def ready_text(code: str) -> ReadyText:
    """One of them. Raises `NotFound("template.unknown")`."""
    found = ready_texts().get(code)
    if found is None:
        raise NotFound("template.unknown")
    return found
