"""`/broadcasts/{id}/not-reached`: the class teacher's list of those a warning has not reached, to read and to print."""

import base64
import hashlib
from functools import cache
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Template
from markupsafe import Markup
from pydantic import AwareDatetime, BaseModel, Field

from service.accounts import account_name
from service.api.broadcasts.drafts import BroadcastId, at_broadcast
from service.api.contacts.models import Channel, RoleName
from service.api.edge.context import ContactsReader, Context
from service.api.edge.cursors import Cursor, Limit, make_cursor, open_number
from service.deliveries import take_not_reached
from service.languages import preferred_language
from service.rendering import page_environment
from service.units import unit_by_id

router = APIRouter(prefix="/broadcasts", tags=["broadcasts"])

ClassName = Annotated[str, Query(alias="class", min_length=1, max_length=60, examples=["6A1"])]

_ON_A_PAGE = 90


@cache
def _page() -> tuple[Template, str, str]:
    """The page, its style, and the policy that allows that style and nothing else."""
    pages = page_environment("vi")
    style = pages.get_template("pages/not_reached.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return pages.get_template("pages/not_reached.html"), style, f"default-src 'none'; style-src 'sha256-{digest}'"


class NotReachedOut(BaseModel):
    """One address the warning did not get to. No address: nobody's on these channels. No role: nobody to write to for the pupil.

    `row`: as the spreadsheet shows it. `code`: the delivery's reason,
    or why there was none (`/audiences/count`); `why`: in words.
    """

    class_name: Annotated[str, Field(serialization_alias="class")]
    sheet: str | None
    row: int | None
    role: RoleName | None
    channel: Channel | None
    address: str | None
    code: str
    why: str


class NotReachedList(BaseModel):
    """As it stands `at`, in the order of the school's present list. `under_way`: people whose message has not left yet; they are
    not among the items. `next` is the cursor of the next page, or null.
    """

    class_name: Annotated[str, Field(serialization_alias="class")]
    at: AwareDatetime
    under_way: int
    total: int
    items: list[NotReachedOut]
    next: str | None


@router.get("/{broadcast_id}/not-reached", operation_id="list_not_reached")
async def read(
    context: Context,
    actor: ContactsReader,
    request: Request,
    response: Response,
    broadcast_id: BroadcastId,
    class_name: ClassName,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> NotReachedList:
    """Of your own school's broadcasts: whom of a class it has not reached, and why.
    Taking it leaves a mark in the audit trail.
    """
    language = preferred_language(request.headers.get("accept-language"))
    skip, now = open_number(cursor) or 0, context.now()
    async with at_broadcast(context, actor, broadcast_id) as (conn, located):
        taken = await take_not_reached(
            conn, actor, broadcast_id=located.id, class_name=class_name, language=language, master=context.master, now=now
        )
    response.headers["Cache-Control"] = "no-store"
    return NotReachedList(
        class_name=taken.class_name,
        at=now,
        under_way=taken.under_way,
        total=len(taken.rows),
        items=[NotReachedOut.model_validate(row, from_attributes=True) for row in taken.rows[skip : skip + limit]],
        next=make_cursor(skip + limit) if len(taken.rows) > skip + limit else None,
    )


@router.get("/{broadcast_id}/not-reached/print", operation_id="print_not_reached", response_class=HTMLResponse)
async def read_to_print(
    context: Context, actor: ContactsReader, broadcast_id: BroadcastId, class_name: ClassName, cursor: Cursor = None
) -> HTMLResponse:
    """The same on A4, in Vietnamese, for the class teacher."""
    skip, now = open_number(cursor) or 0, context.now()
    async with at_broadcast(context, actor, broadcast_id) as (conn, located):
        taken = await take_not_reached(
            conn, actor, broadcast_id=located.id, class_name=class_name, language="vi", master=context.master, now=now
        )
        printed_by = await account_name(conn, context.master, actor.account_id)
        school = await unit_by_id(conn, taken.broadcast.unit_id, context.today())
    following = urlencode({"class": taken.class_name, "cursor": make_cursor(skip + _ON_A_PAGE)})
    page, style, policy = _page()
    html = page.render(
        style=Markup(style),  # noqa: S704 - our own file, not a person's text
        school=school.name,
        list=taken,
        rows=taken.rows[skip : skip + _ON_A_PAGE],
        public_number=context.numbers.written(taken.broadcast.public_serial or 0),
        printed_by=printed_by,
        now=now,
        next=f"?{following}" if len(taken.rows) > skip + _ON_A_PAGE else None,
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})
