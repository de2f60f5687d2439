"""An answer that comes before its request is whole reaches the caller,
and the next request on the same connection is a request.
"""

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from service.api.edge.whole_requests import WholeRequests
from tests.factories.served import Caller, calling, head, served
from tests.factories.web import Site

MEGABYTE = 1024 * 1024


async def healthy(caller: Caller) -> None:
    """The connection carries the next request."""
    await caller.send(head("GET", "/healthz"))
    assert (await caller.answer()).status == 200


async def test_who_is_refused_while_still_sending_has_the_whole_answer_and_the_connection(site: Site) -> None:
    async with served(site.app) as port, calling(port) as caller:
        for path, size, status in (
            ("/api/v1/imports", 9 * MEGABYTE, 401),  # for want of a key, before the file is read
            ("/api/v1/imports", 15 * MEGABYTE, 413),
            ("/api/v1/broadcasts", MEGABYTE, 413),
            ("/", 900_000, 413),
            ("/api/v1/lookups", 300_000, 413),
            ("/nothing", 100_000, 404),
            ("/api/v1/units/", 100_000, 404),
        ):
            await caller.send(head("POST", path, Content_Length=str(size)) + b"x" * size)
            answer = await caller.answer()
            assert answer.status == status
            assert answer.headers.get("connection") is None
            await healthy(caller)


async def test_no_answer_overtakes_its_request(site: Site) -> None:
    async with served(site.app) as port, calling(port) as caller, calling(port) as other:
        await caller.send(head("POST", "/api/v1/imports", Content_Length="200000") + b"x" * 100_000)
        await healthy(other)
        with pytest.raises(TimeoutError):
            await caller.answer(0.3)
        await caller.send(b"x" * 100_000)
        assert (await caller.answer()).status == 401


async def test_a_body_of_unstated_length_is_read_to_its_end_as_well(site: Site) -> None:
    async with served(site.app) as port, calling(port) as caller:
        await caller.send(head("POST", "/api/v1/broadcasts", Transfer_Encoding="chunked"))
        for _ in range(30):
            await caller.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
        await caller.send(b"0\r\n\r\n")
        assert (await caller.answer()).status == 413
        await healthy(caller)


async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers without having read."""
    await PlainTextResponse("no", 401)(scope, receive, send)


async def test_what_is_beyond_all_bounds_is_answered_and_the_connection_ends_in_order() -> None:
    bounded = WholeRequests(refusing, most=MEGABYTE, seconds=5, linger=1)
    async with served(bounded) as port, calling(port) as caller:
        await caller.send(head("POST", "/", Content_Length=str(8 * MEGABYTE)))
        sending = asyncio.create_task(caller.send(b"x" * 2 * MEGABYTE))
        answer = await caller.answer()
        assert (answer.status, answer.headers["connection"], answer.body) == (401, "close", b"no")
        await sending
        assert await caller.ended()


async def test_a_body_that_trickles_holds_its_answer_up_for_so_long_and_no_longer() -> None:
    bounded = WholeRequests(refusing, seconds=0.2, linger=0.2)
    async with served(bounded) as port, calling(port) as caller:
        await caller.send(head("POST", "/", Content_Length="100") + b"x")
        answer = await caller.answer()
        assert (answer.status, answer.headers["connection"]) == (401, "close")
        assert await caller.ended()


async def test_who_asks_before_sending_is_told_no_and_sends_nothing(site: Site) -> None:
    async with served(site.app) as port, calling(port) as caller:
        await caller.send(head("POST", "/api/v1/imports", Content_Length=str(9 * MEGABYTE), Expect="100-continue"))
        answer = await caller.answer()
        assert (answer.status, answer.headers["connection"]) == (401, "close")
        assert await caller.ended()


async def test_who_stops_sending_is_told_so_at_once(site: Site) -> None:
    """The limit on a body's time is tests/service/api/test_problems.py's; here: nobody waits for the rest a second time."""

    async def too_slow(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("slow", 408)(scope, receive, send)

    waiting = WholeRequests(too_slow, seconds=60, linger=0.2)
    async with served(waiting) as port, calling(port) as caller:
        await caller.send(head("POST", "/", Content_Length="100") + b"x")
        assert (await caller.answer()).status == 408
        assert await caller.ended()


async def test_an_answer_to_a_request_without_a_body_waits_for_nothing() -> None:
    seen: list[Any] = []

    async def never() -> Any:
        seen.append("asked")
        await asyncio.Event().wait()

    async def sent(message: Any) -> None:
        seen.append(message["type"])

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"content-length", b"0")]}
    async with asyncio.timeout(5):
        await WholeRequests(refusing)(scope, never, sent)
    assert seen == ["http.response.start", "http.response.body"]
