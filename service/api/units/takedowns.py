"""`/units/{code}/takedowns`: where lists of people might stand on the net, whether they do,
and the head's word that none is left.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from service.api.edge.context import ReadinessApprover, ReadinessWriter, UnitsReader
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.api.edge.times import Day
from service.api.edge.unit_place import ChangingUnit, ReadingUnit
from service.readiness import (
    Statement,
    Takedown,
    latest_statement,
    list_takedowns,
    mark_removed,
    open_takedowns,
    record_takedown,
    state_takedowns,
)
from service.units import Unit

router = APIRouter(prefix="/units/{code}/takedowns", tags=["readiness"])


class TakedownIn(BaseModel):
    """One look at one address. `found`: a list of people stands there."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2000, examples=["https://truong.example/thong-bao"])]
    checked_on: Day
    found: bool


class RemovedIn(BaseModel):
    """The day it was gone."""

    model_config = ConfigDict(extra="forbid")

    removed_on: Day


class TakedownNoted(BaseModel):
    """A check, and how many of the unit's still wait for their removal."""

    id: UUID
    open: int


class TakedownOut(BaseModel):
    """`checked_by`, `removed_by`: names."""

    id: UUID
    url: str
    checked_on: date
    found: bool
    checked_by: str | None
    removed_on: date | None
    removed_by: str | None

    @classmethod
    def of(cls, takedown: Takedown) -> "TakedownOut":
        return cls.model_validate(takedown, from_attributes=True)


class StatementMade(BaseModel):
    """`checked`: addresses looked at in that school year."""

    school_year: str
    checked: int
    stated_at: datetime

    @classmethod
    def of(cls, statement: Statement) -> "StatementMade":
        return cls.model_validate(statement, from_attributes=True)


class TakedownList(BaseModel):
    """The newest first. `open`: found and not removed. `statement`: the head's last."""

    items: list[TakedownOut]
    next: str | None
    open: int
    statement: StatementMade | None


@router.get("", operation_id="list_takedowns")
async def list_all(place: ReadingUnit, actor: UnitsReader, cursor: Cursor = None, limit: Limit = 50) -> TakedownList:
    """A unit's checks."""
    before = open_number(cursor)
    async with place.open(actor) as (conn, unit):
        found = await list_takedowns(conn, unit.id, master=place.context.master, before=before, limit=limit + 1)
        left = await open_takedowns(conn, unit.id)
        stated = await latest_statement(conn, unit.id)
    return TakedownList(
        items=[TakedownOut.of(each) for each in found[:limit]],
        next=make_cursor(found[limit - 1].number) if len(found) > limit else None,
        open=left,
        statement=StatementMade.of(stated) if stated else None,
    )


@router.post("", operation_id="record_takedown", status_code=201, response_model=TakedownNoted)
async def record(place: ChangingUnit, actor: ReadinessWriter, body: TakedownIn) -> JSONResponse:
    """Notes that an address was looked at."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, TakedownNoted]:
        made = await record_takedown(conn, actor, unit_id=unit.id, **body.model_dump(), now=place.context.now())
        return 201, TakedownNoted(id=made, open=await open_takedowns(conn, unit.id))

    return await place.once(actor, "takedowns.record", body, use_case)


@router.patch("/{takedown_id}", operation_id="mark_takedown_removed", response_model=TakedownNoted)
async def removed(
    place: ChangingUnit,
    actor: ReadinessWriter,
    takedown_id: Annotated[UUID, Path(description="the check's id")],
    body: RemovedIn,
) -> JSONResponse:
    """Notes that what was found is gone."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, TakedownNoted]:
        now = place.context.now()
        await mark_removed(conn, actor, unit_id=unit.id, public_id=takedown_id, removed_on=body.removed_on, now=now)
        return 200, TakedownNoted(id=takedown_id, open=await open_takedowns(conn, unit.id))

    return await place.once(actor, f"takedowns.removed {takedown_id}", body, use_case)


@router.post("/statement", operation_id="make_takedown_statement", status_code=201, response_model=StatementMade)
async def state(place: ChangingUnit, actor: ReadinessApprover) -> JSONResponse:
    """The head's yearly word that nothing found is left."""

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, StatementMade]:
        return 201, StatementMade.of(await state_takedowns(conn, actor, unit_id=unit.id, now=place.context.now()))

    return await place.once(actor, "takedowns.state", None, use_case)
