"""`/accounts`: the people of a unit and of those below it. Nobody but the person learns their password or holds their key."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncConnection

from service.accounts import (
    AccountLine,
    AccountState,
    Change,
    Invitation,
    account_state,
    change_account,
    create_account,
    invite,
    list_accounts,
    locate_account,
)
from service.actors import Actor
from service.api.edge.context import AccountsReader, AccountsWriter, Context
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_uuid
from service.api.edge.idempotency import IdempotencyKey, once, request_hash
from service.api.edge.unit_place import at_unit
from service.api.people.emails_taken import telling_taken
from service.database import act_for, unit_transaction
from service.keyring import deployment_key
from service.languages import languages
from service.units import find_unit

router = APIRouter(prefix="/accounts", tags=["accounts"])

Code = Annotated[str, Field(min_length=2, max_length=40, examples=["nbk-thcs"])]
Role = Annotated[str, Field(max_length=40, examples=["clerk"])]
Roles = Annotated[list[Role], Field(min_length=1, max_length=10)]


def _known(language: str) -> str:
    if language not in languages():
        raise PydanticCustomError("literal_error", "no language of the catalogues", {"expected": str(languages())})
    return language


def _with_choice(schema: dict[str, Any]) -> None:
    schema["enum"] = list(languages())


Language = Annotated[str, AfterValidator(_known), Field(max_length=20, json_schema_extra=_with_choice)]
"""One that there are catalogues of."""
_TOKEN = frozenset({"invitation"})
AccountId = Annotated[UUID, Path(description="the account's id")]


class AccountIn(BaseModel):
    """A person at your unit or one below it, with their own email: they sign in with it."""

    model_config = ConfigDict(extra="forbid")

    unit: Code
    email: Annotated[str, Field(max_length=254)]
    name: Annotated[str, Field(max_length=200)]
    roles: Roles
    language: Language = "vi"


class AccountChange(BaseModel):
    """What changes. A disabled account's keys stop at once."""

    model_config = ConfigDict(extra="forbid")

    roles: Roles | None = None
    language: Language | None = None
    disabled: bool | None = None


class AccountOut(BaseModel):
    """An account without its person. `state`: invited (nobody came yet), active, disabled."""

    id: UUID
    unit: str
    roles: list[str]
    language: str
    state: Literal["invited", "active", "disabled"]
    created_at: datetime
    invitation_expires_at: datetime | None

    @classmethod
    def of(cls, account: AccountState) -> "AccountOut":
        return cls.model_validate(
            {"id": account.public_id} | {name: getattr(account, name) for name in cls.model_fields if name != "id"}
        )


class InvitedOut(AccountOut):
    """`invitation` is shown this once, for the person alone: see `POST /invitations/redeem`. Null in a repeated answer."""

    invitation: str | None

    @classmethod
    def with_token(cls, account: AccountState, invitation: Invitation) -> "InvitedOut":
        return cls(**AccountOut.of(account).model_dump(), invitation=invitation.token)


class PersonOut(AccountOut):
    """The name in full, the email in part."""

    name: str
    email: str

    @classmethod
    def in_list(cls, line: AccountLine) -> "PersonOut":
        return cls(**AccountOut.of(line.account).model_dump(), name=line.name, email=line.email)


class AccountList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[PersonOut]
    next: str | None


@router.post("", operation_id="create_account", status_code=201, response_model=InvitedOut)
async def create(context: Context, actor: AccountsWriter, body: AccountIn, key: IdempotencyKey = None) -> JSONResponse:
    """A new account without a password, and its invitation."""
    async with telling_taken(context, actor), at_unit(context, actor, body.unit) as (conn, target):
        index_key = await deployment_key(conn, context.master, "address_index")

        async def act() -> tuple[int, InvitedOut]:
            account_id = await create_account(
                conn,
                master=context.master,
                index_key=index_key,
                unit_id=target.id,
                **body.model_dump(exclude={"unit"}),
                now=context.now(),
                actor=actor,
            )
            return 201, await _invited(conn, actor, account_id, context.now())

        return await once(
            conn, context.master, actor, target.id, key, request_hash("accounts.create", body), act, shown_once=_TOKEN
        )


@router.get("", operation_id="list_accounts")
async def list_all(
    context: Context,
    actor: AccountsReader,
    unit: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AccountList:
    """The accounts of a unit, else of all in your tree."""
    after = open_uuid(cursor)
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        target = await find_unit(conn, unit, context.today()) if unit is not None else None
        lines = await list_accounts(
            conn, actor, master=context.master, unit_id=target.id if target else None, after=after, limit=limit + 1
        )
    items = [PersonOut.in_list(line) for line in lines[:limit]]
    return AccountList(items=items, next=make_cursor(str(items[-1].id)) if len(lines) > limit else None)


@router.patch("/{account_id}", operation_id="change_account", response_model=AccountOut)
async def change(
    context: Context, actor: AccountsWriter, account_id: AccountId, body: AccountChange, key: IdempotencyKey = None
) -> JSONResponse:
    """Gives other roles or another language, disables or enables. Nobody does it to themselves."""
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        number, unit_id = await locate_account(conn, account_id)
        await act_for(conn, unit_id)
        roles = None if body.roles is None else tuple(body.roles)

        async def act() -> tuple[int, AccountOut]:
            said = Change(roles, body.language, body.disabled)
            await change_account(conn, actor, account_id=number, change=said, now=context.now())
            return 200, AccountOut.of(await account_state(conn, number))

        return await once(conn, context.master, actor, unit_id, key, request_hash("accounts.change", str(account_id), body), act)


@router.post("/{account_id}/invitation", operation_id="invite_account", status_code=201, response_model=InvitedOut)
async def invite_again(
    context: Context, actor: AccountsWriter, account_id: AccountId, key: IdempotencyKey = None
) -> JSONResponse:
    """Another invitation; the one before is void. Whoever redeems it sets a new password, and the account's keys end."""
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        number, unit_id = await locate_account(conn, account_id)
        await act_for(conn, unit_id)

        async def act() -> tuple[int, InvitedOut]:
            return 201, await _invited(conn, actor, number, context.now())

        asked = request_hash("accounts.invite", str(account_id))
        return await once(conn, context.master, actor, unit_id, key, asked, act, shown_once=_TOKEN)


async def _invited(conn: AsyncConnection, actor: Actor, account_id: int, now: datetime) -> InvitedOut:
    invitation = await invite(conn, actor, account_id=account_id, now=now)
    return InvitedOut.with_token(await account_state(conn, account_id), invitation)
