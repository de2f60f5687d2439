"""`/contacts`: finding people of one unit's list, masked, and seeing one in full for a reason.

Names and numbers come in bodies, never in a URL, and what goes out is stored nowhere.
"""
# ruff: noqa: FAST003 - the id in the path is taken by the dependency `ReadingPerson`

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from service.api.contacts.models import ContactList, ContactOut, SearchIn
from service.api.contacts.place import ReadingPerson
from service.api.edge.context import ContactsReader, ContactsRevealer, Context
from service.api.edge.cursors import make_cursor, open_uuid
from service.api.edge.unit_place import at_unit
from service.contacts import Asked, LookReason, read_person, reveal, search_people

router = APIRouter(prefix="/contacts", tags=["contacts"])

_UNKEPT = {"Cache-Control": "no-store"}


class RevealIn(BaseModel):
    """Why this person is looked at. "other" needs a note."""

    model_config = ConfigDict(extra="forbid")

    reason: LookReason
    note: Annotated[str, Field(max_length=500)] | None = None


@router.post("/search", operation_id="search_contacts")
async def search(context: Context, actor: ContactsReader, body: SearchIn, response: Response) -> ContactList:
    """The unit's present contacts that fit, masked, by class and in the order of the list. Changes nothing."""
    response.headers.update(_UNKEPT)
    asked = Asked(body.name, body.phone, body.email, body.class_name, body.grade, body.audience)
    after = open_uuid(body.cursor)
    async with at_unit(context, actor, body.unit) as (conn, unit):
        found, behind = await search_people(
            conn, actor, unit_id=unit.id, asked=asked, after=after, limit=body.limit, master=context.master
        )
    return ContactList(items=[ContactOut.of(each) for each in found], next=make_cursor(str(behind)) if behind else None)


@router.get("/{contact_id}", operation_id="read_contact")
async def read(person: ReadingPerson, actor: ContactsReader, response: Response) -> ContactOut:
    """One contact, masked."""
    response.headers.update(_UNKEPT)
    async with person.open(actor) as (conn, place):
        return ContactOut.of(await read_person(conn, actor, place=place, master=person.context.master))


@router.post("/{contact_id}/reveal", operation_id="reveal_contact")
async def show(person: ReadingPerson, actor: ContactsRevealer, body: RevealIn, response: Response) -> ContactOut:
    """One contact of your own unit in full, and the look on record. Takes no Idempotency-Key: its answer is kept nowhere."""
    response.headers.update(_UNKEPT)
    context = person.context
    async with person.open(actor) as (conn, place):
        listed = await reveal(
            conn, actor, place=place, reason=body.reason, note=body.note, master=context.master, now=context.now()
        )
    return ContactOut.of(listed)
