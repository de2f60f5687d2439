"""The parents' look-up page at `/`: a number by GET, a pasted text by POST, an answer a parent can act on.

Works without JavaScript and without an account. A pasted text never reaches an address, a log or the store.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from service.errors import TooLarge, Unavailable
from service.languages import Language
from service.lookups import Lookups
from service.web.answers import AnswerPage, answer_page, plain_page
from service.web.pages import DEFAULT, Pages, page_language

_MOST_FIELDS = 10  # the form has three

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class LookupSite:
    """What the page needs: the question's use case and the templates."""

    lookups: Lookups
    pages: Pages


async def site(request: Request) -> LookupSite:
    """Returns what the composition root has set."""
    made: LookupSite = request.app.state.lookup_site
    return made


Site = Annotated[LookupSite, Depends(site)]


@router.head("/")  # monitors ask so
@router.get("/")
async def look_up_by_number(
    page: Site,
    so: Annotated[str | None, Query()] = None,
    lang: Annotated[str | None, Query()] = None,
) -> HTMLResponse:
    """The form; with `?so=` the answer for that number."""
    language = page_language(lang)
    if so is None or not so.strip():
        return _respond(page.pages, None, language)
    return await _answer(page, language, number=so.strip(), text=None)


@router.post("/")
async def look_up_by_text(page: Site, request: Request) -> HTMLResponse:
    """The answer for a pasted text, with or without its number beside it."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        tin, so, lang = (str(form.get(name) or "") for name in ("tin", "so", "lang"))
    language = page_language(lang)
    number, text = so.strip() or None, tin if tin.strip() else None
    if number is None and text is None:
        return _respond(page.pages, None, language)
    return await _answer(page, language, number=number, text=text)


async def _answer(page: LookupSite, language: Language, *, number: str | None, text: str | None) -> HTMLResponse:
    try:
        answer = await page.lookups.answer(number, text)
    except Unavailable:
        return _respond(page.pages, plain_page("unavailable", language), language, status=503)
    except TooLarge:
        return _respond(page.pages, plain_page("too_long", language), language, status=413)
    return _respond(page.pages, answer_page(answer, language, asked=number or "", digits=page.pages.digits), language)


def _respond(pages: Pages, answer: AnswerPage | None, language: Language, *, status: int = 200) -> HTMLResponse:
    html = pages.render("pages/lookup.html", language, number=answer.number if answer else "", page=answer)
    headers = pages.headers() | ({"Retry-After": "30"} if status == 503 else {})
    return HTMLResponse(html, status_code=status, headers=headers)


def not_found_page(pages: Pages, lang: str | None = None) -> HTMLResponse:
    """Answers a person who followed a wrong address."""
    return HTMLResponse(pages.render("pages/not_found.html", page_language(lang)), status_code=404, headers=pages.headers())


def too_long_page(pages: Pages) -> HTMLResponse:
    """Answers a person whose pasted text was too long to be read at all, so that nothing is known of the language either."""
    return _respond(pages, plain_page("too_long", DEFAULT), DEFAULT, status=413)


def failed_page(pages: Pages, status: int, lang: str | None = None) -> HTMLResponse:
    """Answers a person whose question could not be taken (the form once more) or answered: with what to do, and without a
    verdict.
    """
    language = page_language(lang)
    return _respond(pages, plain_page("unavailable", language) if status >= 500 else None, language, status=status)
