"""`/thoi-nhan/{token}`: a parent's way out of advisories by email (RFC 8058). The header of such an email leads here.

Opening the page changes nothing, for mail scanners open every address: it shows one button. The button, and a mail program's own
"unsubscribe", post the same form. Needs no account. Nobody learns from it whether an address is on any list.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.clock import LOCAL, Clock
from service.contacts import UNSUBSCRIBE_PATH, UnsubscribeTokens, WayOut, unsubscribe
from service.database import unit_transaction
from service.errors import NotFound
from service.units import unit_by_id
from service.web.lookup_page import not_found_page
from service.web.pages import Pages
from service.web.unsubscribe_wording import unsubscribe_words

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

_A_SECOND = 20  # of each process: what many parents ask at once, and far below what would trouble the database


class Gate:
    """Lets so many through a second, and twice as many at once."""

    def __init__(self, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._most = per_second, 2 * per_second
        self._left, self._now, self._at = self._most, now, now()

    def opens(self) -> bool:
        """Whether this one may go through."""
        now = self._now()
        self._left = min(self._most, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass(frozen=True, slots=True)
class UnsubscribeSite:
    """What the page needs. `engine`: the web login's."""

    engine: AsyncEngine
    tokens: UnsubscribeTokens
    pages: Pages
    clock: Clock
    gate: Gate

    @classmethod
    def make(cls, engine: AsyncEngine, tokens: UnsubscribeTokens, pages: Pages, clock: Clock) -> "UnsubscribeSite":
        return cls(engine, tokens, pages, clock, Gate(_A_SECOND))


async def site(request: Request) -> UnsubscribeSite:
    """Set once by the composition root."""
    made: UnsubscribeSite = request.app.state.unsubscribe_site
    return made


Site = Annotated[UnsubscribeSite, Depends(site)]
Lang = Annotated[str | None, Query()]


@router.get(UNSUBSCRIBE_PATH + "{token}")
async def ask(page: Site, token: str, lang: Lang = None) -> HTMLResponse:
    """The button."""
    return await _answer(page, token, lang, press=False)


@router.post(UNSUBSCRIBE_PATH + "{token}")
async def stop(
    page: Site, token: str, said: Annotated[str, Form(alias="List-Unsubscribe")] = "", lang: Lang = None
) -> HTMLResponse:
    """No more advisories to this address from this unit. Twice is once."""
    return await _answer(page, token, lang, press=said == "One-Click")


async def _answer(page: UnsubscribeSite, token: str, lang: str | None, *, press: bool) -> HTMLResponse:
    language = "en" if lang == "en" else "vi"
    try:
        way_out = page.tokens.open(token)
    except NotFound:
        return not_found_page(page.pages, lang)
    if not page.gate.opens():
        return _respond(page, language, "busy", status=429)
    async with unit_transaction(page.engine, way_out.unit_id) as conn:
        unit = await _name(conn, page, way_out)
        if press:
            await unsubscribe(conn, way_out, now=page.clock())
    if press:
        return _respond(page, language, "done", unit=unit)
    return _respond(page, language, "ask", unit=unit, here=UNSUBSCRIBE_PATH + token)


async def _name(conn: AsyncConnection, page: UnsubscribeSite, way_out: WayOut) -> str | None:
    try:
        return (await unit_by_id(conn, way_out.unit_id, page.clock().astimezone(LOCAL).date())).name
    except NotFound:  # it stands no more; what it holds does
        return None


def _respond(
    page: UnsubscribeSite, language: str, state: str, *, unit: str | None = None, here: str | None = None, status: int = 200
) -> HTMLResponse:
    said = unsubscribe_words(language, unit)
    html = page.pages.render("pages/unsubscribe.html", language, here=here, state=state, said=said)
    headers = page.pages.headers() | ({"Retry-After": "60"} if status == 429 else {})
    return HTMLResponse(html, status_code=status, headers=headers)
