"""The application behind a real server on loopback, and a caller who sends bytes as they please."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tests.factories.waiting import until


@asynccontextmanager
async def served(app: ASGIApp, **options: Any) -> AsyncIterator[int]:
    """The port of the application, whose lifespan somebody else runs.
    `options`: uvicorn's, beside those that a test always has.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1, **options)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([listening]))  # `serve` would take the test's signals
    await until("it has started", lambda: server.started)
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = server.force_exit = True
        await serving
        listening.close()


@dataclass
class Answer:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


@dataclass
class Caller:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """All of it, however slowly it is taken."""
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, seconds: float = 20) -> Answer:
        """The next answer whole. Raises IncompleteReadError, ConnectionError where it is cut off."""
        async with asyncio.timeout(seconds):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Answer(int(head[0].split()[1]), headers, body)

    async def ended(self, seconds: float = 20) -> bool:
        """Waits until the other side has ended the connection, in order: True; cut off: False."""
        async with asyncio.timeout(seconds):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return False


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Caller]:
    """A connection to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def head(method: str, path: str, **headers: str) -> bytes:
    """A request's head."""
    lines = [f"{method} {path} HTTP/1.1", "Host: loa.example", *(f"{name.replace('_', '-')}: {v}" for name, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
