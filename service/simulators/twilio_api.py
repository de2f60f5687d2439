"""The gateway's REST interface, `/2010-04-01/Accounts/{sid}/Messages`: create, fetch, list. Never deduplicates.

Plain request handlers: benchmarks run through here, and parsing a form by hand is five times faster than asking for it.
"""

import asyncio
import base64
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl
from uuid import uuid4

import orjson
from fastapi import FastAPI, Request, Response

from service.clock import Clock
from service.simulators import twilio_wire
from service.simulators.callbacks import Carrier
from service.simulators.faults import FaultBoard
from service.simulators.outbox import Outbox, Sms

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_VN_LANDLINE = re.compile(r"\+842\d+")
LONGEST_VALIDITY = 36_000
_PATH = "/2010-04-01/Accounts/{account}/Messages"


class TwilioApi:
    """Takes messages into the outbox and sends them on their way."""

    def __init__(
        self, account: str, auth_token: str, *, outbox: Outbox, carrier: Carrier, faults: FaultBoard, clock: Clock
    ) -> None:
        self._account = account
        self._authorization = b"Basic " + base64.b64encode(f"{account}:{auth_token}".encode())
        self._outbox = outbox
        self._carrier = carrier
        self._faults = faults
        self._clock = clock

    def add_to(self, app: FastAPI) -> None:
        app.router.add_route(f"{_PATH}.json", self.create, methods=["POST"])
        app.router.add_route(f"{_PATH}.json", self.listing, methods=["GET"])
        app.router.add_route(_PATH + "/{sid}.json", self.fetch, methods=["GET"])
        app.router.add_route("/queue", self.queue, methods=["GET"])

    async def create(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        if (refused := self._not_ours(request)) is not None:
            return refused
        faults = self._faults.sms
        if faults.latency_ms:  # half on the way in, half on the way out: a caller that gives up may or may not have been heard
            await asyncio.sleep(faults.latency_ms / 2000)
        strikes = faults.strikes(self._faults.dice)
        if strikes and not faults.fails_after_accepting:
            return _refused(*faults.twilio_refusal)
        if code := _cannot_send(form):
            return _refused(400, code)
        text = form["Body"]
        sms = Sms(
            sid=f"SM{uuid4().hex}",
            to=form["To"],
            sender=form.get("From") or form["MessagingServiceSid"],
            text=text,
            segments=twilio_wire.segments(text),
            received_at=self._clock(),
            callback_url=form.get("StatusCallback", ""),
            valid_for=float(form.get("ValidityPeriod") or LONGEST_VALIDITY),
        )
        answer = _json(201, twilio_wire.message(sms, self._account))
        self._outbox.add_sms(sms)
        self._carrier.take(sms, fails_with=faults.twilio_code if strikes else None)
        if self._faults.happens(faults.hang_after_accept):
            await _never_answer(request)
        if self._faults.happens(faults.lose_after_accept):  # as a front end answers whose back end is slow, or gone meanwhile
            return Response("<html>Bad Gateway</html>", 502, media_type="text/html")
        if faults.latency_ms:
            await asyncio.sleep(faults.latency_ms / 2000)
        return answer

    async def fetch(self, request: Request) -> Response:
        if (refused := self._not_ours(request)) is not None:
            return refused
        sms = self._outbox.sms(request.path_params["sid"])
        return _json(200, twilio_wire.message(sms, self._account)) if sms else _refused(404, 20404)

    async def queue(self, _: Request) -> Response:
        """Tells what a provider that sells `segments_per_second` holds: what is above its pace waits in its line."""
        return _json(200, self._carrier.line())

    async def listing(self, request: Request) -> Response:
        if (refused := self._not_ours(request)) is not None:
            return refused
        query = {name: value for name, value in request.query_params.items() if name not in {"Page", "PageSize"}}
        try:
            size = min(max(int(request.query_params.get("PageSize", 50)), 1), 1000)
            number = max(int(request.query_params.get("Page", 0)), 0)
            since = _moment(query.get("DateSent>", ""))
        except ValueError:
            return _refused(400, 20001)
        found = self._outbox.sms_to(query["To"]) if "To" in query else list(self._outbox.newest_sms())
        # A list that is behind ends where it was so long ago, for one number as for all.
        behind = self._clock() - timedelta(milliseconds=self._faults.sms.list_lag_ms)
        found = [sms for sms in found if sms.received_at <= behind]
        if since:
            found = [sms for sms in found if sms.sent_at and sms.sent_at >= since]
        return _json(200, twilio_wire.page(found, self._account, number=number, size=size, query=query))

    def _not_ours(self, request: Request) -> Response | None:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, self._authorization):
            return _refused(401, 20003)
        return None if request.path_params["account"] == self._account else _refused(404, 20404)


def _cannot_send(form: Mapping[str, str]) -> int | None:
    """Twilio's code of what is wrong with a request, if anything is."""
    to, text = form.get("To", ""), form.get("Body", "")
    checks = (
        (not to, 21604),
        (not (form.get("From") or form.get("MessagingServiceSid")), 21603),
        (not text, 21602),
        (len(text) > 1600, 21617),
        (not _valid(form.get("ValidityPeriod") or "1"), 21621),
        (not _E164.fullmatch(to), 21211),
        (_VN_LANDLINE.fullmatch(to), 21614),
    )
    return next((code for wrong, code in checks if wrong), None)


def _valid(seconds: str) -> bool:
    return seconds.isascii() and seconds.isdigit() and 1 <= int(seconds) <= LONGEST_VALIDITY


async def _never_answer(request: Request) -> None:
    """Returns only when the caller has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(status: int, body: Mapping[str, object]) -> Response:
    return Response(orjson.dumps(body), status, media_type="application/json")


def _refused(status: int, code: int) -> Response:
    return _json(status, twilio_wire.error(status, code))
