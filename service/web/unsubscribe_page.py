"""`/thoi-nhan/{token}`: a parent's way out of advisories by email (RFC 8058). The header of such an email leads here.

Opening the page changes nothing, for mail scanners open every address: it shows one button. The button, and a mail program's own
"unsubscribe", post the same form. Needs no account. Nobody learns from it whether an address is on any list.
"""

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException

from service.clock import LOCAL, Clock
from service.contacts import UNSUBSCRIBE_PATH, UnsubscribeTokens, WayOut, unsubscribe
from service.database import unit_transaction
from service.errors import NotFound
from service.units import unit_by_id
from service.web.lookup_page import not_found_page
from service.web.once import Once
from service.web.pages import Pages, page_language

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

_NAME_KEPT = 60.0  # seconds: whoever opens the address, a mail scanner many at a time, asks the database for next to nothing
_PRESS_KEPT = 5.0  # seconds in which the same address again is the same answer
_FIELD, _SAID = "list-unsubscribe", "one-click"
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class UnsubscribeSite:
    """What the page needs. `engine`: the web login's. Nobody is turned away for what others ask: it costs too little."""

    engine: AsyncEngine
    tokens: UnsubscribeTokens
    pages: Pages
    clock: Clock
    names: Once[int, str | None] = field(default_factory=lambda: Once(_NAME_KEPT))
    presses: Once[WayOut, None] = field(default_factory=lambda: Once(_PRESS_KEPT))


async def site(request: Request) -> UnsubscribeSite:
    """Returns what the composition root has set."""
    made: UnsubscribeSite = request.app.state.unsubscribe_site
    return made


Site = Annotated[UnsubscribeSite, Depends(site)]
Lang = Annotated[str | None, Query()]


@router.api_route(UNSUBSCRIBE_PATH + "{token}", methods=["GET", "HEAD"])
async def ask(page: Site, token: str, lang: Lang = None) -> HTMLResponse:
    """The button."""
    try:
        way_out = page.tokens.open(token)
    except NotFound:
        return not_found_page(page.pages, lang)
    return await _respond(page, way_out, lang, "ask")


@router.post(UNSUBSCRIBE_PATH + "{token}")
async def stop(page: Site, token: str, request: Request, lang: Lang = None) -> HTMLResponse:
    """No more advisories to this address from this unit. Twice is once.
    Who posts anything else has nothing done, and is told so: 400.
    """
    try:
        way_out = page.tokens.open(token)
    except NotFound:
        return not_found_page(page.pages, lang)
    if not await _says_so(request):
        return await _respond(page, way_out, lang, "ask", status=400)

    async def press() -> None:
        async with unit_transaction(page.engine, way_out.unit_id) as conn:
            await unsubscribe(conn, way_out, now=page.clock())

    await page.presses.get(way_out, press)
    return await _respond(page, way_out, lang, "done")


async def _says_so(request: Request) -> bool:
    """Whether a body is RFC 8058's, in whatever form mail programs write it:
    as a form or in parts, without a type, with a line's end.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        try:
            async with request.form(max_files=0, max_fields=_MOST_FIELDS) as parts:
                said = [(name, value) for name, value in parts.multi_items() if isinstance(value, str)]
        except HTTPException:
            return False
    else:
        try:
            said = parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS)
        except ValueError:
            return False
    return any(name.strip().lower() == _FIELD and value.strip().lower() == _SAID for name, value in said)


async def _name(page: UnsubscribeSite, unit_id: int) -> str | None:
    async with unit_transaction(page.engine, unit_id) as conn:
        try:
            return (await unit_by_id(conn, unit_id, page.clock().astimezone(LOCAL).date())).name
        except NotFound:  # it stands no more; what it holds does
            return None


async def _respond(page: UnsubscribeSite, way_out: WayOut, lang: str | None, state: str, *, status: int = 200) -> HTMLResponse:
    unit = await page.names.get(way_out.unit_id, lambda: _name(page, way_out.unit_id))
    here = UNSUBSCRIBE_PATH + page.tokens.make(way_out) if state == "ask" else None
    html = page.pages.render("pages/unsubscribe.html", page_language(lang), here=here, state=state, unit=unit)
    return HTMLResponse(html, status_code=status, headers=page.pages.headers())
