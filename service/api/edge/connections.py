"""What a connection may owe before it is a request: so many bytes of head, so many seconds, and so many such connections at all.

The server below bounds none of these. Whoever opens connections and says nothing, or says it for ever, would have every place
there is, and visitors would find the door shut with nothing in the log.
"""

import asyncio
import resource
import time
from dataclasses import dataclass
from typing import Any, ClassVar

import structlog
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_log = structlog.get_logger(__name__)

_MOST_DESCRIPTORS = 8192
_KEPT = 128  # descriptors that are not visitors': the databases', the log's, a reading child's
_SWEPT_EVERY = 1.0  # seconds
_TOLD_EVERY = 10.0  # seconds: a flood is one line, not a flood of lines
_PARTING = 2.0  # seconds in which whoever is refused may read why


@dataclass(frozen=True, slots=True)
class Bounds:
    """`head`: bytes; `seconds`: for a whole head; `unfinished`: connections without a whole request;
    `at_once`: connections in all.
    """

    head: int = 48 * 1024
    seconds: float = 10.0
    unfinished: int = 1000
    at_once: int = 2000

    @classmethod
    def of_this_process(cls) -> "Bounds":
        """Sets the bounds by how many files the process may have open; first that is raised as far as it may be."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = min(hard, _MOST_DESCRIPTORS) if hard != resource.RLIM_INFINITY else _MOST_DESCRIPTORS
        if soft < most:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        room = max(48, min(max(soft, most), _MOST_DESCRIPTORS) - _KEPT)
        return cls(unfinished=room // 3, at_once=room * 2 // 3)


class Unfinished:
    """The connections of a process that owe something: a first head, the next head, a body. Each since when, the oldest first."""

    def __init__(self, bounds: Bounds, dropped: Counter) -> None:
        self.bounds = bounds
        self._dropped = dropped
        self._heads: dict[BoundedConnection, float] = {}
        self._idle: dict[BoundedConnection, float] = {}
        self._bodies: dict[BoundedConnection, float] = {}
        self._sweeping = False
        self._told: dict[str, tuple[float, int]] = {}

    def owes_head(self, connection: "BoundedConnection") -> None:
        """Notes that a connection is new, or that the next request on it has begun."""
        self.settled(connection)
        self._heads[connection] = time.monotonic()
        while len(self._heads) + len(self._idle) + len(self._bodies) > self.bounds.unfinished:
            oldest = next(iter(self._heads or self._idle or self._bodies))
            if oldest is connection:  # everybody else is in the middle of a body
                oldest = next(iter(self._idle or self._bodies), connection)
            self.drop(oldest, "too_many")
        if not self._sweeping:
            self._sweeping = True
            asyncio.get_running_loop().call_later(_SWEPT_EVERY, self._sweep)

    def is_idle(self, connection: "BoundedConnection") -> None:
        """Notes that a request is answered, and that another may follow."""
        self.settled(connection)
        self._idle[connection] = time.monotonic()

    def owes_body(self, connection: "BoundedConnection") -> None:
        """Notes that a head is whole."""
        self.settled(connection)
        self._bodies[connection] = time.monotonic()

    def settled(self, connection: "BoundedConnection") -> None:
        """Notes that its request is whole, or that it is gone."""
        for owing in (self._heads, self._idle, self._bodies):
            owing.pop(connection, None)

    def drop(self, connection: "BoundedConnection", reason: str) -> None:
        """Ends a connection, counts it, and says so now and then."""
        self.settled(connection)
        self.count(reason)
        connection.part(reason)

    def count(self, reason: str) -> None:
        """Counts one more that was refused or ended, for this reason."""
        self._dropped.labels(reason).inc()
        now = time.monotonic()
        told, since = self._told.get(reason, (float("-inf"), 0))
        if now - told < _TOLD_EVERY:
            self._told[reason] = told, since + 1
            return
        _log.warning("connections.dropped", reason=reason, count=since + 1)
        self._told[reason] = now, 0

    def _sweep(self) -> None:
        until = time.monotonic() - self.bounds.seconds
        while (oldest := next(iter(self._heads), None)) is not None and self._heads[oldest] <= until:
            self.drop(oldest, "head_slow")
        self._sweeping = bool(self._heads)
        if self._sweeping:
            asyncio.get_running_loop().call_later(_SWEPT_EVERY, self._sweep)


_PARTINGS = {"head_large": b"431 Request Header Fields Too Large", "head_slow": b"408 Request Timeout"}


class BoundedConnection(HttpToolsProtocol):
    """A connection whose head has a size and a time. `unfinished` is its process's."""

    unfinished: ClassVar[Unfinished]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head = 0  # bytes of a head that is not whole yet
        self._size = 0  # of the head that is being read, as its parts are told
        self._in_head = True
        self._parted = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.unfinished.owes_head(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.unfinished.settled(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        while data and not self._parted and not self.transport.is_closing():  # what comes behind a parting word is dropped
            piece, data = data, b""
            if self._in_head:
                if self._head == 0 and not self._is_being_answered():
                    self.unfinished.owes_head(self)
                room = self.unfinished.bounds.head - self._head
                piece, data = piece[:room], piece[room:]
                self._head += len(piece)
            super().data_received(piece)
            if self._head >= self.unfinished.bounds.head and not self.transport.is_closing():
                self.unfinished.drop(self, "head_large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._size = True, 0

    def on_url(self, url: bytes) -> None:
        self._measured(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._measured(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, 0
        self.unfinished.owes_body(self)
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            self.unfinished.count("too_many_at_once")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head = True
        self.unfinished.settled(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_head and self.timeout_keep_alive_task is not None:
            if self._head == 0:
                self.unfinished.is_idle(self)
            else:  # of the next request something came while nobody waited for it
                self.unfinished.owes_head(self)

    def part(self, reason: str) -> None:
        """Ends the connection with a word where a request had begun; at once where places are short,
        or in the middle of an answer.
        """
        self._parted = True
        if reason not in _PARTINGS or self._head == 0 or self._is_being_answered():
            self.transport.abort()
            return
        self.transport.write(
            b"HTTP/1.1 %b\r\ncontent-length: 0\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
            % _PARTINGS[reason]
        )
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(_PARTING, self.transport.abort)

    def _unsupported_upgrade_warning(self) -> None:
        """Says nothing, where the server below has two lines each time: anybody may ask for another protocol."""

    def _is_being_answered(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _measured(self, size: int) -> None:
        """Of several heads in one piece of data each has its own size.
        The parser takes an error for a request that is none: 400.
        """
        self._size += size
        if self._size > self.unfinished.bounds.head:
            self.unfinished.count("head_large")
            raise ValueError


def bounded_connections(bounds: Bounds, dropped: Counter) -> type[BoundedConnection]:
    """Makes the class of the connections of one process."""

    class Bounded(BoundedConnection):
        unfinished = Unfinished(bounds, dropped)

    return Bounded
