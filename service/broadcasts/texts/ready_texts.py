"""Ready texts: warnings that were written, weighed and counted before they are needed. Data in templates/ready_texts.toml."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from service.broadcasts.texts.slots import EmailText, Texts
from service.errors import FieldError, Invalid, NotFound
from service.rendering.environments import TEMPLATES
from service.text_rules import one_line

_SLOT = re.compile(r"\{(\w+)\}")
_LONGEST_SLOT = 60
_DAY = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}))?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Slot:
    """What fits into a slot. `kind`: "text" or "date", as carriers call it; `most`: characters."""

    kind: str
    example: str
    most: int = _LONGEST_SLOT

    @property
    def registered(self) -> str:
        """The kind as a carrier's form writes it, behind the slot's name."""
        return self.kind if self.kind == "date" else f"{self.kind}:{self.most}"


SLOTS = {
    "truong": Slot("text", "Nguyễn Bỉnh Khiêm"),
    "ngay": Slot("date", "24/11"),
    "chu_de": Slot("text", "học phí"),
}
"""Every slot of the ready texts, by name."""


@dataclass(frozen=True, slots=True)
class ReadyText:
    """A text with slots in single braces: `{truong}` a school's short name, `{ngay}` a day as dd/mm, `{chu_de}` a topic.

    `needs_statement`: it claims what a school does, so its head must have declared this statement
    (`service.readiness.STATEMENTS`).
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
        """Fills every slot of title and texts. Raises `Invalid("request.invalid")` for a slot missing, unknown, empty, too long,
        or no day.
        """
        wrong = [FieldError(f"slots.{name}", "field.missing") for name in self.slots if name not in values]
        wrong += [
            FieldError("slots", "field.choice", {"allowed": ", ".join(self.slots)}) for name in values if name not in self.slots
        ]
        plain = {name: one_line(value) for name, value in values.items()}
        wrong += [FieldError(f"slots.{name}", "field.too_short") for name, value in plain.items() if not value]
        for name, value in plain.items():
            slot = SLOTS.get(name)
            if slot is None or not value:
                continue
            if slot.kind == "date":
                plain[name] = _day(value) or ""
                if not plain[name]:
                    wrong.append(FieldError(f"slots.{name}", "template.slot_date", {"example": slot.example}))
            elif len(value) > slot.most:
                wrong.append(FieldError(f"slots.{name}", "template.slot_size", {"most": slot.most}))
        if wrong:
            raise Invalid("request.invalid", fields=tuple(wrong))

        def fill(text: str) -> str:
            return _SLOT.sub(lambda slot: plain[slot.group(1)], text)

        title = fill(self.title)
        return title, Texts(fill(self.sms), EmailText(title, fill(self.email)))


def _day(written: str) -> str | None:
    """A day as it stands in a text, dd/mm or dd/mm/yyyy; None for what is none: "hôm nay", 31/02."""
    if iso := _ISO_DAY.fullmatch(written):
        year, month, day = iso.groups()
    elif found := _DAY.fullmatch(written):
        day, _, month, year = found.groups()
    else:
        return None
    try:
        date(int(year or 2024), int(month), int(day))  # a year with a 29 February
    except ValueError:
        return None
    return "/".join(filter(None, (day, month, year)))


@cache
def ready_texts() -> Mapping[str, ReadyText]:
    """Loads all of them by code, in the file's order."""
    listed = tomllib.loads((TEMPLATES / "ready_texts.toml").read_text(encoding="utf-8"))
    return {code: ReadyText(code, **fields) for code, fields in listed.items()}


def ready_text(code: str) -> ReadyText:
    """Finds one of them by its code. Raises `NotFound("template.unknown")`."""
    found = ready_texts().get(code.strip().upper())
    if found is None:
        raise NotFound("template.unknown")
    return found
