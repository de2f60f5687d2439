"""A line to a carrier that breaks: a small proxy of TCP that resets connections in mid-word, or is away for a while."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Self

_RESET = struct.pack("ii", 1, 0)  # closed with a reset, whatever is still to be said
_Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Line:
    """Between a client and a port of this machine. `lose_asked`, `lose_answers`:
    the share of what passes at which the line breaks.

    Lost on the way there, the carrier never heard it; lost on the way back, it has acted on it.
    `losable`: only what has this in it is lost.
    """

    def __init__(self, port: int, seed: int = 1) -> None:
        self.lose_asked = self.lose_answers = 0.0
        self.losable = b""
        self.broken = 0
        self._carrier = port
        self._chance = random.Random(seed)
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self.port = 0

    def break_all(self) -> None:
        """Resets every connection there is."""
        self._run(self._break_all())

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody listens, as while a carrier is started again."""
        self._run(self._close())
        try:
            yield
        finally:
            self._run(self._listen())

    def _run(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._break_all()

    async def _break_all(self) -> None:
        for writer in tuple(self._open):
            self._reset(writer)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", self._carrier)
        except OSError:
            self._reset(writer)
            return
        ends = (writer, there[1])
        self._open.update(ends)
        pumps = (self._pump(reader, there[1], "lose_asked"), self._pump(there[0], writer, "lose_answers"))
        both = [asyncio.ensure_future(pump) for pump in pumps]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            self._reset(end)
            self._open.discard(end)
        await asyncio.gather(*both, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, loses: str) -> None:
        while said := await reader.read(65536):
            if self.losable in said and self._chance.random() < getattr(self, loses):
                self.broken += 1
                return
            writer.write(said)
            await writer.drain()

    def _reset(self, writer: asyncio.StreamWriter) -> None:
        if not writer.transport.is_closing():
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
