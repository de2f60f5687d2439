"""`/consents` and `/contacts/{id}/consents`: what parents agreed to, with its proof.
No consent is assumed and nothing is pre-ticked.
"""
# ruff: noqa: FAST003 - the id in the path is taken by the dependency `ChangingPerson`

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from service.api.contacts.models import Channel, ClassName, ConsentFields, UnitCode
from service.api.contacts.place import ChangingPerson
from service.api.edge.context import ContactsWriter, Context
from service.api.edge.idempotency import IdempotencyKey, request_hash
from service.api.edge.unit_place import change_unit
from service.contacts import ContactPlace, record_class_consents, record_consent, withdraw
from service.units import Unit

router = APIRouter(tags=["consents"])


class ClassConsentsIn(ConsentFields):
    """The acknowledgement of a parents' meeting: everybody present on the list for these classes."""

    unit: UnitCode
    classes: Annotated[list[ClassName], Field(min_length=1, max_length=200)]


class Recorded(BaseModel):
    """Addresses whose consent was recorded now, and those that had one standing."""

    recorded: int
    stood: int


class RecordedOne(BaseModel):
    """`recorded`: 0 where a consent stood already."""

    recorded: int


class WithdrawIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    channel: Channel


class Withdrawn(BaseModel):
    channel: Channel


@router.post("/consents", operation_id="record_consents", response_model=Recorded)
async def give_by_class(
    context: Context, actor: ContactsWriter, body: ClassConsentsIn, key: IdempotencyKey = None
) -> JSONResponse:
    """Records the consent of whole classes."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, Recorded]:
        recorded, stood = await record_class_consents(
            conn,
            actor,
            unit=unit,
            classes=body.classes,
            channel=body.channel,
            consent=body.consent(),
            master=context.master,
            now=context.now(),
        )
        return 200, Recorded(recorded=recorded, stood=stood)

    return await change_unit(context, actor, body.unit, key, request_hash("consents.classes", body), use_case)


@router.post("/contacts/{contact_id}/consents", operation_id="record_contact_consent", response_model=RecordedOne)
async def give(person: ChangingPerson, actor: ContactsWriter, body: ConsentFields) -> JSONResponse:
    """Records a contact's consent to one channel."""
    context = person.context

    async def use_case(conn: AsyncConnection, place: ContactPlace) -> RecordedOne:
        recorded = await record_consent(
            conn, actor, place=place, channel=body.channel, consent=body.consent(), master=context.master, now=context.now()
        )
        return RecordedOne(recorded=recorded)

    return await person.change(actor, "consent", body, use_case)


@router.post("/contacts/{contact_id}/consents/withdraw", operation_id="withdraw_contact_consent", response_model=Withdrawn)
async def take_back(person: ChangingPerson, actor: ContactsWriter, body: WithdrawIn) -> JSONResponse:
    """Ends a contact's consent to one channel, from now on."""

    async def use_case(conn: AsyncConnection, place: ContactPlace) -> Withdrawn:
        await withdraw(conn, actor, place=place, channel=body.channel, now=person.context.now())
        return Withdrawn(channel=body.channel)

    return await person.change(actor, "withdraw", body, use_case)
