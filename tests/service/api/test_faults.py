"""A fault of ours is answered like everything else, and what answers it cannot fail itself."""

import asyncio
from itertools import product

from httpx import ASGITransport, AsyncClient

from service.api.edge.headers import SecurityHeaders
from service.meters import Meters
from tests.factories.served import calling, head, served
from tests.factories.web import Site

READ = (
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "cookie",
    "expect",
    "host",
    "idempotency-key",
    "last-event-id",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-twilio-signature",
)
"""Every header that something of ours, or of what we build on, reads."""


async def test_no_byte_in_a_header_is_a_fault(site: Site) -> None:
    calls = [("GET", "/"), ("GET", "/api/v1/units"), ("GET", "/api/v1/nothing"), ("POST", "/webhooks/twilio/status/x")]
    own = {key.encode(): each.encode() for key, each in site.auth().items()}
    for name in READ:
        for byte in range(0x80, 0x100):
            value = b"en;q=" + bytes([byte]) if name == "accept-language" else bytes([byte])
            method, path = calls[byte % len(calls)]
            answer = await site.client.request(method, path, headers=own | {name.encode(): value})
            assert answer.status_code < 500, f"{method} {path} {name}: {value!r}: {answer.text}"
            assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_host_is_a_fault(site: Site) -> None:
    hosts, paths = ("[", "a b", "", "²", "loa.example:99999999", "]["), ("/", "/nothing", "/api/v1/lookups/1", "/api/v1/units")
    for host, path in product(hosts, paths):
        answer = await site.client.get(path, headers={b"Host": host.encode("latin-1"), b"Accept": b"text/html"})
        assert answer.status_code < 500


async def test_a_fault_has_the_headers_of_every_answer_and_ends_the_connection_in_words(site: Site) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    site.app.add_api_route("/api/v1/broken", broken)
    async with served(site.app) as port, calling(port) as caller:
        await caller.send(head("POST", "/api/v1/broken", Content_Length="0"))
        assert (await caller.answer()).status == 405
        await caller.send(head("GET", "/api/v1/broken", Accept_Language="en;q=²"))
        answer = await caller.answer()
        assert (answer.status, answer.headers["connection"]) == (500, "close")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"]
        assert await caller.ended()


async def test_a_fault_is_answered_though_what_should_answer_it_fails_too() -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    app = SecurityHeaders(broken, https=True, meters=Meters("web"))
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://x") as client, asyncio.timeout(5):
        answer = await client.get("/")
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["connection"] == "close"


async def test_a_slash_too_many_or_too_few_redirects_nobody(site: Site) -> None:
    paths = ("/api/v1/units/", "/api/v1/imports/", "/healthz/", "/api/docs/", "/static")
    for method, path in product(("GET", "POST"), paths):
        answer = await site.client.request(method, path, headers=site.auth() | {"Host": "elsewhere.example"})
        assert answer.status_code in (404, 405)
        assert "location" not in answer.headers
