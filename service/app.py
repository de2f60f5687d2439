"""The web process: composition root of the API and the pages. Opens engines and keys, turns refusals into HTTP, closes again."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from contact_registry.errors import ImportRefused
from contact_registry.sealing import MasterKey
from service.api.broadcasts import audiences, deliveries, events, not_reached, previews, received, registered_texts
from service.api.broadcasts import control as broadcast_control
from service.api.broadcasts import drafts as broadcasts
from service.api.contacts import changes as contact_changes
from service.api.contacts import consents, drill_contacts, suppressions
from service.api.contacts import looks as contact_looks
from service.api.contacts import present as contacts
from service.api.description import DESCRIPTION, Described
from service.api.edge.context import ApiContext
from service.api.edge.headers import SecurityHeaders
from service.api.edge.limits import BodyLimits
from service.api.edge.problems import RESPONSES, invalid_request, problem, refused
from service.api.edge.proxies import TrustedProxies
from service.api.edge.readings import Readings
from service.api.edge.turns import Turns
from service.api.edge.whole_requests import WholeRequests
from service.api.lists import fixing as import_fixing
from service.api.lists import imports
from service.api.open import gateway_webhooks, health, lookups, metrics, records, webhooks, well_known
from service.api.people import accounts, api_keys, bulk, invitations
from service.api.units import coverage, readiness, retention, takedowns, units
from service.clock import Clock, system_clock
from service.contacts import UnsubscribeTokens
from service.database import make_engine, unit_transaction, why_away
from service.deliveries import AttemptTokens, ReceiptIntake, look_out_for_stalls
from service.disk import watch_disk
from service.errors import LoaError
from service.keyring import deployment_key
from service.lookups import Lookups
from service.meters import Meters
from service.settings import Settings
from service.signing.lookup_numbers import LookupNumbers
from service.web import lookup_page, reference, unsubscribe_page
from service.web.lookup_page import LookupSite, failed_page, not_found_page, too_long_page
from service.web.pages import STATIC, Pages
from service.web.unsubscribe_page import UnsubscribeSite

_log = structlog.get_logger(__name__)

_KEYS = ("lookup_number", "attempt_token", "unsubscribe_token")
_NO_ROOM = frozenset({"DiskFull"})  # as PostgreSQL says it of its own disk
_HTTP_CODES: Mapping[int, str] = {404: "request.not_found", 405: "request.method_not_allowed"}


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Described:
    """Makes the application. Connects when it starts, not here; a missing setting raises `MissingSetting` at once."""
    urls = {name: settings.need(f"database_url_{name}") for name in ("web", "lookup")}
    master = MasterKey.parse(settings.need("master_key"))
    settings.need("valkey_url")
    meters = Meters("web")
    pages = Pages.load(settings.number_digits)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        web = make_engine(urls["web"], name="loa web", pool_size=10)
        lookup = make_engine(urls["lookup"], name="loa lookup", pool_size=5)
        # Receipts have connections of their own: a carrier says a thing once, whoever else asks.
        inbox = make_engine(urls["web"], name="loa receipts", pool_size=2)
        answers = Lookups(lookup, master, settings.number_digits, clock)
        receipts = ReceiptIntake(inbox, clock)
        receipts.start()
        looking = asyncio.create_task(look_out_for_stalls(web, meters), name="stalls")
        measuring = asyncio.create_task(watch_disk(settings.home), name="disk")
        try:
            async with unit_transaction(web, None) as conn:
                keys = {name: await deployment_key(conn, master, name) for name in _KEYS}
            app.state.lookup_site = LookupSite(answers, pages)
            tokens = UnsubscribeTokens(keys["unsubscribe_token"])
            app.state.unsubscribe_site = UnsubscribeSite(web, tokens, pages, clock)
            app.state.api_context = ApiContext(
                settings=settings,
                clock=clock,
                engine=web,
                engine_lookup=lookup,
                master=master,
                numbers=LookupNumbers(keys["lookup_number"], settings.number_digits),
                tokens=AttemptTokens(keys["attempt_token"]),
                receipts=receipts,
                lookups=answers,
                meters=meters,
                readings=Readings(),
                turns=Turns(),
            )
            yield
        finally:
            for task in (looking, measuring):
                task.cancel()
            await asyncio.gather(looking, measuring, return_exceptions=True)
            await receipts.stop()
            answers.close()
            for engine in (web, inbox, lookup):
                await engine.dispose()

    app = Described(
        title="Loa",
        version="1.0.0",
        description=DESCRIPTION,
        servers=[{"url": settings.public_base}],
        license_info={"name": "MIT", "identifier": "MIT"},
        lifespan=lifespan,
        openapi_url=None,  # a route of its own, which writes it once
        docs_url=None,  # the interactive pages load scripts from elsewhere; ours is a page of its own
        redoc_url=None,
        redirect_slashes=False,  # an address with a slash too many is none; a redirect would be built from what a caller says
        responses=RESPONSES,
    )
    app.state.meters = meters
    _routes(app)
    _refusals(app, pages)
    app.add_middleware(BodyLimits, refuse=partial(_too_much, pages))
    app.layers = (
        WholeRequests,
        partial(SecurityHeaders, https=settings.public_base.startswith("https://"), meters=meters),
        partial(TrustedProxies, networks=settings.proxies),
    )
    return app


def _routes(app: Described) -> None:
    versioned = APIRouter(prefix="/api/v1")
    for part in (
        lookups,
        records,
        units,
        accounts,
        invitations,
        api_keys,
        bulk,
        imports,
        import_fixing,
        previews,
        audiences,
        received,
        registered_texts,
        broadcasts,
        broadcast_control,
        drill_contacts,
        deliveries,
        not_reached,
        events,
        contacts,
        contact_changes,
        consents,
        contact_looks,
        suppressions,
        retention,
        readiness,
        takedowns,
        coverage,
    ):
        versioned.include_router(part.router)
    # The first to match answers: what is asked most stands first.
    for outside in (lookup_page, webhooks, gateway_webhooks):
        app.include_router(outside.router)
    app.include_router(versioned)
    for outside in (health, metrics, well_known, reference, unsubscribe_page):
        app.include_router(outside.router)
    app.add_route("/api/openapi.json", app.described, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _refusals(app: FastAPI, pages: Pages) -> None:
    @app.exception_handler(LoaError)
    async def ours(request: Request, error: LoaError) -> Response:
        return refused(request, error)

    @app.exception_handler(ImportRefused)
    async def list_refused(request: Request, error: ImportRefused) -> Response:
        return problem(request, 413 if error.code == "import.too_large" else 422, error.code)

    @app.exception_handler(RequestValidationError)
    async def misshapen(request: Request, error: RequestValidationError) -> Response:
        if _for_a_person(request):
            return failed_page(pages, 422, request.query_params.get("lang"))
        return invalid_request(request, error)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if _for_a_person(request):
            lang = request.query_params.get("lang")
            return not_found_page(pages, lang) if error.status_code == 404 else failed_page(pages, error.status_code, lang)
        code = _HTTP_CODES.get(error.status_code, "request.malformed")
        return problem(request, error.status_code, code, headers=error.headers)

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(PoolTimeout)
    async def without_database(request: Request, error: Exception) -> Response:
        why = why_away(error)
        _log.error("database unreachable", error=why)
        if _for_a_person(request):
            return failed_page(pages, 503, request.query_params.get("lang"))
        code = "server.disk_full" if why in _NO_ROOM else "server.unavailable"
        return problem(request, 503, code, headers={"Retry-After": "10"})

    @app.exception_handler(DataError)
    @app.exception_handler(UnicodeEncodeError)
    async def unstorable(request: Request, error: Exception) -> Response:
        # A NUL, half a surrogate pair, a number out of all bounds: JSON can write them, no column and no text can hold them.
        _log.warning("value that nothing can hold", error=type(error).__name__)
        return problem(request, 422, "request.invalid")

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        _log.error("request failed", error=type(error).__name__, method=request.method)  # the server logs the traceback
        if _for_a_person(request):
            return failed_page(pages, 500, request.query_params.get("lang"))
        return problem(request, 500, "server.error")


def _too_much(pages: Pages, request: Request, status: int, code: str) -> Response:
    """The answer to a body that is too large or too slow."""
    if _for_a_person(request):
        return too_long_page(pages) if status == 413 else failed_page(pages, status)
    return problem(request, status, code)


def _for_a_person(request: Request) -> bool:
    """Whether a browser asks: whoever fears a message must not be shown JSON."""
    programs = str(request.scope["path"]).startswith(("/api/", "/webhooks/", "/.well-known/"))
    return not programs and "text/html" in request.headers.get("accept", "")
