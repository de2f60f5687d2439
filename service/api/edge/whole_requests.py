"""No answer overtakes the request it is for: what is left of a body is read and dropped first, so that the caller is not cut off.

Whoever is answered while still sending, and is then cut off, may never see the answer; behind a proxy that keeps connections it
may be somebody else's request that suffers for it. So what the call itself did not read is read here, bounded in bytes and time.
What is left even then is answered with `Connection: close`, and read on for a little while behind the answer before the
connection ends.
"""

import asyncio
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.edge.proxies import PASSED_ON

_DROPPED = 24 * 1024 * 1024
"""Bytes read for nothing before an answer: twice what the largest upload may have, so that one a little too large is told so."""
_SECONDS = 10.0
_LINGER = 3.0  # seconds behind an answer, in which its caller reads it and ends the connection


class WholeRequests:
    """Reads on before an answer until the request is whole. `seconds` before an answer, `linger` behind one."""

    def __init__(self, app: ASGIApp, *, most: int = _DROPPED, seconds: float = _SECONDS, linger: float = _LINGER) -> None:
        self._app = app
        self._most, self._seconds, self._linger = most, seconds, linger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(headers := Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        body = _Body(receive)
        # Whoever asks first whether to send a body at all is told so by the answer alone. A proxy hands the question on and has
        # told its caller to send, whatever we answer.
        asks_first = headers.get("expect", "").lower() == "100-continue" and PASSED_ON not in scope
        lingers = False

        async def send_behind_the_body(message: Message) -> None:
            nonlocal lingers
            if message["type"] == "http.response.start":
                # 408 says that the rest does not come: nobody waits for it once more.
                if not body.ended and message["status"] != 408 and not (asks_first and not body.asked):
                    await body.drop(self._most, self._seconds)
                if not body.ended:
                    answer = MutableHeaders(scope=message)
                    answer["Connection"] = "close"
                    lingers = "content-length" in answer  # else only the end of the connection would end the answer
            elif lingers and not message.get("more_body", False):
                await send({**message, "more_body": True})
                await body.drop(self._most, self._linger)
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self._app(scope, body.receive, send_behind_the_body)


class _Body:
    """A request's body as it comes: whether anybody asked for it, and whether it is whole (or its sender gone)."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.asked = self.ended = False

    async def receive(self) -> Message:
        self.asked = True
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self.ended = True
        return message

    async def drop(self, most: int, seconds: float) -> None:
        """Reads and drops what is left, up to so many bytes and seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.ended and most > 0:
                    most -= len((await self.receive()).get("body", b""))


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0").strip("0") != ""
