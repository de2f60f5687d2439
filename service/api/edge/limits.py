"""Every response gets its security headers, every body a limit, every request one log line without a person in it.

Whatever else fails, `SecurityHeaders` answers: it stands outside everything that could.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog
from fastapi.responses import PlainTextResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.edge.problems import problem
from service.meters import Meters

_log = structlog.get_logger(__name__)

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
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class SecurityHeaders:
    """Sets what a response has not set itself, and logs method, call, status and duration.
    Never the path: it may name a number.
    """

    def __init__(self, app: ASGIApp, *, https: bool, meters: Meters) -> None:
        self._app = app
        self._requests = meters.requests
        self._headers: Mapping[str, str] = _HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status, begun = 500, False

        async def send_with_headers(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/v1/"):  # about people, nearly all of it; what may be kept says so itself
                    headers.setdefault("Cache-Control", "no-store")
                if status == 500:  # the server ends the connection behind a fault: whoever would use it again must know
                    headers["Connection"] = "close"
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            if not begun:  # the handler of faults has failed as well
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, send_with_headers)
            raise
        finally:
            call, seconds = _call(scope), time.perf_counter() - began
            self._requests.labels(call, status).observe(seconds)
            # A carrier's callback comes 300 times a second, and its receipt is its trace.
            log = _log.debug if status < 400 and call.startswith("service.api.open.webhooks.") else _log.info
            log(
                "request",
                method=scope["method"],
                call=call,
                status=status,
                ms=round(seconds * 1000, 1),
            )


def _call(scope: Scope) -> str:
    endpoint = scope.get("endpoint")
    module, name = getattr(endpoint, "__module__", ""), getattr(endpoint, "__name__", "")
    return f"{module}.{name}" if module and name else "none"


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
