"""`/units`: the tree of organisations, as it stands today."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from service.api.edge.codes import UnitLevel
from service.api.edge.context import Context, UnitsReader, UnitsWriter
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_cursor
from service.api.edge.idempotency import IdempotencyKey, once, request_hash
from service.api.edge.times import Day
from service.database import unit_transaction
from service.units import Revision, Unit, create_unit, list_units, revise_unit

router = APIRouter(prefix="/units", tags=["units"])

Code = Annotated[str, Field(min_length=2, max_length=40, examples=["nbk-thcs"])]


class UnitIn(BaseModel):
    """A new unit. `valid_from` is today unless said."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=200)]
    level: Annotated[UnitLevel, Field(max_length=40, examples=["school"])]
    parent: Code
    valid_from: Day | None = None
    valid_to: Day | None = None


class UnitChange(BaseModel):
    """What changes, from `valid_from` (today unless said) on."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    parent: Code | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None


class UnitOut(BaseModel):
    """A unit as it stands today. `valid_to` is the first day it no longer holds."""

    code: str
    name: str
    level: UnitLevel
    parent: str | None
    valid_from: date
    valid_to: date | None

    @classmethod
    def of(cls, unit: Unit) -> "UnitOut":
        return cls.model_validate(unit, from_attributes=True)


class UnitList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[UnitOut]
    next: str | None


@router.get("", operation_id="list_units")
async def list_all(context: Context, actor: UnitsReader, cursor: Cursor = None, limit: Limit = 100) -> UnitList:
    """Your unit and, for an officer, the units below it, by code."""
    after = open_cursor(cursor) or ""
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        units = await list_units(conn, context.today(), after=after, limit=limit + 1)
    more = len(units) > limit
    return UnitList(items=[UnitOut.of(unit) for unit in units[:limit]], next=make_cursor(units[limit - 1].code) if more else None)


@router.post("", operation_id="create_unit", status_code=201, response_model=UnitOut)
async def create(context: Context, actor: UnitsWriter, body: UnitIn, key: IdempotencyKey = None) -> JSONResponse:
    """A new unit below yours."""
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:

        async def act() -> tuple[int, UnitOut]:
            return 201, UnitOut.of(await create_unit(conn, actor, **body.model_dump(), now=context.now()))

        return await once(conn, context.master, actor, actor.unit_id, key, request_hash("units.create", body), act)


@router.patch("/{code}", operation_id="revise_unit", response_model=UnitOut)
async def revise(
    context: Context,
    actor: UnitsWriter,
    code: Annotated[str, Path(max_length=40)],
    body: UnitChange,
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Renames, moves or ends a unit from a day on."""
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:

        async def act() -> tuple[int, UnitOut]:
            revision = Revision(**body.model_dump())
            return 200, UnitOut.of(await revise_unit(conn, actor, code=code, revision=revision, now=context.now()))

        return await once(conn, context.master, actor, actor.unit_id, key, request_hash("units.revise", code, body), act)
