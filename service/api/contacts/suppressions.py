"""`/suppressions`: "take this number off now", what is off, and a person's word that one may be written to again."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.consents import SuppressionReason
from service.api.contacts.models import Channel, Typed, UnitCode
from service.api.edge.context import ContactsReader, ContactsWriter, Context
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_cursor
from service.api.edge.idempotency import IdempotencyKey, request_hash
from service.api.edge.unit_place import at_unit, change_unit
from service.contacts import LiftedBecause, Target, lift, suppressions_of, take_off
from service.errors import FieldError, Invalid
from service.units import Unit

router = APIRouter(prefix="/suppressions", tags=["suppressions"])


class TargetIn(BaseModel):
    """Exactly one of `phone`, `email`, `contact`; `channel` narrows a contact to its number or its emails."""

    model_config = ConfigDict(extra="forbid")

    unit: UnitCode
    phone: Typed | None = None
    email: Typed | None = None
    contact: UUID | None = None
    channel: Channel | None = None

    def target(self) -> Target:
        return Target(self.phone, self.email, self.contact, self.channel)


class TakeOffIn(TargetIn):
    """`opt_out` ends advisories only; a wrong person or an invalid number is written to no more, whatever the urgency."""

    reason: Literal["opt_out", "wrong_person", "invalid"]


class LiftIn(TargetIn):
    reason: SuppressionReason
    why: LiftedBecause


class Done(BaseModel):
    """The same whether the address is on a list or not."""

    reason: SuppressionReason
    channels: list[Channel]


class SuppressedOut(BaseModel):
    """`contact` and `address` (masked): null where no present contact has the address."""

    channel: Channel
    reason: SuppressionReason
    since: datetime
    contact: UUID | None
    address: str | None


class SuppressionList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[SuppressedOut]
    next: str | None


@router.post("", operation_id="suppress_address", response_model=Done)
async def take(context: Context, actor: ContactsWriter, body: TakeOffIn, key: IdempotencyKey = None) -> JSONResponse:
    """Takes an address off now, on the list or not: the unit writes to it no more, and what still waits for it is not sent."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, Done]:
        channels = await take_off(
            conn, actor, unit_id=unit.id, target=body.target(), reason=body.reason, master=context.master, now=context.now()
        )
        return 200, Done(reason=body.reason, channels=channels)

    return await change_unit(context, actor, body.unit, key, request_hash("suppressions.add", body), use_case)


@router.post("/lift", operation_id="lift_suppression", response_model=Done)
async def lift_one(context: Context, actor: ContactsWriter, body: LiftIn, key: IdempotencyKey = None) -> JSONResponse:
    """Says that an address may be written to again, as far as this reason goes. No list ever does."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, Done]:
        channels = await lift(
            conn,
            actor,
            unit_id=unit.id,
            target=body.target(),
            reason=body.reason,
            why=body.why,
            master=context.master,
            now=context.now(),
        )
        return 200, Done(reason=body.reason, channels=channels)

    return await change_unit(context, actor, body.unit, key, request_hash("suppressions.lift", body), use_case)


@router.get("", operation_id="list_suppressions")
async def list_all(
    context: Context,
    actor: ContactsReader,
    response: Response,
    unit: Annotated[str, Query(max_length=40)],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> SuppressionList:
    """What the unit does not write to, the newest first."""
    response.headers["Cache-Control"] = "no-store"
    before = _opened(cursor)
    async with at_unit(context, actor, unit) as (conn, target):
        found = await suppressions_of(conn, actor, unit_id=target.id, before=before, limit=limit + 1, master=context.master)
    items = [SuppressedOut.model_validate(each, from_attributes=True) for each in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return SuppressionList(items=items, next=make_cursor(f"{last.since.isoformat()} {last.id}") if last else None)


def _opened(cursor: str | None) -> tuple[datetime, UUID] | None:
    position = open_cursor(cursor)
    if position is None:
        return None
    time, _, public_id = position.partition(" ")
    try:
        since = datetime.fromisoformat(time)
        if since.tzinfo is None:
            raise ValueError
        return since, UUID(public_id)
    except ValueError:
        raise Invalid("request.cursor", fields=(FieldError("cursor", "request.cursor"),)) from None
