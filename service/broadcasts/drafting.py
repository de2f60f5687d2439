"""Writing a warning: made as a draft, changed as long as nobody has approved it. A change voids what was submitted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences import Audience
from service.actors import Actor
from service.audit import Action, note_event
from service.broadcasts.audiences.chosen import load_audience, stored_audience
from service.broadcasts.audiences.counting import count_messages
from service.broadcasts.audiences.resolving import resolve_audience
from service.broadcasts.foreseeing import times_of, work_of
from service.broadcasts.lifecycle import State, refusal_of_transition
from service.broadcasts.queries import BroadcastView, find_broadcast
from service.broadcasts.texts.inspection import Inspected, undeclared
from service.broadcasts.texts.slots import CHANNELS, KINDS, SCRIPTS, URGENCIES, Texts, carried, unfit, unfit_fallback
from service.broadcasts.timing import Carrying, Times, too_slow, untimely
from service.broadcasts.transitions import change_state
from service.errors import Conflict, FieldError, Invalid, LoaError
from service.readiness import standing_card
from service.text_rules import one_line
from service.units import Unit

_YEARS = range(2000, 3000)  # in another zone 9999 may be over, and the year 12 has no four digits


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything an author decides. `audience` without units means the broadcast's own unit and all below it.

    `template`: the ready text whose words these are, unchanged. `drill`: to the unit's test recipients, whatever the audience;
    that stays.
    `fallback`: "email", for those of whose number the carrier says that it is no use; they get the email's words.
    """

    kind: str
    urgency: str
    title: str
    texts: Texts
    audience: Audience
    channels: tuple[str, ...]
    expires_at: datetime
    send_at: datetime | None = None
    sms_script: str = "unicode"
    template: str | None = None
    drill: bool = False
    fallback: str | None = None


def draft_of(view: BroadcastView) -> Draft:
    """Returns what the author has decided so far."""
    return Draft(
        kind=view.kind,
        urgency=view.urgency,
        title=view.title,
        texts=Texts.load(view.texts),
        audience=load_audience(view.audience),
        channels=view.channels,
        expires_at=view.expires_at,
        send_at=view.send_at,
        sms_script=view.sms_script,
        template=view.template,
        drill=view.drill,
        fallback=view.fallback,
    )


def unfit_times(expires_at: datetime | None, send_at: datetime | None) -> list[FieldError]:
    """Times that cannot be meant, or that could not be shown in Vietnam's."""
    wrong = []
    for field, moment in (("expires_at", expires_at), ("send_at", send_at)):
        if moment is not None and moment.tzinfo is None:
            wrong.append(FieldError(field, "field.time"))
        elif moment is not None and moment.year not in _YEARS:
            wrong.append(FieldError(field, "field.years", {"first": _YEARS[0], "last": _YEARS[-1]}))
    return wrong


def _checked(draft: Draft) -> tuple[str, Texts]:
    """Title and texts in the one form that is stored. Raises `Invalid`, naming every field at once."""
    title, texts = one_line(draft.title), draft.texts.cleaned()
    wrong = unfit(title, texts, carried(draft.channels, draft.fallback))
    for field, value, allowed in (
        ("kind", draft.kind, KINDS),
        ("urgency", draft.urgency, URGENCIES),
        ("sms_script", draft.sms_script, SCRIPTS),
    ):
        if value not in allowed:
            wrong.append(FieldError(field, "field.choice", {"allowed": ", ".join(allowed)}))
    if not draft.channels or not set(draft.channels) <= set(CHANNELS):
        wrong.append(FieldError("channels", "field.choice", {"allowed": ", ".join(CHANNELS)}))
    wrong += unfit_fallback(draft.channels, draft.fallback)
    wrong += unfit_times(draft.expires_at, draft.send_at)
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    return title, texts


def _columns(draft: Draft, title: str, texts: Texts) -> dict[str, Any]:
    return {
        "kind": draft.kind,
        "urgency": draft.urgency,
        "title": title,
        "texts": orjson.dumps(texts.stored()).decode(),
        "script": draft.sms_script,
        "template": draft.template,
        "audience": orjson.dumps(stored_audience(draft.audience)).decode(),
        "channels": [channel for channel in CHANNELS if channel in draft.channels],
        "fallback": draft.fallback,
        "send_at": draft.send_at,
        "expires_at": draft.expires_at,
    }


async def create_draft(
    conn: AsyncConnection,
    actor: Actor,
    *,
    unit: Unit,
    draft: Draft,
    now: datetime,
    carrying: Carrying = Carrying(),  # noqa: B008 - frozen
    sender: str = "",
    digits: int = 12,
) -> BroadcastView:
    """Creates a draft of the unit. The transaction acts for that unit. `carrying`: when its messages may leave and how fast.

    Raises `Forbidden("auth.scope")`, `Invalid` with `request.invalid`, `content.statement_missing` or what is wrong with its
    times (`broadcast.expires_before_it_may_leave` and its like), and as `resolve_audience` does.
    """
    actor.require("broadcasts:write")
    title, texts = _checked(draft)
    _require_times(draft, carrying, now)
    if draft.template:
        Inspected({}, undeclared(draft.template, await standing_card(conn, unit.id, now=now))).require_sendable()
    meant = await resolve_audience(conn, unit.id, unit.code, draft.audience, on=now)
    draft = replace(draft, audience=meant.named)
    made = await conn.execute(
        text(
            "INSERT INTO broadcasts"
            " (unit_id, kind, urgency, title, texts, template, sms_script, audience, channels, fallback, send_at, expires_at,"
            " drill, author_id, created_at, updated_at)"
            " VALUES (:unit, :kind, :urgency, :title, CAST(:texts AS jsonb), :template, :script,"
            " CAST(:audience AS jsonb), :channels, :fallback, :send_at, :expires_at, :drill, :author, :now, :now) RETURNING id"
        ),
        {**_columns(draft, title, texts), "unit": unit.id, "drill": draft.drill, "author": actor.account_id, "now": now},
    )
    view = await find_broadcast(conn, made.scalar_one())
    await _require_pace(conn, view, carrying, sender, digits, now)
    await note_event(conn, actor, view.subject, Action.BROADCAST_DRAFTED, now, kind=view.kind, urgency=view.urgency)
    return view


def refusal_of_edit(view: BroadcastView, actor: Actor) -> LoaError | None:
    """Tells why this person may not change it now, whatever the change."""
    return actor.refusal("broadcasts:write") or refusal_of_transition(view.state, State.DRAFT)


async def edit_draft(
    conn: AsyncConnection,
    actor: Actor,
    *,
    broadcast_id: int,
    changes: Mapping[str, Any],
    version: int | None = None,
    now: datetime,
    carrying: Carrying = Carrying(),  # noqa: B008 - frozen
    sender: str = "",
    digits: int = 12,
) -> BroadcastView:
    """Changes these fields of the draft, as it stands once nobody else is changing it. Back to draft from wherever it was, its
    digest void; whoever edits may not approve. `version`: the one that the author has seen.

    Raises as `create_draft`, `Conflict("broadcast.not_allowed_in_state")` once it is approved,
    `Conflict("broadcast.changed_meanwhile")`.
    """
    was = await find_broadcast(conn, broadcast_id, lock=True)
    if refusal := refusal_of_edit(was, actor):
        raise refusal
    if version is not None and version != was.version:
        raise Conflict("broadcast.changed_meanwhile")
    draft = replace(draft_of(was), **changes)
    title, texts = _checked(draft)
    _require_times(draft, carrying, now)
    meant = await resolve_audience(conn, was.unit_id, was.unit, draft.audience, on=now)
    draft = replace(draft, audience=meant.named)
    await change_state(
        conn,
        broadcast_id,
        State.DRAFT,
        now=now,
        digest=None,
        audience_count=None,
        submitted_by=None,
        submitted_at=None,
        return_reason=None,
    )
    await conn.execute(
        text(
            "UPDATE broadcasts"
            " SET kind = :kind, urgency = :urgency, title = :title, texts = CAST(:texts AS jsonb), template = :template,"
            " sms_script = :script, audience = CAST(:audience AS jsonb), channels = :channels, fallback = :fallback,"
            " send_at = :send_at, expires_at = :expires_at, version = version + 1,"
            " editor_ids = CASE WHEN :editor = ANY (editor_ids) THEN editor_ids ELSE editor_ids || :editor END WHERE id = :id"
        ),
        {**_columns(draft, title, texts), "editor": actor.account_id, "id": broadcast_id},
    )
    view = await find_broadcast(conn, broadcast_id)
    await _require_pace(conn, view, carrying, sender, digits, now)
    await note_event(conn, actor, view.subject, Action.BROADCAST_EDITED, now, version=view.version, was=was.state)
    return view


def _require_times(draft: Draft, carrying: Carrying, now: datetime) -> None:
    times = Times(draft.kind, draft.urgency, draft.channels, draft.send_at, draft.expires_at)
    if wrong := tuple(untimely(times, carrying.quiet, now)):
        raise Invalid(wrong[0].code, fields=wrong, **(wrong[0].values or {}))


async def _require_pace(
    conn: AsyncConnection, view: BroadcastView, carrying: Carrying, sender: str, digits: int, now: datetime
) -> None:
    if carrying.paces:
        work = work_of(view, await count_messages(conn, view, now=now), sender=sender, digits=digits)
        if wrong := tuple(too_slow(times_of(view), carrying, work, now)):
            raise Invalid(wrong[0].code, fields=wrong, **(wrong[0].values or {}))
