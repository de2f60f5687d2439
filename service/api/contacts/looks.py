"""`/contact-looks`: who looked at whom, and why."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from service.api.edge.context import AuditReader, Context
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.api.edge.unit_place import at_unit
from service.contacts import list_looks

router = APIRouter(prefix="/contact-looks", tags=["contacts"])


class LookOut(BaseModel):
    """`by`, `account`: the account's name and id; `api_key`: the label of the key it came with; `contact`: stays when the person
    is erased; the import's id where rows of a list that is not applied yet were taken.
    """

    at: datetime
    by: str
    account: UUID
    api_key: str | None
    contact: UUID
    reason: str
    note: str | None


class LookList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[LookOut]
    next: str | None


@router.get("", operation_id="list_contact_looks")
async def list_all(
    context: Context,
    actor: AuditReader,
    response: Response,
    unit: Annotated[str, Query(max_length=40)],
    contact: UUID | None = None,
    account: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> LookList:
    """Every look at a person of the unit in full, the newest first; at one contact, or by one account, where asked."""
    response.headers["Cache-Control"] = "no-store"
    before = open_number(cursor)
    async with at_unit(context, actor, unit) as (conn, target):
        looks = await list_looks(
            conn,
            unit_id=target.id,
            master=context.master,
            contact=contact,
            account=account,
            before=before,
            limit=limit + 1,
        )
    items = [LookOut.model_validate(look, from_attributes=True) for look in looks[:limit]]
    return LookList(items=items, next=make_cursor(looks[limit - 1].number) if len(looks) > limit else None)
