"""`/imports`: a school's list goes up, is read by a worker, is shown with its problems, and is applied."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, HTTPException, Path, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from service.api.context import Context, ImportsReader, ImportsWriter
from service.api.idempotency import IdempotencyKey, once, request_hash
from service.contacts import ImportReport, apply_import, import_report, locate_import, start_import
from service.database import act_for, unit_transaction
from service.refusals import preferred_language
from service.units import find_unit

router = APIRouter(prefix="/imports", tags=["imports"])

ImportId = Annotated[UUID, Path(description="the import's id")]


class UploadForm(BaseModel):
    """What an upload carries, as `multipart/form-data`."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile = Field(description="xlsx, xls or CSV, at most 10 MB")
    unit: Annotated[str, Field(max_length=40)]
    dry_run: bool = False


class _InMemory(MultiPartParser):
    """Families' addresses never lie on a disk in clear: nothing spills to a temporary file. The body's own limit is lower."""

    spool_max_size = 16 * 1024 * 1024


async def _form(request: Request) -> UploadForm:
    """The form, read here and not by the framework: only once the caller is known, and into memory only."""
    fields = FormData()
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        try:
            async with aclosing(request.stream()) as stream:
                fields = await _InMemory(request.headers, stream, max_files=4, max_fields=20, max_part_size=4096).parse()
        except (MultiPartException, ClientDisconnect):
            raise HTTPException(400) from None
    try:
        return UploadForm.model_validate({name: value for name, value in fields.items() if value != ""})
    except ValidationError as error:
        await fields.close()
        wrong = [{"type": each["type"], "loc": ("body", *each["loc"]), "ctx": each.get("ctx", {})} for each in error.errors()]
        raise RequestValidationError(wrong) from None


class ImportStarted(BaseModel):
    """Read it at `/imports/{id}` until its state is no longer `reading`."""

    id: UUID
    state: str


class ProblemRow(BaseModel):
    """One problem, where the spreadsheet shows it. `message` never repeats the value."""

    sheet: str | None
    row: int | None
    column: str | None
    code: str
    severity: str
    message: str


class ImportOut(BaseModel):
    """An import and what was found in it. `counts` and `problems` stand once it is read."""

    id: UUID
    unit: str
    state: str
    dry_run: bool
    counts: Mapping[str, Any] | None
    dropped_columns: list[str]
    problems: list[ProblemRow]
    failure_code: str | None

    @classmethod
    def of(cls, report: ImportReport) -> "ImportOut":
        return cls.model_validate(report, from_attributes=True)


_BODY = {"required": True, "content": {"multipart/form-data": {"schema": UploadForm.model_json_schema()}}}


@router.post("", status_code=202, response_model=ImportStarted, openapi_extra={"requestBody": _BODY})
async def upload(context: Context, actor: ImportsWriter, request: Request, key: IdempotencyKey = None) -> JSONResponse:
    """Takes a list in. With `dry_run` it is read and reported, and cannot be applied."""
    form = await _form(request)
    data = await form.file.read()
    await form.file.close()
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        target = await find_unit(conn, form.unit, context.today())
        await act_for(conn, target.id)

        async def act() -> tuple[int, ImportStarted]:
            public_id = await start_import(
                conn,
                actor,
                unit_id=target.id,
                filename=form.file.filename or "",
                data=data,
                dry_run=form.dry_run,
                master=context.master,
                now=context.now(),
            )
            return 202, ImportStarted(id=public_id, state="reading")

        asked = request_hash("imports.create", data, target.code, form.dry_run)
        return await once(conn, actor, target.id, key, asked, act)


@router.get("/{import_id}")
async def read(context: Context, actor: ImportsReader, request: Request, import_id: ImportId) -> ImportOut:
    """An import with its counts and problems."""
    language = preferred_language(request.headers.get("accept-language"))
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        located = await locate_import(conn, import_id)
        await act_for(conn, located.unit_id)
        return ImportOut.of(await import_report(conn, import_id, language=language))


@router.post("/{import_id}/apply", response_model=ImportOut)
async def apply(
    context: Context, actor: ImportsWriter, request: Request, import_id: ImportId, key: IdempotencyKey = None
) -> JSONResponse:
    """Makes the checked list the unit's present list."""
    language = preferred_language(request.headers.get("accept-language"))
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        located = await locate_import(conn, import_id)
        await act_for(conn, located.unit_id)

        async def act() -> tuple[int, ImportOut]:
            await apply_import(conn, actor, import_id=located.id, master=context.master, now=context.now())
            return 200, ImportOut.of(await import_report(conn, import_id, language=language))

        return await once(conn, actor, located.unit_id, key, request_hash("imports.apply", str(import_id)), act)
