"""Every response gets its security headers, every request one log line without a person in it.

Whatever else fails, `SecurityHeaders` answers: it stands outside everything that could.
"""

import time
from collections.abc import Mapping

import structlog
from fastapi.responses import PlainTextResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.meters import Meters

_log = structlog.get_logger(__name__)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_CALLBACKS = ("service.api.open.webhooks.", "service.api.open.gateway_webhooks.")


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
            log = _log.debug if status < 400 and call.startswith(_CALLBACKS) else _log.info
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
