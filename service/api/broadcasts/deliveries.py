"""`/broadcasts/{id}/deliveries`: each message with its state and why, addresses masked."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from service.api.broadcasts.delivery_models import DeliveryList, DeliveryOut
from service.api.broadcasts.drafts import BroadcastId, at_broadcast
from service.api.edge.context import BroadcastsReader, Context
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.deliveries import Shown, list_deliveries
from service.languages import preferred_language

router = APIRouter(prefix="/broadcasts", tags=["broadcasts"])


@router.get("/{broadcast_id}/deliveries", operation_id="list_deliveries")
async def list_all(
    context: Context,
    actor: BroadcastsReader,
    request: Request,
    broadcast_id: BroadcastId,
    state: Annotated[Shown | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> DeliveryList:
    """Deliveries in the order they were planned."""
    language = preferred_language(request.headers.get("accept-language"))
    after = open_number(cursor)
    async with at_broadcast(context, actor, broadcast_id) as (conn, located):
        found = await list_deliveries(
            conn, located.id, state=state, after=after, limit=limit + 1, language=language, master=context.master
        )
    more = len(found) > limit
    return DeliveryList(
        items=[DeliveryOut.of(each, context.numbers.written(each.number)) for each in found[:limit]],
        next=make_cursor(found[limit - 1].number) if more else None,
    )
