"""`/units/{code}/readiness` and its three parts: what the department's letter asks of a unit before
it may hold a list or send.
"""
# ruff: noqa: FAST003 - the code in the path is taken by the dependencies `ReadingUnit` and `ChangingUnit`

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from service.api.edge.context import ReadinessApprover, ReadinessLead, ReadinessWriter, UnitsReader
from service.api.edge.unit_place import ChangingUnit, ReadingUnit
from service.api.units.readiness_models import CardIn, DataRuleIn, LeadIn, PartDone, ReadinessOut, StatementList
from service.languages import preferred_language
from service.readiness import (
    STATEMENTS,
    Part,
    accept_lead,
    approve_card,
    file_data_rule,
    name_lead,
    readiness_of,
    readiness_report,
)
from service.units import Unit

router = APIRouter(tags=["readiness"])


@router.get("/statements", operation_id="list_statements")
async def list_statements(request: Request, _: UnitsReader) -> StatementList:
    """What a head may declare on the verification card. Ready texts that claim such a thing can be used only then."""
    return StatementList.of(STATEMENTS, preferred_language(request.headers.get("accept-language")))


@router.get("/units/{code}/readiness", operation_id="read_readiness")
async def read(place: ReadingUnit, actor: UnitsReader) -> ReadinessOut:
    """Each part with its values, since when, until when, whose word it is, and what is held back now."""
    async with place.also_to_named().open(actor) as (conn, unit):
        report = await readiness_report(conn, unit.id, master=place.context.master, now=place.context.now())
    return ReadinessOut.of(unit.code, report, place.language)


@router.put("/units/{code}/data-rule", operation_id="put_data_rule", response_model=PartDone)
async def put_data_rule(place: ChangingUnit, actor: ReadinessWriter, body: DataRuleIn) -> JSONResponse:
    """Puts the internal rule on file for this school year."""
    now = place.context.now()

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, PartDone]:
        await file_data_rule(conn, actor, unit_id=unit.id, **body.model_dump(), now=now)
        return 200, PartDone.of(unit.code, Part.DATA_RULE, await readiness_of(conn, unit.id, now=now))

    return await place.once(actor, "units.file_rule", body, use_case)


@router.put("/units/{code}/data-protection-lead", operation_id="put_data_protection_lead", response_model=PartDone)
async def put_lead(place: ChangingUnit, actor: ReadinessWriter, body: LeadIn) -> JSONResponse:
    """Names the person who supervises and answers for personal data. In office once they accept."""
    now = place.context.now()

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, PartDone]:
        await name_lead(conn, actor, unit_id=unit.id, email=body.email, master=place.context.master, now=now)
        return 200, PartDone.of(unit.code, Part.LEAD, await readiness_of(conn, unit.id, now=now))

    return await place.once(actor, "units.name_lead", body, use_case)


@router.post("/units/{code}/data-protection-lead/accept", operation_id="accept_data_protection_lead", response_model=PartDone)
async def accept(place: ChangingUnit, actor: ReadinessLead) -> JSONResponse:
    """Takes the office on. Only the very person that was named, also from a unit above."""
    now = place.context.now()

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, PartDone]:
        await accept_lead(conn, actor, unit_id=unit.id, now=now)
        return 200, PartDone.of(unit.code, Part.LEAD, await readiness_of(conn, unit.id, now=now))

    return await place.also_to_named().once(actor, "units.accept_lead", None, use_case)


@router.put("/units/{code}/verification-card", operation_id="put_verification_card", response_model=PartDone)
async def put_card(place: ChangingUnit, actor: ReadinessApprover, body: CardIn) -> JSONResponse:
    """A new verification card, in its head's name."""
    now = place.context.now()
    said = body.model_dump(exclude={"statements"})

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, PartDone]:
        await approve_card(conn, actor, unit_id=unit.id, **said, declared=body.statements, now=now)
        return 200, PartDone.of(unit.code, Part.CARD, await readiness_of(conn, unit.id, now=now))

    return await place.once(actor, "units.approve_card", body, use_case)
