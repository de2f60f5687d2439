"""A gateway of the common kind beside Twilio's: one JSON request a message, a code in its answer, a GET for its receipt.

It knows no Loa and no file that describes it. `docs/carriers.md` has that file. Never deduplicates, and has no list.
"""

import asyncio
import hmac
import re
from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import orjson
from fastapi import FastAPI, Request, Response

from service.clock import Clock
from service.simulators.faults import FaultBoard
from service.simulators.outbox import Outbox, Sms
from service.simulators.twilio_wire import segments

PATH = "/gateway/send"
_NUMBER = re.compile(r"84[35789]\d{8}")
_DONE_AFTER = 0.1  # seconds
_PARTS = 3


class HttpGatewayApi:
    """Takes messages into the outbox and tells what became of them. `key`: what each request must bring."""

    def __init__(self, key: str, *, outbox: Outbox, faults: FaultBoard, clock: Clock) -> None:
        self._key = key
        self._outbox = outbox
        self._faults = faults
        self._clock = clock
        self._telling: set[asyncio.Task[None]] = set()

    def add_to(self, app: FastAPI) -> None:
        app.router.add_route(PATH, self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        """Takes one message: 100 and its id, or a code of what is wrong."""
        faults = self._faults.sms
        try:
            asked: Mapping[str, object] = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            return _said(400, "99")
        strikes = faults.strikes(self._faults.dice)
        if strikes and faults.http_status:
            return Response("<html>no</html>", faults.http_status, media_type="text/html")
        if code := self._wrong(asked):
            return _said(200, code)
        text = str(asked["Content"])
        sms = Sms(
            sid=uuid4().hex,
            to=f"+{asked['Phone']}",
            sender=str(asked["Brandname"]),
            text=text,
            segments=segments(text),
            received_at=self._clock(),
            callback_url=str(asked.get("CallbackUrl", "")),
        )
        self._outbox.add_sms(sms)
        fails_with = faults.twilio_code if strikes and faults.fails_after_accepting else None
        self._tell_later(sms, fails_with)
        if self._faults.happens(faults.hang_after_accept):
            while (await request.receive())["type"] != "http.disconnect":
                pass
        if self._faults.happens(faults.lose_after_accept):
            return Response("<html>Bad Gateway</html>", 502, media_type="text/html")
        return _said(200, "100", sms.sid)

    def _wrong(self, asked: Mapping[str, object]) -> str | None:
        if not hmac.compare_digest(str(asked.get("ApiKey", "")).encode(), self._key.encode()):
            return "101"
        if not _NUMBER.fullmatch(str(asked.get("Phone", ""))):
            return "105"
        text = str(asked.get("Content", ""))
        return "146" if not text or segments(text) > _PARTS or asked.get("IsUnicode") != int(not text.isascii()) else None

    def _tell_later(self, sms: Sms, fails_with: int | None) -> None:
        if not sms.callback_url or self._faults.happens(self._faults.sms.drop_callbacks):
            return
        task = asyncio.create_task(self._tell(sms, fails_with))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, sms: Sms, fails_with: int | None) -> None:
        """By an unsigned GET, twice where it is to be doubled; whatever is answered."""
        await asyncio.sleep(_DONE_AFTER)
        sms.status, sms.error_code = ("undelivered", fails_with) if fails_with else ("delivered", None)
        told = {"SMSID": sms.sid, "SendStatus": "5", "SendResult": str(fails_with or 0)}
        times = 2 if self._faults.happens(self._faults.sms.duplicate_callbacks) else 1
        if fails_with:
            told["SendStatus"] = "6"
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session:
            for _ in range(times):
                try:
                    async with session.get(f"{sms.callback_url}?{urlencode(told)}") as answer:
                        await answer.read()
                except (aiohttp.ClientError, TimeoutError, ValueError):
                    return


def _said(status: int, code: str, sid: str | None = None) -> Response:
    body = {"CodeResult": code} | ({"SMSID": sid} if sid else {})
    return Response(orjson.dumps(body), status, media_type="application/json")
