"""`/imports/{id}/...`: what a clerk does between reading a list and applying it: columns, rows, corrections, the difference.

No answer that an Idempotency-Key keeps holds a cell: those go out once and are stored nowhere.
"""
# ruff: noqa: FAST003 - the id in the path is taken by the dependencies `Reading` and `Changing`

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.headings import Field as ColumnField
from service.api.edge.context import ImportsWriter
from service.api.edge.cursors import Cursor, make_cursor, open_number
from service.api.edge.workbooks import WORKBOOK, workbook_answer
from service.api.lists.fixing_models import (
    CellsIn,
    ClassDifferenceOut,
    ColumnList,
    ColumnOut,
    ColumnsIn,
    ContactsOut,
    ImportDifferenceOut,
    LegacyTextOut,
    NameOut,
    RowList,
    RowOut,
)
from service.api.lists.forms import CorrectionsForm, read_form
from service.api.lists.models import ImportOut
from service.api.lists.place import Changing, Reading
from service.contacts import (
    Choices,
    HiddenRows,
    Said,
    compare_import,
    correct_rows,
    list_columns,
    list_rows,
    read_corrections,
    say_columns,
    take_bad_rows,
    take_corrections,
)

router = APIRouter(prefix="/imports", tags=["imports"])


@router.get("/{import_id}/columns", operation_id="list_import_columns")
async def columns(place: Reading, actor: ImportsWriter, response: Response) -> ColumnList:
    """What each column was taken for, with a few cells, in part, for the list's own unit. Empty once the list is applied."""
    response.headers["Cache-Control"] = "no-store"
    async with place.alone(actor) as (conn, located):
        seen, legacy = await list_columns(conn, actor, import_id=located.id, master=place.context.master)
    names = [NameOut(written=written, read=read) for written, read in legacy.samples] if legacy else []
    return ColumnList(
        items=[ColumnOut.model_validate(column._asdict()) for column in seen],
        legacy_text=LegacyTextOut(encoding=legacy.encoding, samples=names) if legacy else None,
    )


@router.put("/{import_id}/columns", operation_id="say_import_columns", response_model=ImportOut)
async def say(place: Changing, actor: ImportsWriter, body: ColumnsIn) -> JSONResponse:
    """Says what columns really are. Remembered for the unit's next list; this one is read again."""
    said = [Said(each.heading, ColumnField(each.field), each.role) for each in body.columns]
    context = place.context

    async def use_case(conn: AsyncConnection, import_id: int) -> None:
        await say_columns(conn, actor, import_id=import_id, said=said, master=context.master, now=context.now())

    return await place.change(actor, "columns", body, use_case)


@router.get("/{import_id}/rows", operation_id="list_import_rows")
async def rows(
    place: Reading,
    actor: ImportsWriter,
    response: Response,
    only: Annotated[Literal["to_fix", "all"], Query()] = "to_fix",
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> RowList:
    """The rows of a list that is not applied yet, those with an error unless all are asked for. For the list's own unit."""
    response.headers["Cache-Control"] = "no-store"
    behind = open_number(cursor)
    async with place.alone(actor) as (conn, located):
        shown = await list_rows(
            conn,
            actor,
            import_id=located.id,
            master=place.context.master,
            only_to_fix=only == "to_fix",
            after=-1 if behind is None else behind,
            limit=limit + 1,
        )
    items = [RowOut.of(row, place.language) for row in shown[:limit]]
    return RowList(items=items, next=make_cursor(shown[limit - 1].position) if len(shown) > limit else None)


@router.patch("/{import_id}/rows/{position}", operation_id="correct_import_row", response_model=ImportOut)
async def correct(place: Changing, actor: ImportsWriter, position: int, body: CellsIn) -> JSONResponse:
    """Writes single cells anew and checks the list again."""
    context = place.context

    async def use_case(conn: AsyncConnection, import_id: int) -> object:
        changes = {position: body.cells}
        return await correct_rows(conn, actor, import_id=import_id, changes=changes, master=context.master, now=context.now())

    return await place.change(actor, f"rows.{position}", body, use_case)


@router.get(
    "/{import_id}/rows-to-fix",
    operation_id="take_rows_to_fix",
    response_class=Response,
    responses={200: WORKBOOK},
)
async def take_rows(
    request: Request,
    place: Reading,
    actor: ImportsWriter,
    confirm_rows: Annotated[int | None, Query(description="how many, where it is more than a fifth of the list")] = None,
) -> Response:
    """The rows with an error as a workbook, each with what is to be done. Send it back to `/corrections`.

    For the list's own unit. Numbers and addresses without an error stand in it in part; leave them so. It is kept who took it.
    """
    context = place.context
    async with place.alone(actor) as (conn, located):
        workbook = await take_bad_rows(
            conn,
            actor,
            import_id=located.id,
            master=context.master,
            language=place.language,
            now=context.now(),
            confirm_rows=confirm_rows,
        )
    return workbook_answer(request, workbook, "can-sua.xlsx")


_BODY = {"required": True, "content": {"multipart/form-data": {"schema": CorrectionsForm.model_json_schema()}}}


@router.post(
    "/{import_id}/corrections", operation_id="upload_corrections", response_model=ImportOut, openapi_extra={"requestBody": _BODY}
)
async def corrections(place: Changing, actor: ImportsWriter, request: Request) -> JSONResponse:
    """Takes the workbook of rows to fix back, corrected: all of it, or nothing."""
    form = await read_form(request, CorrectionsForm)
    data = await form.file.read()
    await form.file.close()
    context = place.context
    with context.readings.one(actor.account_id):
        lines = await read_corrections(data)

    async def use_case(conn: AsyncConnection, import_id: int) -> object:
        return await take_corrections(conn, actor, lines, import_id=import_id, master=context.master, now=context.now())

    return await place.change(actor, "corrections", data, use_case)


@router.get("/{import_id}/difference", operation_id="compare_import")
async def difference(
    place: Reading,
    actor: ImportsWriter,
    *,
    only_classes: Annotated[bool, Query(description="as if applied to the classes of the list alone")] = False,
    hidden_rows: Annotated[HiddenRows, Query(description="rows hidden in the spreadsheet, taken or left")] = "take",
) -> ImportDifferenceOut:
    """What applying the list would add, end and change. Nothing is changed by asking."""
    async with place.alone(actor) as (conn, located):
        found = await compare_import(
            conn, actor, import_id=located.id, master=place.context.master, choices=Choices(only_classes, hidden_rows)
        )
    return ImportDifferenceOut(
        present=found.present,
        contacts=ContactsOut(added=found.added, gone=found.gone, changed=found.changed, kept=found.kept),
        share_gone=round(found.share_gone, 4),
        needs_confirmation=found.needs_confirmation,
        new_classes_only=found.new_classes_only,
        whole_classes_gone=list(found.whole_classes_gone),
        by_class=[ClassDifferenceOut.model_validate(each, from_attributes=True) for each in found.by_class],
    )
