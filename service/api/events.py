"""`/broadcasts/{id}/events`: progress as it happens, as server-sent events. Between two looks no transaction is held."""

import asyncio
from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.sse import EventSourceResponse, ServerSentEvent

from service.api.broadcast_models import BroadcastOut
from service.api.broadcasts import BroadcastId, at_broadcast, shown
from service.api.context import BroadcastsReader, Context
from service.broadcasts import find_broadcast

router = APIRouter(prefix="/broadcasts", tags=["broadcasts"])

_EVERY = 1.0
_ENDED = frozenset({"completed", "cancelled"})


async def _now(context: Context, actor: BroadcastsReader, broadcast_id: BroadcastId) -> BroadcastOut:
    async with at_broadcast(context, actor, broadcast_id) as (conn, inner_id):
        return await shown(context, conn, await find_broadcast(conn, inner_id))


@router.get("/{broadcast_id}/events", response_class=EventSourceResponse)
async def events(
    context: Context,
    actor: BroadcastsReader,
    broadcast_id: BroadcastId,
    first: Annotated[BroadcastOut, Depends(_now)],  # before the stream begins, so that a refusal is still a refusal
) -> AsyncIterable[ServerSentEvent]:
    """`progress` events whenever a number changes, until the broadcast has ended."""
    seen = first
    yield _event(seen)
    while seen.state not in _ENDED:
        await asyncio.sleep(_EVERY)
        now = await _now(context, actor, broadcast_id)
        if (now.progress, now.state) != (seen.progress, seen.state):
            yield _event(now)
        seen = now


def _event(broadcast: BroadcastOut) -> ServerSentEvent:
    told = broadcast.model_dump(mode="json", include={"id", "state", "progress", "rate", "last_progress_at"})
    return ServerSentEvent(event="progress", data=told)
