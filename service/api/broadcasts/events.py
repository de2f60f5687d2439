"""`/broadcasts/{id}/events`: progress as it happens, as server-sent events. Between two looks no transaction is held.

A stream outlives the moment its key was checked: the key is asked about again while it runs. Each asks the database every second:
an account has so many at once in a process and no more.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.accounts import authenticate
from service.api.broadcasts.drafts import BroadcastId, at_broadcast, shown
from service.api.broadcasts.models import BroadcastOut, ProgressEvent
from service.api.edge.context import ApiContext, BroadcastsReader, Context, Spoken
from service.broadcasts import find_broadcast
from service.broadcasts.lifecycle import ENDED
from service.errors import Forbidden, TooMany, Unauthenticated

router = APIRouter(prefix="/broadcasts", tags=["broadcasts"])

_EVERY = 1.0
_KEY_GOOD_FOR = timedelta(seconds=30)
_MOST = 20
_STREAM = {
    "schema": {"type": "string"},
    "itemSchema": {
        "required": ["data", "event"],
        "properties": {
            "data": {"contentMediaType": "application/json", "contentSchema": {"$ref": "#/components/schemas/ProgressEvent"}},
            "event": {"enum": ["progress"]},
        },
    },
}


async def _stream(request: Request, actor: BroadcastsReader) -> AsyncIterator[None]:
    """A place among those of the process, counted as it is asked for and given back when the answer has ended.

    Raises `TooMany("request.too_many_streams")` where the caller has enough.
    """
    state = request.app.state
    if not hasattr(state, "event_streams"):
        state.event_streams = Counter()
    open_: Counter[int] = state.event_streams
    if open_[actor.account_id] >= _MOST:
        raise TooMany("request.too_many_streams")
    open_[actor.account_id] += 1
    try:
        yield
    finally:
        open_[actor.account_id] -= 1


async def _now(context: Context, actor: BroadcastsReader, language: Spoken, broadcast_id: BroadcastId) -> BroadcastOut:
    async with at_broadcast(context, actor, broadcast_id) as (conn, located):
        # without the texts: they do not change, and opening the record every second would be work for nothing
        return await shown(context, conn, await find_broadcast(conn, located.id), actor, language, whole=False)


async def _still_opens(context: ApiContext, request: Request) -> bool:
    token = request.headers.get("authorization", "").partition(" ")[2].strip()
    try:
        (await authenticate(context.engine, token)).require("broadcasts:read")
    except (Unauthenticated, Forbidden):
        return False
    return True


@router.get(
    "/{broadcast_id}/events",
    operation_id="stream_broadcast_events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": _STREAM}}},
)
async def events(
    request: Request,
    context: Context,
    actor: BroadcastsReader,
    language: Spoken,
    broadcast_id: BroadcastId,
    _: Annotated[None, Depends(_stream)],
    first: Annotated[BroadcastOut, Depends(_now)],  # before the stream begins, so that a refusal is still a refusal
) -> AsyncIterable[ServerSentEvent]:
    """`progress` events whenever a number changes, until the broadcast has ended and settled,
    or the key is revoked (seen within 30 s).
    """
    seen, checked = first, context.now()
    yield _event(seen)
    while seen.state not in ENDED or seen.progress.waiting + seen.progress.sending > 0:  # a cancelled one still settles
        await asyncio.sleep(_EVERY)
        if context.now() - checked >= _KEY_GOOD_FOR:
            if not await _still_opens(context, request):
                return
            checked = context.now()
        now = await _now(context, actor, language, broadcast_id)
        if _told(now) != _told(seen):
            yield _event(now)
        seen = now


def _told(broadcast: BroadcastOut) -> tuple[object, ...]:
    return broadcast.state, broadcast.progress, broadcast.note, broadcast.moves


def _event(broadcast: BroadcastOut) -> ServerSentEvent:
    told = ProgressEvent.model_validate(broadcast, from_attributes=True)
    return ServerSentEvent(event="progress", data=told.model_dump(mode="json"))
