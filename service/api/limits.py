"""Every response gets its security headers, every body a limit, every request one log line without a person in it."""

import re
import time
from collections.abc import Mapping
from contextlib import suppress

import structlog
from fastapi.responses import Response
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import problem
from service.meters import Meters

_log = structlog.get_logger(__name__)

_MEGABYTE = 1024 * 1024
_BODY = (_MEGABYTE // 4, "request.too_large")
# An upload carries its form around the file: a little more than the file's own limit, which the use case checks.
_UPLOAD = (11 * _MEGABYTE, "import.too_large")
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
    """Sets what a response has not set itself, and logs method, call, status and duration. Never the path: it may name a number."""

    def __init__(self, app: ASGIApp, *, https: bool, meters: Meters) -> None:
        self._app = app
        self._requests = meters.requests
        self._headers: Mapping[str, str] = _HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            call, seconds = _call(scope), time.perf_counter() - began
            self._requests.labels(call, status).observe(seconds)
            # A carrier's callback comes 300 times a second, and its receipt is its trace.
            log = _log.debug if status < 400 and call.startswith("service.api.webhooks.") else _log.info
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


class BodyLimits:
    """Refuses a body that is larger than its path allows, by its stated length at once, else while it arrives."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, code = _UPLOAD if _UPLOADS.fullmatch(scope["path"]) else _BODY
        request = Request(scope)
        stated = request.headers.get("content-length", "")
        if stated.isdigit() and int(stated) > limit:
            await self._refuse(request, code)(scope, receive, send)
            return
        taken, begun = 0, False

        async def receive_limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _TooMuch
            return message

        async def send_unless_too_much(message: Message) -> None:
            nonlocal begun
            if taken <= limit or begun:
                begun = True
                await send(message)

        # Whoever reads the body may take our signal for a damaged body and answer so: that answer is not sent.
        with suppress(_TooMuch):
            await self._app(scope, receive_limited, send_unless_too_much)
        if taken > limit and not begun:
            await self._refuse(request, code)(scope, receive, send)

    @staticmethod
    def _refuse(request: Request, code: str) -> Response:
        return problem(request, 413, code, headers={"Connection": "close"})


class _TooMuch(Exception):
    """The body went over its limit while it arrived."""
