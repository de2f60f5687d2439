"""`/bulk`: units and accounts from a list, an office's own Excel file or CSV. All of it or nothing; safe to send again.

Columns are found by their headings, Vietnamese or English; others are left behind.
"""

import asyncio
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from service.accounts import (
    ACCOUNTS_TEMPLATE,
    InvitedAccount,
    check_accounts,
    create_accounts,
    invitations_workbook,
    note_emails_told_taken,
    read_accounts,
)
from service.api.edge.context import AccountsWriter, Context, UnitsWriter
from service.api.edge.idempotency import IdempotencyKey, once, request_hash
from service.api.edge.problems import RowProblem, row_problems
from service.api.edge.workbooks import WORKBOOK, XLSX, workbook_answer
from service.api.lists.forms import SentFile, read_form
from service.api.people.emails_taken import telling_taken
from service.database import unit_transaction
from service.keyring import deployment_key
from service.languages import preferred_language
from service.rendering import text_workbook
from service.units import UNITS_TEMPLATE, check_units, create_units, read_units

router = APIRouter(prefix="/bulk", tags=["bulk"])


class BulkForm(BaseModel):
    """A list, as `multipart/form-data`. With `dry_run` it is checked and nothing is made."""

    model_config = ConfigDict(extra="forbid")

    file: SentFile = Field(description="xlsx, xls, ods or CSV, at most 5,000 rows")
    dry_run: bool = False


class BulkOut(BaseModel):
    """`unchanged`: rows that stand already as the list says. Refused with problems,
    the answer is a problem with these same fields.
    """

    rows: int
    created: int
    unchanged: int
    problems: list[RowProblem]


class InvitedRow(BaseModel):
    """Whoever stands in this row, and their invitation."""

    row: int
    account: UUID
    invitation: str

    @classmethod
    def of(cls, invited: InvitedAccount) -> "InvitedRow":
        return cls(row=invited.person.row, account=invited.public_id, invitation=invited.token)


class BulkAccountsOut(BulkOut):
    """`invitations` are shown this once, each for its own person. Null in a repeated answer."""

    invitations: list[InvitedRow] | None
    invitations_expire_at: datetime | None


_BODY = {"required": True, "content": {"multipart/form-data": {"schema": BulkForm.model_json_schema()}}}


@router.post(
    "/units",
    operation_id="create_units",
    status_code=201,
    response_model=BulkOut,
    responses={200: {"model": BulkOut}},
    openapi_extra={"requestBody": _BODY},
)
async def units(context: Context, actor: UnitsWriter, request: Request, key: IdempotencyKey = None) -> Response:
    """Makes the list's units below yours, parents in any order. 200 for a `dry_run`."""
    data, dry_run = await _upload(request)
    language = preferred_language(request.headers.get("accept-language"))
    with context.readings.one(actor.account_id):
        table = await read_units(data)
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:

        async def act() -> tuple[int, BulkOut]:
            checked = await check_units(conn, actor, table, now=context.now())
            created = 0 if dry_run else await create_units(conn, actor, checked, now=context.now())
            return 200 if dry_run else 201, BulkOut(
                rows=checked.rows,
                created=created,
                unchanged=checked.unchanged,
                problems=row_problems(checked.problems, language),
            )

        return await once(conn, context.master, actor, actor.unit_id, key, request_hash("units.create_many", data, dry_run), act)


@router.post(
    "/accounts",
    operation_id="create_accounts",
    status_code=201,
    response_model=BulkAccountsOut,
    responses={200: {"model": BulkAccountsOut}, 201: WORKBOOK},
    openapi_extra={"requestBody": _BODY},
)
async def accounts(context: Context, actor: AccountsWriter, request: Request, key: IdempotencyKey = None) -> Response:
    """Makes the list's people and invites them. Asked for as xlsx,
    the invitations come as a workbook to hand out. 200 for a `dry_run`.
    """
    data, dry_run = await _upload(request)
    language = preferred_language(request.headers.get("accept-language"))
    invited: list[InvitedAccount] = []
    with context.readings.one(actor.account_id):
        table = await read_accounts(data)
    async with (
        telling_taken(context, actor),
        unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn,
    ):
        index_key = await deployment_key(conn, context.master, "address_index")

        async def act() -> tuple[int, BulkAccountsOut]:
            checked = await check_accounts(conn, actor, table, master=context.master, index_key=index_key, now=context.now())
            if not dry_run:
                invited.extend(await create_accounts(conn, actor, checked, master=context.master, now=context.now()))
            elif checked.emails_taken:
                await note_emails_told_taken(conn, actor, emails=checked.emails_taken, now=context.now())
            return 200 if dry_run else 201, BulkAccountsOut(
                rows=checked.rows,
                created=len(invited),
                unchanged=checked.unchanged,
                problems=row_problems(checked.problems, language),
                invitations=[InvitedRow.of(each) for each in invited],
                invitations_expire_at=invited[0].expires_at if invited else None,
            )

        asked = request_hash("accounts.create_many", data, dry_run)
        answer = await once(conn, context.master, actor, actor.unit_id, key, asked, act, shown_once=frozenset({"invitations"}))
        if invited and XLSX in request.headers.get("accept", ""):
            return workbook_answer(request, await asyncio.to_thread(invitations_workbook, invited, language), "loi-moi.xlsx", 201)
    return answer


@router.get("/units/template.xlsx", operation_id="read_units_template", response_class=Response, responses={200: WORKBOOK})
async def units_template(actor: UnitsWriter, request: Request) -> Response:  # noqa: ARG001 - who may fill it in may have it
    """An empty list of units: the headings, and a row that shows how to fill it in."""
    headings, example = UNITS_TEMPLATE
    return workbook_answer(request, text_workbook("Don vi", headings, [example]), "don-vi.xlsx")


@router.get(
    "/accounts/template.xlsx",
    operation_id="read_accounts_template",
    response_class=Response,
    responses={200: WORKBOOK},
)
async def accounts_template(actor: AccountsWriter, request: Request) -> Response:  # noqa: ARG001 - who may fill it in may have it
    """An empty list of people: the headings, and a row that shows how to fill it in."""
    headings, example = ACCOUNTS_TEMPLATE
    return workbook_answer(request, text_workbook("Tai khoan", headings, [example]), "tai-khoan.xlsx")


async def _upload(request: Request) -> tuple[bytes, bool]:
    form = await read_form(request, BulkForm)
    data = await form.file.read()
    await form.file.close()
    return data, form.dry_run
