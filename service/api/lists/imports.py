"""`/imports`: a school's list goes up, is read by a worker, is shown with its problems, is applied, and can be undone."""
# ruff: noqa: FAST003 - the id in the path is taken by the dependencies `Reading` and `Changing`

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from service.api.edge.context import Context, ImportsReader, ImportsWriter
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.api.edge.idempotency import IdempotencyKey, request_hash
from service.api.edge.unit_place import at_unit, change_unit
from service.api.lists.forms import UploadForm, read_form
from service.api.lists.models import ApplyIn, ImportLineOut, ImportList, ImportOut, ImportProblemList, ProblemRow
from service.api.lists.place import Changing, Reading
from service.contacts import (
    Choices,
    ImportState,
    apply_import,
    import_report,
    list_imports,
    list_problems,
    start_import,
    undo_import,
)
from service.units import Unit

router = APIRouter(prefix="/imports", tags=["imports"])


class ImportStarted(BaseModel):
    """Read it at `/imports/{id}` until its state is no longer `reading`."""

    id: UUID
    state: ImportState


_BODY = {"required": True, "content": {"multipart/form-data": {"schema": UploadForm.model_json_schema()}}}


@router.post(
    "", operation_id="upload_import", status_code=202, response_model=ImportStarted, openapi_extra={"requestBody": _BODY}
)
async def upload(context: Context, actor: ImportsWriter, request: Request, key: IdempotencyKey = None) -> JSONResponse:
    """Takes a list in. With `dry_run` it is read and reported, and cannot be applied."""
    form = await read_form(request, UploadForm)
    data = await form.file.read()
    await form.file.close()

    async def use_case(conn: AsyncConnection, unit: Unit) -> tuple[int, ImportStarted]:
        public_id = await start_import(
            conn,
            actor,
            unit_id=unit.id,
            data=data,
            dry_run=form.dry_run,
            audience=form.audience,
            master=context.master,
            now=context.now(),
        )
        return 202, ImportStarted(id=public_id, state="reading")

    asked = request_hash("imports.create", data, form.unit, form.dry_run, form.audience)
    return await change_unit(context, actor, form.unit, key, asked, use_case)


@router.get("", operation_id="list_imports")
async def list_all(
    context: Context,
    actor: ImportsReader,
    unit: Annotated[str, Query(max_length=40)],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ImportList:
    """A unit's lists, the newest first."""
    before = open_number(cursor)
    async with at_unit(context, actor, unit) as (conn, target):
        lines = await list_imports(conn, unit_id=target.id, before=before, limit=limit + 1)
    items = [ImportLineOut.model_validate(line, from_attributes=True) for line in lines[:limit]]
    return ImportList(items=items, next=make_cursor(lines[limit - 1].number) if len(lines) > limit else None)


@router.get("/{import_id}", operation_id="read_import")
async def read(place: Reading, actor: ImportsReader) -> ImportOut:
    """An import with its counts and problems."""
    async with place.open(actor) as (conn, _):
        return ImportOut.of(await import_report(conn, place.named, language=place.language))


@router.get("/{import_id}/problems", operation_id="list_import_problems")
async def problems(
    place: Reading, actor: ImportsReader, response: Response, cursor: Cursor = None, limit: Limit = 200
) -> ImportProblemList:
    """Every problem of a list, in its order."""
    response.headers["Cache-Control"] = "no-store"
    after = open_number(cursor) or 0
    async with place.open(actor) as (conn, located):
        found = await list_problems(conn, actor, import_id=located.id, language=place.language, after=after, limit=limit + 1)
    items = [ProblemRow.model_validate(each, from_attributes=True) for each in found[:limit]]
    return ImportProblemList(items=items, next=make_cursor(found[limit - 1].number) if len(found) > limit else None)


@router.post("/{import_id}/apply", operation_id="apply_import", response_model=ImportOut)
async def apply(place: Changing, actor: ImportsWriter, body: ApplyIn | None = None) -> JSONResponse:
    """Makes the checked list the unit's present list, or that of its classes alone. See `/imports/{id}/difference` first."""
    said = body or ApplyIn()
    context = place.context
    return await place.change(
        actor,
        "apply",
        [said.confirm_gone, said.only_classes, said.hidden_rows],
        lambda conn, import_id: apply_import(
            conn,
            actor,
            import_id=import_id,
            master=context.master,
            now=context.now(),
            confirm_gone=said.confirm_gone,
            choices=Choices(said.only_classes, said.hidden_rows),
        ),
    )


@router.post("/{import_id}/undo", operation_id="undo_import", response_model=ImportOut)
async def undo(place: Changing, actor: ImportsWriter) -> JSONResponse:
    """Takes the unit's latest applied list back: the one before it is the present list again."""
    now = place.context.now()
    return await place.change(actor, "undo", [], lambda conn, import_id: undo_import(conn, actor, import_id=import_id, now=now))
