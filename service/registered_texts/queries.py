"""Registered texts as they are read: those of a unit and of the units above it, whose sender it uses."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.registered_texts.filing import SmsScript, Unregistered
from service.registered_texts.templates import Template, fold


@dataclass(frozen=True, slots=True)
class RegisteredText:
    """A text on file. `id` is internal; `unit`: the code of the unit that has it registered."""

    id: int
    unit: str
    provider: str
    name: str
    template: str
    status: str
    dated: date
    reference: str


@dataclass(frozen=True, slots=True)
class Registrations:
    """What the carriers in use have approved, by provider. `forbidden`: nothing else may be sent."""

    approved: Mapping[str, tuple[Template, ...]]
    forbidden: bool

    def lacking(self, sms: str) -> tuple[str, ...]:
        """Returns the providers that have no text of this kind. `sms`: a final text, `{number}` in its place."""
        folded = fold(sms)
        return tuple(name for name, templates in self.approved.items() if not any(each.fits(folded) for each in templates))


def provider_in_words(provider: str) -> str:
    """Names a provider as a sentence does: `twilio-2` → `Twilio 2`."""
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_.]+", provider) if word) or provider


async def list_texts(conn: AsyncConnection, *, after: int = 0, limit: int = 100) -> list[RegisteredText]:
    """Lists what holds for the acting unit, its own and those of the units above, in the order they were first put on file."""
    rows = await conn.execute(
        text("SELECT * FROM door_registered_texts() WHERE id > :after ORDER BY id LIMIT :limit"), {"after": after, "limit": limit}
    )
    return [RegisteredText(**row) for row in rows.mappings()]


async def unregistered_rule(conn: AsyncConnection) -> Unregistered:
    """Returns the stricter of what the acting unit and those above it have said; a warning unless one of them forbids."""
    forbidden = (await conn.execute(text("SELECT door_unregistered_forbidden()"))).scalar_one()
    return "forbid" if forbidden else "warn"


async def sms_script_of(conn: AsyncConnection, sender_s: SmsScript) -> SmsScript:
    """Decides how an SMS of the acting unit is written where its author does not say: as it has said itself or, the nearest
    first, a unit above it; else as the deployment's sender has it.
    """
    said: SmsScript | None = (await conn.execute(text("SELECT door_sms_script()"))).scalar_one()
    return said or sender_s


async def registrations(conn: AsyncConnection, providers: Collection[str]) -> Registrations:
    """Loads what the acting unit's SMS are held against; `providers`: those an SMS may go by."""
    rows = await conn.execute(
        text("SELECT provider, template FROM door_registered_texts() WHERE status = 'approved' AND provider = ANY (:providers)"),
        {"providers": list(providers)},
    )
    approved: dict[str, list[Template]] = {provider: [] for provider in providers}
    for row in rows:
        approved[row.provider].append(Template.parse(row.template))
    forbidden = await unregistered_rule(conn) == "forbid"
    return Registrations({name: tuple(templates) for name, templates in approved.items()}, forbidden)
