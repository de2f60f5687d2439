"""`/invitations`: a person comes into the account that was made for them. No key is needed: the invitation is the proof."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from service.accounts import redeem_invitation
from service.api.edge.context import Context
from service.database import unit_transaction

router = APIRouter(prefix="/invitations", tags=["accounts"])


class RedeemIn(BaseModel):
    """The invitation, a password of one's own (at least 12 characters), and what to call the first key."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[SecretStr, Field(max_length=200)]
    password: Annotated[SecretStr, Field(max_length=1000)]
    label: Annotated[str, Field(min_length=1, max_length=100)] = "Khóa đầu tiên"


class RedeemedOut(BaseModel):
    """`api_key` is shown this once and kept nowhere. It may what the roles allow, never approve unattended."""

    account: UUID
    unit: str
    roles: list[str]
    scopes: list[str]
    api_key: str


@router.post("/redeem", operation_id="redeem_invitation", status_code=201)
async def redeem(context: Context, body: RedeemIn, response: Response) -> RedeemedOut:
    """Sets the password and answers with the person's first API key. Works once."""
    response.headers["Cache-Control"] = "no-store"
    async with unit_transaction(context.engine, None) as conn:
        redeemed = await redeem_invitation(
            conn,
            token=body.token.get_secret_value(),
            password=body.password.get_secret_value(),
            label=body.label,
            now=context.now(),
        )
    return RedeemedOut.model_validate(redeemed, from_attributes=True)
