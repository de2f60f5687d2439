"""A pooler in transaction mode as small as one can be: whoever begins a transaction is given the session that was used last.

Speaks just enough of PostgreSQL's protocol to see where a transaction ends: `ReadyForQuery` with status I.
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_NOT_HERE = (80877103, 80877104)  # a client's questions for TLS and for GSS: answered N


@dataclass
class _Session:
    """One session at the server, and what it was greeted with."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    greeting: bytes = b""


@dataclass
class Pooler:
    """`socket`: the server's. Sessions are opened as they are needed and kept."""

    socket: str
    free: list[_Session] = field(default_factory=list)
    opened: list[_Session] = field(default_factory=list)

    async def session(self, startup: bytes) -> _Session:
        if self.free:
            return self.free.pop()
        reader, writer = await asyncio.open_unix_connection(self.socket)
        made = _Session(reader, writer)
        writer.write(startup)
        while True:
            message = await _message(reader)
            made.greeting += message
            if message[:1] == b"Z":
                break
        self.opened.append(made)
        return made

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            startup = await _startup(reader, writer)
            first = await self.session(startup)
            writer.write(first.greeting)
            self.free.append(first)
            while data := await reader.read(65536):
                if data[:1] == b"X":
                    break
                held = await self.session(startup)
                held.writer.write(data)
                await self._answer(held, reader, writer)
                self.free.append(held)
        writer.close()

    async def _answer(self, held: _Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hands on both ways until the transaction has ended."""

        async def forth() -> None:
            while data := await reader.read(65536):
                held.writer.write(data)

        forwarding = asyncio.create_task(forth())
        try:
            while True:
                message = await _message(held.reader)
                ended = message[:1] == b"Z" and message[5:6] == b"I"
                if ended:
                    forwarding.cancel()
                    await asyncio.gather(forwarding, return_exceptions=True)
                writer.write(message)
                if ended:
                    return
        finally:
            forwarding.cancel()


async def _startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    while True:
        head = await reader.readexactly(8)
        length, what = struct.unpack(">II", head)
        if what not in _NOT_HERE:
            return head + await reader.readexactly(length - 8)
        writer.write(b"N")


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    return head + await reader.readexactly(struct.unpack(">I", head[1:])[0] - 4)


@asynccontextmanager
async def pooled(directory: str) -> AsyncIterator[int]:
    """The port on loopback of a pooler before the server whose socket lies in `directory`."""
    pooler = Pooler(f"{directory}/.s.PGSQL.5432")
    server = await asyncio.start_server(pooler.serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for session in pooler.opened:
            session.writer.close()
