"""`/imports`: a school's list goes up, is read by a worker, is shown with its problems, and is applied."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from service.api.context import Context, ImportsReader, ImportsWriter
from service.api.idempotency import IdempotencyKey, once, request_hash
from service.contacts import ImportReport, apply_import, import_report, locate_import, start_import
from service.database import act_for, unit_transaction
from service.errors import FieldError, Invalid
from service.refusals import preferred_language
from service.units import find_unit

router = APIRouter(prefix="/imports", tags=["imports"])

ImportId = Annotated[UUID, Path(description="the import's id")]
_FIELDS = frozenset({"file", "unit", "dry_run"})


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


@router.post("", status_code=202, response_model=ImportStarted)
async def upload(
    *,
    context: Context,
    actor: ImportsWriter,
    request: Request,
    file: Annotated[UploadFile, File(description="xlsx, xls or CSV, at most 10 MB")],
    unit: Annotated[str, Form(max_length=40)],
    dry_run: Annotated[bool, Form()] = False,
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Takes a list in. With `dry_run` it is read and reported, and cannot be applied."""
    unknown = sorted(set(await request.form()) - _FIELDS)
    if unknown:
        raise Invalid("request.unknown_field", fields=tuple(FieldError(name[:60], "request.unknown_field") for name in unknown))
    data = await file.read()
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        target = await find_unit(conn, unit, context.today())
        await act_for(conn, target.id)

        async def act() -> tuple[int, ImportStarted]:
            public_id = await start_import(
                conn,
                actor,
                unit_id=target.id,
                filename=file.filename or "",
                data=data,
                dry_run=dry_run,
                master=context.master,
                now=context.now(),
            )
            return 202, ImportStarted(id=public_id, state="reading")

        asked = request_hash("imports.create", data, target.code, dry_run)
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
