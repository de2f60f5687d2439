"""`/broadcasts/received`: what units above have sent to one's own parents, in coarse figures."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel

from service.api.edge.context import ApiContext, BroadcastsReader, Context
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.api.edge.unit_place import at_unit
from service.broadcasts import Kind, State, Urgency
from service.deliveries import ReceivedBroadcast, list_received
from service.languages import Language, preferred_language
from service.languages import gettext_lazy as _

router = APIRouter(prefix="/broadcasts", tags=["broadcasts"])

_FEW, _ABOUT = _("fewer than 10"), _("about {count:n}")


class IssuerOut(BaseModel):
    code: str
    name: str


class AboutOut(BaseModel):
    """Roughly how many of your present list it is meant for: to the nearest ten, from a hundred on to the nearest hundred.

    `number` is 0 for fewer than ten.
    """

    number: int
    words: str


class ReceivedOut(BaseModel):
    """A broadcast of a unit above yours whose audience includes you. `id` is its public record's.

    `percent`: how far the whole broadcast is, in steps of 25; of one with fewer than 100 messages 0 until it has ended. Nothing
    here says to which of your parents it went on your account: a number on two lists is written to once.
    """

    id: UUID
    record_url: str
    public_number: str
    kind: Kind
    urgency: Urgency
    title: str
    issuer: IssuerOut
    approved_at: AwareDatetime
    state: State
    about: AboutOut
    percent: int


class ReceivedList(BaseModel):
    """The newest first. `next` is the cursor of the next page, or null."""

    items: list[ReceivedOut]
    next: str | None


@router.get("/received", operation_id="list_received_broadcasts")
async def list_all(
    context: Context,
    actor: BroadcastsReader,
    request: Request,
    unit: Annotated[str, Query(max_length=40)],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ReceivedList:
    """Broadcasts of the units above that are meant for this unit's list, too."""
    language = preferred_language(request.headers.get("accept-language"))
    before = open_number(cursor)
    async with at_unit(context, actor, unit) as (conn, found):
        received = await list_received(conn, actor, unit_id=found.id, before=before, limit=limit + 1)
    more = len(received) > limit
    return ReceivedList(
        items=[_out(context, each, language) for each in received[:limit]],
        next=make_cursor(received[limit - 1].id) if more else None,
    )


def _out(context: ApiContext, each: ReceivedBroadcast, language: Language) -> ReceivedOut:
    return ReceivedOut(
        id=each.record_id,
        record_url=f"{context.settings.public_base}/api/v1/records/{each.record_id}",
        public_number=context.numbers.written(each.public_serial),
        kind=each.kind,
        urgency=each.urgency,
        title=each.title,
        issuer=IssuerOut(code=each.issuer, name=each.issuer_name),
        approved_at=each.approved_at,
        state=each.state,
        about=AboutOut(number=each.about, words=_ABOUT.in_(language, count=each.about) if each.about else _FEW.in_(language)),
        percent=each.percent,
    )
