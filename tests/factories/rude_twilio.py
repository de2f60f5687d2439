"""A gateway that speaks Twilio's interface as badly as real ones do:
in this process, on loopback, each rudeness switched on by a field.

Nothing of it knows Loa: what it says is what Twilio's pages, or somebody's issue, say that a gateway said.
"""

import base64
import hmac
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.factories.ports import free_port
from tests.service.simulators.running import ACCOUNT, TOKEN, running


@dataclass
class RudeTwilio:
    """`refuses`: (status, code) of the `every`-th request; a code of None: a page of HTML. `fails_with`: the error code that a
    message has when it is fetched or listed. `sender`: who it says a message is from; None: nobody yet. `lag`: how far its list
    is behind. `ahead`: how far its clock is. `loses`: it takes a message and answers 502.
    """

    refuses: tuple[int, int | None] | None = None
    every: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    fails_with: int | None = None
    sender: str | None = "SGDDTDNAI"
    sends_as: str | None = "SGDDTDNAI"
    lag: timedelta = timedelta()
    ahead: timedelta = timedelta()
    loses: bool = False
    url: str = ""
    taken: list[dict[str, str]] = field(default_factory=list)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def message(self, to: str, body: str, **further: Any) -> dict[str, Any]:
        """A message of its list."""
        sid = f"SM{len(self.made) + 1:032x}"
        at = datetime.now(UTC)
        self.made[sid] = made = {
            "sid": sid,
            "account_sid": ACCOUNT,
            "to": to,
            "from": self.sends_as,
            "body": body,
            "status": "undelivered" if self.fails_with else "sent",
            "error_code": self.fails_with,
            "date_created": at,
            "direction": "outbound-api",
            **further,
        }
        return made

    def as_json(self, made: dict[str, Any]) -> dict[str, Any]:
        return made | {"date_created": format_datetime(made["date_created"] + self.ahead)}

    async def create(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        if self.refuses and next(self._ids) % self.every == 0:
            status, code = self.refuses
            if code is None:
                return self._answer("<html>no</html>", status, "text/html")
            return self._json({"code": code, "message": "no", "more_info": "", "status": status}, status)
        self.taken.append(form)
        made = self.message(form["To"], form["Body"])
        if self.loses:
            return self._answer("<html>Bad Gateway</html>", 502, "text/html")
        said = self.as_json(made) | {"status": "queued", "error_code": None, "from": self.sender}
        return self._json(said, 201)

    async def listing(self, request: Request) -> Response:
        to = request.query_params.get("To")
        behind = datetime.now(UTC) - self.lag
        found = [made for made in self.made.values() if to in (None, made["to"]) and made["date_created"] <= behind]
        found = [self.as_json(made) for made in reversed(found)]
        return self._json({"messages": found, "page": 0, "page_size": 50, "next_page_uri": None, "uri": "/"})

    async def fetch(self, request: Request) -> Response:
        made = self.made.get(request.path_params["sid"])
        return self._json(self.as_json(made)) if made else self._json({"code": 20404, "message": "no", "status": 404}, 404)

    def _json(self, body: dict[str, Any], status: int = 200) -> Response:
        return self._dated(JSONResponse(body, status))

    def _answer(self, body: str, status: int, kind: str) -> Response:
        return self._dated(Response(body, status, media_type=kind))

    def _dated(self, response: Response) -> Response:
        response.headers["Date"] = format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)
        response.headers.update(self.headers)
        return response


@asynccontextmanager
async def rude_twilio(**rudeness: Any) -> AsyncIterator[RudeTwilio]:
    """One that listens, until left."""
    port = free_port()
    made = RudeTwilio(url=f"http://127.0.0.1:{port}", **rudeness)
    base = "/2010-04-01/Accounts/{account}/Messages"
    app = Starlette(
        routes=[
            Route(base + ".json", made.create, methods=["POST"]),
            Route(base + ".json", made.listing, methods=["GET"]),
            Route(base + "/{sid}.json", made.fetch, methods=["GET"]),
        ]
    )
    async with running(app, port, tells_time=False):
        yield made


def signature(url: str, form: dict[str, str], token: str = TOKEN) -> str:
    """As Twilio signs a callback to `url`."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), "sha1").digest()).decode()
