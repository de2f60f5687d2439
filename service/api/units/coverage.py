"""`/coverage`: one table of all units below, for whoever has to know which school is not ready."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from service.api.edge.codes import UnitLevel
from service.api.edge.context import Context, Overseer
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_cursor
from service.database import act_for, unit_transaction
from service.readiness import Covered, Part, PartState, coverage
from service.units import find_unit

router = APIRouter(tags=["readiness"])


class CoveredOut(BaseModel):
    """One unit. `contacts`: people on its present lists. `parts`: the state of each."""

    code: str
    name: str
    level: UnitLevel
    parent: str | None
    contacts: int
    list_applied_at: datetime | None
    parts: dict[Part, PartState]
    takedowns_open: int
    ready: bool

    @classmethod
    def of(cls, unit: Covered) -> "CoveredOut":
        plain = ("code", "name", "level", "parent", "contacts", "list_applied_at", "takedowns_open")
        return cls(
            **{name: getattr(unit, name) for name in plain},
            parts={part: unit.readiness.state(part) for part in Part},
            ready=unit.readiness.ready,
        )


class CoverageOut(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[CoveredOut]
    next: str | None


@router.get("/coverage", operation_id="read_coverage")
async def show(
    context: Context,
    actor: Overseer,
    unit: Annotated[str | None, Query(max_length=40, description="yours unless said")] = None,
    only: Literal["not_ready"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> CoverageOut:
    """The unit and all below it, by code."""
    after = open_cursor(cursor) or ""
    async with unit_transaction(context.engine, actor.unit_id, subtree=True) as conn:
        root = (await find_unit(conn, unit, context.today())).id if unit else actor.unit_id
        await act_for(conn, root, subtree=True)
        found = await coverage(conn, root, now=context.now(), only_not_ready=only == "not_ready", after=after, limit=limit + 1)
    more = len(found) > limit
    return CoverageOut(
        items=[CoveredOut.of(each) for each in found[:limit]], next=make_cursor(found[limit - 1].code) if more else None
    )
