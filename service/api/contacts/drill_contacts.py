"""`/units/{code}/test-contacts`: which colleagues get a unit's drills."""
# ruff: noqa: FAST003 - the code in the path is taken by the dependencies of `unit_place`

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from service.accounts import own_email
from service.api.edge.context import Approver, BroadcastsReader
from service.api.edge.unit_place import ChangingUnit, ReadingUnit
from service.broadcasts import drill_contacts, set_drill_contacts, staff_by_email
from service.units import Unit

router = APIRouter(prefix="/units", tags=["broadcasts"])


class DrillContactsIn(BaseModel):
    """Members of the unit's own staff, by the ids of their contacts, by their addresses (`me`: your own), or both. Naming them,
    an approver says that their addresses are theirs and were tried.
    """

    model_config = ConfigDict(extra="forbid")

    contacts: Annotated[list[UUID], Field(max_length=50)] = []
    emails: Annotated[list[Annotated[str, Field(max_length=320)]], Field(max_length=50)] = []

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("contacts or emails")
        return self


class DrillContactsOut(BaseModel):
    """Whoever gets the unit's drills."""

    contacts: list[UUID]


@router.get("/{code}/test-contacts", operation_id="list_test_contacts")
async def read(place: ReadingUnit, actor: BroadcastsReader) -> DrillContactsOut:
    """Who gets the unit's drills."""
    async with place.open(actor) as (conn, _):
        return DrillContactsOut(contacts=await drill_contacts(conn, actor))


@router.put("/{code}/test-contacts", operation_id="replace_test_contacts", response_model=DrillContactsOut)
async def replace(place: ChangingUnit, actor: Approver, body: DrillContactsIn) -> JSONResponse:
    """These and no others."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, BaseModel]:
        master = place.context.master
        own = await own_email(conn, actor, master=master) if "me" in body.emails else None
        emails = [own if each == "me" and own else each for each in body.emails]
        staff = await staff_by_email(conn, unit_id=unit.id, emails=emails, master=master)
        contacts = [*body.contacts, *staff]
        named = await set_drill_contacts(conn, actor, unit_id=unit.id, contacts=contacts, now=place.context.now())
        return 200, DrillContactsOut(contacts=named)

    return await place.once(actor, "units.test_contacts", body, use_case)
