"""Putting a text on file as the carriers have it, taking it back, and saying what an SMS that is none of them means."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.audit import Action, Subject, note_event
from service.errors import Conflict, FieldError, Invalid, NotFound
from service.registered_texts.templates import LONGEST, Template
from service.text_rules import cleaned, one_line

Status = Literal["draft", "submitted", "approved", "rejected", "expired"]
STATUSES: tuple[Status, ...] = get_args(Status)
Unregistered = Literal["warn", "forbid"]
SmsScript = Literal["ascii", "unicode"]
MOST = 500
"""Texts of one unit at one provider."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class Registration:
    """One text at one provider. `dated`: the day of its status. `reference`: the carrier's own, if it gave one."""

    provider: str
    name: str
    template: str
    status: Status
    dated: date
    reference: str = ""

    def checked(self) -> "Registration":
        """Brings it into the one form that is stored. Raises `Invalid("request.invalid")`, naming every field."""
        wrong = [FieldError(field, "field.code") for field in ("provider", "name") if not _NAME.fullmatch(getattr(self, field))]
        if self.status not in STATUSES:
            wrong.append(FieldError("status", "field.choice", {"allowed": ", ".join(STATUSES)}))
        template, reference = cleaned(self.template), one_line(self.reference)
        for field, written, most in (("template", template, LONGEST), ("reference", reference, 100)):
            if len(written) > most:
                wrong.append(FieldError(field, "field.too_long", {"most": most}))
        try:
            Template.parse(template[:LONGEST])
        except Invalid as refused:
            wrong += refused.fields
        if wrong:
            raise Invalid("request.invalid", fields=tuple(wrong))
        return Registration(self.provider, self.name, template, self.status, self.dated, reference)


async def put_text(conn: AsyncConnection, actor: Actor | None, *, unit_id: int, text_: Registration, now: datetime) -> bool:
    """Puts a text on the unit's file, over what stood there under its name; whether that changed anything.

    The transaction acts for the unit. `actor` None: the deployment's owner. Raises `Forbidden("auth.scope")`,
    `Invalid("request.invalid")`, `Conflict("registered.too_many")`.
    """
    _require(actor)
    text_ = text_.checked()
    place = {"unit": unit_id, "provider": text_.provider, "name": text_.name}
    changed = await conn.execute(
        text(
            "INSERT INTO registered_texts AS t (unit_id, provider, name, template, status, dated, reference, put_by, put_at)"
            " VALUES (:unit, :provider, :name, :template, :status, :dated, :reference, :by, :now)"
            " ON CONFLICT (unit_id, provider, name) DO UPDATE SET template = excluded.template, status = excluded.status,"
            "   dated = excluded.dated, reference = excluded.reference, put_by = excluded.put_by, put_at = excluded.put_at,"
            " withdrawn_at = NULL"
            " WHERE (t.template, t.status, t.dated, t.reference) <>"
            " (excluded.template, excluded.status, excluded.dated, excluded.reference)"
            "    OR t.withdrawn_at IS NOT NULL"
        ),
        {
            **place,
            "template": text_.template,
            "status": text_.status,
            "dated": text_.dated,
            "reference": text_.reference,
            "by": actor.account_id if actor else None,
            "now": now,
        },
    )
    if not changed.rowcount:
        return False
    counted = await conn.execute(
        text("SELECT count(*) FROM registered_texts WHERE unit_id = :unit AND provider = :provider AND withdrawn_at IS NULL"),
        place,
    )
    if counted.scalar_one() > MOST:
        raise Conflict("registered.too_many", most=MOST)
    await _note(conn, actor, unit_id, Action.TEXT_REGISTERED, text_.provider, text_.name, now, status=text_.status)
    return True


async def withdraw_text(conn: AsyncConnection, actor: Actor, *, unit_id: int, provider: str, name: str, now: datetime) -> None:
    """Takes a text off the unit's file; its row is kept. Raises `Forbidden("auth.scope")`, `NotFound("registered.unknown")`."""
    _require(actor)
    gone = await conn.execute(
        text(
            "UPDATE registered_texts SET withdrawn_at = :now"
            " WHERE unit_id = :unit AND provider = :provider AND name = :name AND withdrawn_at IS NULL"
        ),
        {"unit": unit_id, "provider": provider, "name": name, "now": now},
    )
    if not gone.rowcount:
        raise NotFound("registered.unknown")
    await _note(conn, actor, unit_id, Action.TEXT_WITHDRAWN, provider, name, now)


async def set_unregistered(conn: AsyncConnection, actor: Actor, *, unit_id: int, rule: Unregistered, now: datetime) -> None:
    """Says what an SMS that is no registered text means for the unit and all below it. Raises `Forbidden("auth.scope")`."""
    _require(actor)
    await conn.execute(
        text(
            "INSERT INTO unregistered_texts (unit_id, rule, set_by, set_at) VALUES (:unit, :rule, :by, :now)"
            " ON CONFLICT (unit_id) DO UPDATE SET rule = excluded.rule, set_by = excluded.set_by, set_at = excluded.set_at"
        ),
        {"unit": unit_id, "rule": rule, "by": actor.account_id, "now": now},
    )
    await note_event(conn, actor, Subject(unit_id, "unit", unit_id), Action.UNREGISTERED_RULED, now, rule=rule)


async def set_sms_script(conn: AsyncConnection, actor: Actor, *, unit_id: int, script: SmsScript, now: datetime) -> None:
    """Says how SMS of the unit and of all below it are written where their authors do not say.
    Raises `Forbidden("auth.scope")`.
    """
    _require(actor)
    await conn.execute(
        text(
            "INSERT INTO sms_scripts (unit_id, script, set_by, set_at) VALUES (:unit, :script, :by, :now)"
            " ON CONFLICT (unit_id) DO UPDATE SET script = excluded.script, set_by = excluded.set_by, set_at = excluded.set_at"
        ),
        {"unit": unit_id, "script": script, "by": actor.account_id, "now": now},
    )
    await note_event(conn, actor, Subject(unit_id, "unit", unit_id), Action.SMS_SCRIPT_SET, now, script=script)


def _require(actor: Actor | None) -> None:
    if actor is not None:
        actor.require("texts:write")


async def _note(
    conn: AsyncConnection,
    actor: Actor | None,
    unit_id: int,
    action: Action,
    provider: str,
    name: str,
    now: datetime,
    **codes: str,
) -> None:
    await note_event(conn, actor, Subject(unit_id, "registered_text", f"{provider}/{name}"), action, now, **codes)
