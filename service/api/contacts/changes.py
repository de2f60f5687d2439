"""`/contacts`: people put in, corrected, confirmed and erased one by one. Answers hold ids and counts, so they may be kept."""
# ruff: noqa: FAST003 - the id in the path is taken by the dependency `ChangingPerson`

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.languages import LANGUAGES
from service.api.contacts.models import Audience, Channel, ClassName, Language, RoleName, Typed, UnitCode
from service.api.contacts.place import ChangingPerson, ContactId
from service.api.edge.context import ContactsEraser, ContactsWriter, Context
from service.api.edge.idempotency import IdempotencyKey, once, request_hash
from service.api.edge.unit_place import change_unit
from service.contacts import (
    ContactPlace,
    ErasedBecause,
    Person,
    add_by_hand,
    change_by_hand,
    confirm_list,
    correct_by_hand,
    erase,
    locate_contact,
)
from service.database import unit_transaction
from service.errors import FieldError, Invalid
from service.units import Unit

router = APIRouter(prefix="/contacts", tags=["contacts"])

Name = Annotated[str, Field(min_length=1, max_length=120)]


class PersonIn(BaseModel):
    """Somebody to write to: a parent beside a class and perhaps a pupil, or a member of staff with a name.
    A phone, an email or both.
    """

    model_config = ConfigDict(extra="forbid")

    unit: UnitCode
    audience: Audience
    role: RoleName
    class_name: Annotated[ClassName | None, Field(alias="class")] = None
    pupil: Name | None = None
    name: Name | None = None
    phone: Typed | None = None
    email: Typed | None = None
    language: Language = "vi"


class Added(BaseModel):
    """`new`: false where the address was on the list, and only what was missing was added beside it."""

    id: UUID
    new: bool


class PersonChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: RoleName | None = None
    language: Language | None = None


class AddressIn(BaseModel):
    """`was`: the one that is wrong, where there are several on the channel."""

    model_config = ConfigDict(extra="forbid")

    address: Typed
    was: Typed | None = None


class Changed(BaseModel):
    id: UUID


class ConfirmIn(BaseModel):
    """`classes`: all where none is named."""

    model_config = ConfigDict(extra="forbid")

    unit: UnitCode
    audience: Audience
    classes: Annotated[list[ClassName], Field(max_length=200)] = Field(default_factory=list)


class Confirmed(BaseModel):
    contacts: int


class EraseIn(BaseModel):
    """`keep_off`: no later list makes the unit write to them again; a keyed hash stays for that."""

    model_config = ConfigDict(extra="forbid")

    reason: ErasedBecause
    keep_off: bool = True


class ErasedOut(BaseModel):
    """Rows that are gone."""

    contacts: int
    addresses: int
    pupils: int
    consents: int


def _known(language: str | None) -> str | None:
    if language is not None and language not in LANGUAGES:
        wrong = FieldError("language", "field.choice", {"allowed": ", ".join(sorted(LANGUAGES))})
        raise Invalid("request.invalid", fields=(wrong,))
    return language


@router.post("", operation_id="add_contact", status_code=201, response_model=Added, responses={200: {"model": Added}})
async def add(context: Context, actor: ContactsWriter, body: PersonIn, key: IdempotencyKey = None) -> JSONResponse:
    """Puts a person on the unit's present list; 200 where their address was there and got what was missing."""
    person = Person(
        body.audience,
        body.role,
        body.phone,
        body.email,
        body.class_name,
        body.pupil,
        body.name,
        _known(body.language) or "vi",
    )

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, Added]:
        added = await add_by_hand(conn, actor, unit_id=unit.id, person=person, master=context.master, now=context.now())
        return 201 if added.is_new else 200, Added(id=added.contact, new=added.is_new)

    return await change_unit(context, actor, body.unit, key, request_hash("contacts.add", body), use_case)


@router.post("/confirm", operation_id="confirm_contacts", response_model=Confirmed)
async def confirm(context: Context, actor: ContactsWriter, body: ConfirmIn, key: IdempotencyKey = None) -> JSONResponse:
    """Says that the present contacts are right in this school year, too: without a new list they would end with the old one."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, Confirmed]:
        many = await confirm_list(conn, actor, unit=unit, audience=body.audience, classes=body.classes, now=context.now())
        return 200, Confirmed(contacts=many)

    return await change_unit(context, actor, body.unit, key, request_hash("contacts.confirm", body), use_case)


@router.patch("/{contact_id}", operation_id="change_contact", response_model=Changed)
async def change(person: ChangingPerson, actor: ContactsWriter, body: PersonChange) -> JSONResponse:
    """Another role or language."""
    language = _known(body.language)

    async def use_case(conn: AsyncConnection, place: ContactPlace) -> Changed:
        await change_by_hand(conn, actor, place=place, role=body.role, language=language, now=person.context.now())
        return Changed(id=place.public_id)

    return await person.change(actor, "change", body, use_case)


@router.put("/{contact_id}/addresses/{channel}", operation_id="correct_contact_address", response_model=Changed)
async def correct(person: ChangingPerson, actor: ContactsWriter, channel: Channel, body: AddressIn) -> JSONResponse:
    """The contact's number or email is this one now. The wrong one is not kept."""
    context = person.context

    async def use_case(conn: AsyncConnection, place: ContactPlace) -> Changed:
        await correct_by_hand(
            conn,
            actor,
            place=place,
            channel=channel,
            address=body.address,
            was=body.was,
            master=context.master,
            now=context.now(),
        )
        return Changed(id=place.public_id)

    return await person.change(actor, f"correct.{channel}", body, use_case)


@router.post("/{contact_id}/erase", operation_id="erase_contact", response_model=ErasedOut)
async def erase_one(
    context: Context, actor: ContactsEraser, contact_id: ContactId, body: EraseIn, key: IdempotencyKey = None
) -> JSONResponse:
    """Deletes a person of your own unit for good, by all their addresses. What was sent to them stays provable without them."""
    async with unit_transaction(context.engine, actor.unit_id) as conn:

        async def act() -> tuple[int, ErasedOut]:
            # Found only here: asked again with its key, the answer is given though nobody is there any more.
            place = await locate_contact(conn, contact_id, ended_too=True)
            erased = await erase(
                conn,
                actor,
                place=place,
                reason=body.reason,
                stay_off=body.keep_off,
                master=context.master,
                now=context.now(),
            )
            return 200, ErasedOut.model_validate(erased, from_attributes=True)

        hashed = request_hash("contacts.erase", str(contact_id), body)
        return await once(conn, context.master, actor, actor.unit_id, key, hashed, act)
