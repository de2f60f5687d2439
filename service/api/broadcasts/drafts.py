"""`/broadcasts`: drafting, submitting, returning, approving, reading. Progress and deliveries are next door."""
# ruff: noqa: FAST003 - the id in the path is taken by the dependency `Asked`

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service.actors import Actor
from service.api.broadcasts.draft_models import ApprovalIn, BroadcastChange, BroadcastIn, ReturnIn
from service.api.broadcasts.models import BroadcastList, BroadcastOut
from service.api.edge.context import ApiContext, Approver, BroadcastsReader, BroadcastsWriter, Context, Spoken
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.api.edge.idempotency import IdempotencyKey, request_hash
from service.api.edge.places import Place
from service.api.edge.unit_place import change_unit
from service.broadcasts import (
    BroadcastView,
    Carrying,
    Foreseen,
    Located,
    approve,
    create_draft,
    edit_draft,
    find_broadcast,
    foresee,
    list_broadcasts,
    locate_broadcast,
    note_of,
    rendered,
    return_broadcast,
    submit,
    waiting_of,
)
from service.database import act_for, unit_transaction
from service.deliveries import actions_of, carriers_rest, estimate_before, estimate_of, in_words, progress_of
from service.languages import Language
from service.registered_texts import sms_script_of
from service.traces import follow
from service.units import Unit

router = APIRouter(prefix="/broadcasts", tags=["broadcasts"])

BroadcastId = Annotated[UUID, Path(description="the broadcast's id")]


@dataclass(frozen=True, slots=True)
class ActionAsked(Place[UUID, Located]):
    """A broadcast, by its id, and what every action on one takes."""

    room = "broadcasts."

    async def find(self, conn: AsyncConnection) -> tuple[Located, int]:
        """Raises `NotFound("broadcast.unknown")`."""
        located = await locate_broadcast(conn, self.named)
        follow(located.id)
        return located, located.unit_id

    async def run(
        self,
        actor: Actor,
        name: str,
        body: BaseModel | None,
        use_case: Callable[[AsyncConnection, int], Awaitable[BroadcastView]],
        *,
        shape: Callable[[BroadcastOut], BroadcastOut] = lambda broadcast: broadcast,
    ) -> JSONResponse:
        """Runs the use case once for the key and answers with the broadcast as it then stands, in its shape."""

        async def act(conn: AsyncConnection, located: Located) -> tuple[int, BroadcastOut]:
            view = await use_case(conn, located.id)
            return 200, shape(await shown(self.context, conn, view, actor, self.language))

        return await self.once(actor, name, body, act, alone=True)


def at_broadcast(
    context: ApiContext, actor: Actor, public_id: UUID
) -> AbstractAsyncContextManager[tuple[AsyncConnection, Located]]:
    """Opens a transaction acting for the unit the broadcast belongs to, if that is the actor's or stands below it; yields where
    it is, too.
    """
    return ActionAsked(context, public_id).open(actor)


async def _asked(context: Context, language: Spoken, broadcast_id: BroadcastId, key: IdempotencyKey = None) -> ActionAsked:
    return ActionAsked(context, broadcast_id, key, language)


Asked = Annotated[ActionAsked, Depends(_asked)]


def carrying_of(context: ApiContext) -> Carrying:
    """Returns when this deployment's messages may leave, and how fast."""
    return Carrying(context.settings.quiet_hours, context.settings.paces)


async def shown(
    context: ApiContext, conn: AsyncConnection, view: BroadcastView, actor: Actor, language: Language, *, whole: bool = True
) -> BroadcastOut:
    """Shows a broadcast with its progress, as the API does to this person; `whole`: with the texts that parents get."""
    sender, digits = context.settings.twilio_sender, context.numbers.digits
    providers = context.settings.sms_providers
    final = None
    if whole:
        final = await rendered(conn, view, sender=sender, now=context.now(), providers=providers, digits=digits)
    progress = await progress_of(conn, view.id, now=context.now())
    number = None if view.public_serial is None else context.numbers.written(view.public_serial)
    waits = waiting_of(view, context.settings.quiet_hours, context.now())
    carrying, now = carrying_of(context), context.now()
    rests = max((await carriers_rest(conn, view.channels, now=now)).values(), default=None) if whole and view.open else None
    starts = max((each for each in (waits and waits[0], rests) if each), default=None)
    estimate, foreseen = None, Foreseen()
    if whole and view.planned_at is None:
        foreseen = await foresee(conn, view, carrying=carrying, sender=sender, digits=digits, now=now)
        estimate = await estimate_before(conn, view, foreseen.work, carrying, starts=starts, now=now)
    elif whole:
        estimate = await estimate_of(conn, view, paces=carrying.paces, starts=starts, now=now)
    return BroadcastOut.of(
        view,
        progress,
        public_number=number,
        base=context.settings.public_base,
        final=final,
        estimate=estimate,
        waits_until=waits and waits[0],
        note=note_of(
            view,
            waits,
            language,
            carrier_says=in_words(view.pause_reason, language),
            not_sent=progress.not_sent,
            hinders=foreseen.hinders,
            rests=rests,
        ),
        moves=actions_of(view, actor, progress, now=now, quiet=context.settings.quiet_hours),
        language=language,
    )


@router.post("", operation_id="create_broadcast", status_code=201, response_model=BroadcastOut)
async def create(
    context: Context, actor: BroadcastsWriter, language: Spoken, body: BroadcastIn, key: IdempotencyKey = None
) -> JSONResponse:
    """A new draft."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, BroadcastOut]:
        draft = body.draft(await sms_script_of(conn, context.settings.sms_script))
        view = await create_draft(
            conn,
            actor,
            unit=unit,
            draft=draft,
            now=context.now(),
            carrying=carrying_of(context),
            sender=context.settings.twilio_sender,
            digits=context.numbers.digits,
        )
        return 201, await shown(context, conn, view, actor, language)

    return await change_unit(context, actor, body.unit, key, request_hash("broadcasts.create", body), use_case)


@router.get("", operation_id="list_broadcasts")
async def list_all(
    context: Context, actor: BroadcastsReader, language: Spoken, cursor: Cursor = None, limit: Limit = 50
) -> BroadcastList:
    """Your unit's broadcasts and, for an officer, those of the units below, the newest first."""
    before = open_number(cursor)
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        views = await list_broadcasts(conn, before=before, limit=limit + 1)
        items = []
        for view in views[:limit]:
            await act_for(conn, view.unit_id)
            items.append(await shown(context, conn, view, actor, language, whole=False))
    more = len(views) > limit
    return BroadcastList(items=items, next=make_cursor(views[limit - 1].id) if more else None)


@router.get("/{broadcast_id}", operation_id="read_broadcast")
async def read(context: Context, actor: BroadcastsReader, language: Spoken, broadcast_id: BroadcastId) -> BroadcastOut:
    """One broadcast, with its progress."""
    async with at_broadcast(context, actor, broadcast_id) as (conn, located):
        return await shown(context, conn, await find_broadcast(conn, located.id), actor, language)


@router.patch("/{broadcast_id}", operation_id="edit_broadcast", response_model=BroadcastOut)
async def edit(asked: Asked, actor: BroadcastsWriter, body: BroadcastChange) -> JSONResponse:
    """Changes a draft. Whatever was submitted is void; whoever edits may not approve."""
    context = asked.context

    async def use_case(conn: AsyncConnection, broadcast_id: int) -> BroadcastView:
        return await edit_draft(
            conn,
            actor,
            broadcast_id=broadcast_id,
            changes=body.changes(),
            version=body.version,
            now=context.now(),
            carrying=carrying_of(context),
            sender=context.settings.twilio_sender,
            digits=context.numbers.digits,
        )

    return await asked.run(actor, "edit", body, use_case)


@router.post("/{broadcast_id}/submit", operation_id="submit_broadcast", response_model=BroadcastOut)
async def submit_one(asked: Asked, actor: BroadcastsWriter) -> JSONResponse:
    """Checks the texts, counts the audience and asks for approval of exactly that: see `digest`."""
    context = asked.context
    sender, digits = context.settings.twilio_sender, context.numbers.digits
    return await asked.run(
        actor,
        "submit",
        None,
        lambda conn, broadcast_id: submit(
            conn,
            actor,
            broadcast_id=broadcast_id,
            sender=sender,
            now=context.now(),
            providers=context.settings.sms_providers,
            digits=digits,
            carrying=carrying_of(context),
        ),
    )


@router.post("/{broadcast_id}/return", operation_id="return_broadcast", response_model=BroadcastOut)
async def return_one(asked: Asked, actor: Approver, body: ReturnIn) -> JSONResponse:
    """Back to its author, with a reason."""
    return await asked.run(
        actor,
        "return",
        body,
        lambda conn, broadcast_id: return_broadcast(
            conn, actor, broadcast_id=broadcast_id, reason=body.reason, now=asked.context.now()
        ),
    )


@router.post("/{broadcast_id}/approve", operation_id="approve_broadcast", response_model=BroadcastOut)
async def approve_one(asked: Asked, actor: Approver, body: ApprovalIn) -> JSONResponse:
    """Freezes, signs and sends what `digest` stands for."""
    context = asked.context
    return await asked.run(
        actor,
        "approve",
        body,
        lambda conn, broadcast_id: approve(
            conn,
            actor,
            broadcast_id=broadcast_id,
            digest=body.digest,
            sender=context.settings.twilio_sender,
            master=context.master,
            numbers=context.numbers,
            now=context.now(),
            providers=context.settings.sms_providers,
            carrying=carrying_of(context),
        ),
    )
