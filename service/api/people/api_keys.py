"""`/api-keys`: the keys of one's own programs."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from service.accounts import ApiKey, create_api_key, find_api_key, list_api_keys, locate_account, locate_api_key, revoke_api_key
from service.api.edge.context import AnyCaller, Context
from service.api.edge.idempotency import IdempotencyKey, once, request_hash
from service.api.edge.times import Moment
from service.database import act_for, unit_transaction

router = APIRouter(prefix="/api-keys", tags=["accounts"])


class ApiKeyIn(BaseModel):
    """A key for oneself, with scopes out of those of the key it is made with. It ends with that one at the latest."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=100)]
    expires_at: Moment | None = None


class ApiKeyOut(BaseModel):
    """A key without its token."""

    id: UUID
    label: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "ApiKeyOut":
        return cls(
            id=key.public_id,
            label=key.label,
            scopes=key.scopes,
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
        )


class NewApiKeyOut(ApiKeyOut):
    """`api_key` is shown this once. Null in a repeated answer."""

    api_key: str | None


class ApiKeyList(BaseModel):
    items: list[ApiKeyOut]


@router.get("", operation_id="list_api_keys")
async def list_own(
    context: Context,
    actor: AnyCaller,
    account: Annotated[UUID | None, Query(description="another account in your tree; needs `accounts:write`")] = None,
) -> ApiKeyList:
    """Your own keys that may no more than the one you call with, the newest first, also those that ended."""
    if account is not None:
        actor.require("accounts:write")
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        number = actor.account_id if account is None else (await locate_account(conn, account))[0]
        keys = await list_api_keys(conn, actor, account_id=number)
    return ApiKeyList(items=[ApiKeyOut.of(key) for key in keys])


@router.post("", operation_id="create_api_key", status_code=201, response_model=NewApiKeyOut)
async def create(context: Context, actor: AnyCaller, body: ApiKeyIn, key: IdempotencyKey = None) -> JSONResponse:
    """Another key for yourself. It cannot do more than the one you call with."""
    async with unit_transaction(context.engine, actor.unit_id) as conn:

        async def act() -> tuple[int, NewApiKeyOut]:
            token = await create_api_key(
                conn,
                account_id=actor.account_id,
                unit_id=actor.unit_id,
                **body.model_dump(),
                now=context.now(),
                actor=actor,
            )
            made = ApiKeyOut.of(await find_api_key(conn, token))
            return 201, NewApiKeyOut(**made.model_dump(), api_key=token)

        asked = request_hash("api_keys.create", body)
        return await once(conn, context.master, actor, actor.unit_id, key, asked, act, shown_once=frozenset({"api_key"}))


@router.delete("/{key_id}", operation_id="revoke_api_key", response_model=ApiKeyOut)
async def revoke(
    context: Context,
    actor: AnyCaller,
    key_id: Annotated[UUID, Path(description="the key's id")],
    key: IdempotencyKey = None,
) -> JSONResponse:
    """Ends a key at once, and all that were made with it: the one you call with, one of yours that may no more, or with
    `accounts:write` anybody's in your tree.
    """
    async with unit_transaction(context.engine, actor.unit_id, subtree=actor.subtree) as conn:
        number, unit_id = await locate_api_key(conn, actor, key_id)
        await act_for(conn, unit_id)

        async def act() -> tuple[int, ApiKeyOut]:
            return 200, ApiKeyOut.of(await revoke_api_key(conn, actor, key_id=number, now=context.now()))

        return await once(conn, context.master, actor, unit_id, key, request_hash("api_keys.revoke", str(key_id)), act)
