"""Every body has a limit, of size and of time."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress

from fastapi.responses import Response
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.edge.problems import problem

_MEGABYTE = 1024 * 1024
_Limit = tuple[int, str]  # bytes, and the code of what is above
_BODY: _Limit = (_MEGABYTE // 4, "request.too_large")
# An upload carries its form around the file: a little more than the file's own limit, which the use case checks.
_UPLOAD: _Limit = (11 * _MEGABYTE, "import.too_large")
_CALLBACK: _Limit = (_MEGABYTE // 64, "request.too_large")  # a gateway's is one, two kilobytes, and anybody may try
# A text has 4 KB, and three times as many where every byte is written out. Anybody may ask: what is larger is not looked at.
_OPEN: _Limit = (_MEGABYTE // 32, "lookup.text_too_long")
_INVITED: _Limit = (_MEGABYTE // 32, "request.too_large")
_SECONDS = 20.0  # in which a body must have come whole; an upload has fifteen times as many
_UPLOADS = re.compile(r"/api/v1/(?:imports(?:/[^/]+/corrections)?|bulk/units|bulk/accounts)/?")
Refusal = Callable[[Request, int, str], Response]
"""The answer to a request, with a status and a code."""


class BodyLimits:
    """Refuses a body that is larger than its path allows, by its stated length at once,
    else while it arrives; and one that never ends.

    What is left of it is read by `WholeRequests`, which stands around this.
    """

    def __init__(self, app: ASGIApp, *, refuse: Refusal = problem, seconds: float = _SECONDS) -> None:
        self._app = app
        self._refuse = refuse
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, code = allowed = _of(scope["path"])
        request = Request(scope)
        stated = request.headers.get("content-length", "")
        if stated.isdecimal() and stated.isascii() and int(stated[:20]) > limit:
            await self._refuse(request, 413, code)(scope, receive, send)
            return
        taken, begun, whole, late = 0, False, False, False
        until = asyncio.get_running_loop().time() + self._seconds * (15 if allowed is _UPLOAD else 1)

        async def receive_limited() -> Message:
            nonlocal taken, whole, late
            try:  # behind the body comes only word that the client has gone, which may take as long as it likes
                async with asyncio.timeout_at(None if whole else until):
                    message = await receive()
            except TimeoutError:
                late = True
                raise _Refused from None
            whole = whole or not message.get("more_body", False)
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _Refused
            return message

        async def send_unless_refused(message: Message) -> None:
            nonlocal begun
            if begun or not (late or taken > limit):
                begun = True
                await send(message)

        # Whoever reads the body may take our signal for a damaged body and answer so: that answer is not sent.
        with suppress(_Refused):
            await self._app(scope, receive_limited, send_unless_refused)
        if (late or taken > limit) and not begun:
            refusal = self._refuse(request, 408, "request.too_slow") if late else self._refuse(request, 413, code)
            await refusal(scope, receive, send)


def _of(path: str) -> _Limit:
    if path.startswith("/webhooks/"):
        return _CALLBACK
    if path in ("/", "/api/v1/lookups"):
        return _OPEN
    if path == "/api/v1/invitations/redeem" or path.startswith("/thoi-nhan/"):
        return _INVITED
    return _UPLOAD if _UPLOADS.fullmatch(path) else _BODY


class _Refused(Exception):
    """The body went over its limit while it arrived, or did not arrive."""
