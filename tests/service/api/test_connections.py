"""A connection has so many bytes and seconds for a request's head, and those that owe one never take all the places there are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from service.api.edge.connections import Bounds, bounded_connections
from service.meters import Meters
from tests.factories.served import Caller, calling, head, served
from tests.factories.waiting import a_turn

ORDINARY = Bounds(head=4096, seconds=30, unfinished=20, at_once=100)


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """How many bytes came."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


class Door:
    """A server's port, and how many it turned away, by reason."""

    def __init__(self, port: int, registry: CollectorRegistry) -> None:
        self.port = port
        self._registry = registry

    def dropped(self, reason: str) -> float:
        return self._registry.get_sample_value("loa_connections_dropped_total", {"reason": reason}) or 0.0


@asynccontextmanager
async def door(bounds: Bounds = ORDINARY) -> AsyncIterator[Door]:
    meters = Meters("web")
    kind = bounded_connections(bounds, meters.connections_dropped)
    async with served(echo, http=kind, ws="none", limit_concurrency=bounds.at_once) as port:
        yield Door(port, meters.registry)


async def asked(caller: Caller, size: int = 3) -> None:
    """A whole request, answered."""
    await caller.send(head("POST", "/", Content_Length=str(size)) + b"x" * size)
    answer = await caller.answer()
    assert (answer.status, answer.body) == (200, str(size).encode())


async def test_requests_follow_each_other_on_a_connection() -> None:
    async with door() as there, calling(there.port) as caller:
        for size in (3, 0, 200_000, 5):
            await asked(caller, size)
        assert there.dropped("head_large") == 0


async def test_many_requests_may_come_in_one_piece() -> None:
    async with door() as there, calling(there.port) as caller:
        await caller.send(b"".join(head("GET", "/", X_Filler="y" * 100) for _ in range(200)))
        for _ in range(200):
            assert (await caller.answer()).status == 200
        await asked(caller)


async def test_a_request_may_come_byte_by_byte() -> None:
    async with door() as there, calling(there.port) as caller:
        for byte in head("POST", "/", Content_Length="2") + b"xy":
            await caller.send(bytes([byte]))
            await a_turn()
        assert (await caller.answer()).body == b"2"
        await asked(caller)


@pytest.mark.parametrize("size", [3000, 4000])
async def test_a_head_within_its_size_is_read(size: int) -> None:
    async with door() as there, calling(there.port) as caller:
        await caller.send(head("GET", "/", X_Filler="y" * size))
        assert (await caller.answer()).status == 200


async def test_a_head_over_its_size_is_refused_in_words() -> None:
    async with door() as there, calling(there.port) as caller:
        await caller.send(head("GET", "/", X_Filler="y" * 5000))
        answer = await caller.answer()
        assert (answer.status, answer.headers["connection"]) == (431, "close")
        assert there.dropped("head_large") == 1


async def test_a_head_that_is_never_whole_is_given_up_and_a_slow_body_is_not() -> None:
    async with door(replace(ORDINARY, seconds=0.3)) as there, AsyncExitStack() as stack:
        silent, begun, sending = [await stack.enter_async_context(calling(there.port)) for _ in range(3)]
        await begun.send(b"GET / HTTP/1.1\r\nHost: ")
        await sending.send(head("POST", "/", Content_Length="2") + b"x")
        assert await silent.ended()
        assert (await begun.answer()).status == 408
        assert await begun.ended()
        assert there.dropped("head_slow") == 2
        await sending.send(b"y")
        assert (await sending.answer()).body == b"2"


async def test_the_next_head_of_a_connection_has_its_time_as_well() -> None:
    async with door(replace(ORDINARY, seconds=0.3)) as there, calling(there.port) as caller:
        await asked(caller)
        await caller.send(b"\r\nGET")
        assert (await caller.answer()).status == 408
        assert there.dropped("head_slow") == 1


async def test_a_line_s_end_behind_a_body_ends_no_request_that_is_being_answered() -> None:
    """Old programs send one."""
    bounds, begun, goes_on = replace(ORDINARY, seconds=0.3), asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await goes_on.wait()
        await echo(scope, receive, send)

    kind = bounded_connections(bounds, Meters("web").connections_dropped)
    async with served(slow, http=kind, ws="none") as port, calling(port) as caller:
        await caller.send(head("POST", "/", Content_Length="3") + b"abc")
        await begun.wait()
        await caller.send(b"\r\n")
        async with calling(port) as silent:
            assert await silent.ended(), "so whoever owed a head before it would have been ended, too"
        goes_on.set()
        assert (await caller.answer()).body == b"3"
        await caller.send(head("POST", "/", Content_Length="2") + b"ab")
        assert (await caller.answer()).body == b"2"


async def test_those_that_owe_a_head_never_shut_a_visitor_out_and_the_oldest_goes_first() -> None:
    async with door() as there, AsyncExitStack() as stack:
        silent = [await stack.enter_async_context(calling(there.port)) for _ in range(60)]
        async with calling(there.port) as visitor:
            await asked(visitor)
        assert there.dropped("too_many") == 41
        assert not silent[-1].reader.at_eof()
        await asked(silent[-1])
        for one in silent[:40]:
            await one.ended()


async def test_whoever_is_in_the_middle_of_a_body_goes_last() -> None:
    async with door() as there, AsyncExitStack() as stack:
        upload = await stack.enter_async_context(calling(there.port))
        await upload.send(head("POST", "/", Content_Length="2") + b"x")
        for _ in range(60):
            await stack.enter_async_context(calling(there.port))
        async with calling(there.port) as visitor:
            await asked(visitor)
        await upload.send(b"y")
        assert (await upload.answer()).body == b"2"


async def test_slow_bodies_alone_shut_nobody_out() -> None:
    async with door() as there, AsyncExitStack() as stack:
        for _ in range(60):
            slow = await stack.enter_async_context(calling(there.port))
            await slow.send(head("POST", "/", Content_Length="2") + b"x")
        async with calling(there.port) as visitor:
            await asked(visitor)
        assert there.dropped("too_many") == 41, "the slow ones made room"


async def test_more_at_once_than_there_may_be_are_told_so_and_counted() -> None:
    gate, entered = asyncio.Event(), asyncio.Semaphore(0)

    async def busy(scope: Scope, receive: Receive, send: Send) -> None:
        entered.release()
        await gate.wait()
        await echo(scope, receive, send)

    meters = Meters("web")
    kind = bounded_connections(replace(ORDINARY, at_once=5), meters.connections_dropped)
    async with served(busy, http=kind, ws="none", limit_concurrency=5) as port, AsyncExitStack() as stack:
        callers = []
        for _ in range(4):
            callers.append(await stack.enter_async_context(calling(port)))
            await callers[-1].send(head("GET", "/"))
            await entered.acquire()
        one_more = await stack.enter_async_context(calling(port))
        await one_more.send(head("GET", "/"))
        assert (await one_more.answer()).status == 503
        gate.set()
        assert [(await each.answer()).status for each in callers] == [200] * 4
    assert meters.registry.get_sample_value("loa_connections_dropped_total", {"reason": "too_many_at_once"}) == 1


def test_the_places_are_fewer_than_the_files_that_may_be_open() -> None:
    bounds = Bounds.of_this_process()
    assert 0 < bounds.unfinished < bounds.at_once
    assert bounds.unfinished + bounds.at_once <= 8192


async def test_who_asks_for_another_protocol_is_answered_in_this_one_and_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    async with door() as there, calling(there.port) as caller:
        with caplog.at_level("WARNING"):
            await caller.send(head("GET", "/", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Version="13"))
            assert (await caller.answer()).status == 200
        assert caplog.records == []
