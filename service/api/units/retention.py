"""`/retention-runs`: what was deleted, when, by which rule, and what will be within a week."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel

from service.api.edge.context import AuditReader, Context
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.api.edge.unit_place import at_unit
from service.languages import Language, preferred_language
from service.retention import RULES, Rule, list_runs, upcoming
from service.retention.queries import last_check

router = APIRouter(prefix="/retention-runs", tags=["retention"])

UnitCode = Annotated[str, Query(max_length=40)]


class RetentionRuleOut(BaseModel):
    """A rule in words: what it is about, how long that is kept, and why."""

    name: str
    what: str
    keeps: str
    why: str

    @classmethod
    def of(cls, rule: Rule, language: Language) -> "RetentionRuleOut":
        return cls(name=rule.name, what=rule.what.in_(language), keeps=rule.keeps.in_(language), why=rule.why.in_(language))


class RetentionRunOut(BaseModel):
    """What one rule deleted, counted. `ended_at` null: still under way."""

    id: int
    rule: str
    began_at: AwareDatetime
    ended_at: AwareDatetime | None
    counts: dict[str, int]


class RetentionRunList(BaseModel):
    """`checked_at`: when every rule was last gone through, also if nothing was due. `next` is the next page's cursor, or null."""

    checked_at: AwareDatetime | None
    items: list[RetentionRunOut]
    next: str | None


class UpcomingOut(BaseModel):
    """What a rule will delete on a day."""

    on: date
    rule: str
    counts: dict[str, int]


class NextRuns(BaseModel):
    """Seven days' notice, with the rules in words."""

    items: list[UpcomingOut]
    rules: list[RetentionRuleOut]


@router.get("", operation_id="list_retention_runs")
async def list_all(
    context: Context, actor: AuditReader, unit: UnitCode, cursor: Cursor = None, limit: Limit = 50
) -> RetentionRunList:
    """A unit's runs, the newest first. A run that deleted nothing leaves none."""
    before = open_number(cursor)
    async with at_unit(context, actor, unit) as (conn, target):
        runs = await list_runs(conn, target.id, before=before, limit=limit + 1)
        checked = await last_check(conn, target.id)
    return RetentionRunList(
        checked_at=checked,
        items=[RetentionRunOut.model_validate(run, from_attributes=True) for run in runs[:limit]],
        next=make_cursor(runs[limit - 1].id) if len(runs) > limit else None,
    )


@router.get("/next", operation_id="list_upcoming_retention_runs")
async def coming(context: Context, actor: AuditReader, request: Request, unit: UnitCode) -> NextRuns:
    """What will be deleted on each of the next seven days, as things stand now. A newer list keeps whom it names."""
    language = preferred_language(request.headers.get("accept-language"))
    async with at_unit(context, actor, unit) as (conn, target):
        found = await upcoming(conn, target.id, now=context.now())
    return NextRuns(
        items=[UpcomingOut.model_validate(each, from_attributes=True) for each in found],
        rules=[RetentionRuleOut.of(rule, language) for rule in RULES],
    )
