"""Takes messages on their way (queued, sent, delivered) and tells the sender of each step by a signed status callback.

A small pool posts them: a slow receiver delays callbacks, never the gateway. As at Twilio, nobody is told of the first status,
an HTTP answer of any kind is the end of it, and a connection that can't be made is tried once more, unless the address asks
otherwise (`#rc=5&rp=all`: five times, whatever went wrong).
"""

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import aiohttp
from yarl import URL

from service.clock import Clock
from service.simulators.faults import FaultBoard
from service.simulators.outbox import Sms
from service.simulators.twilio_wire import callback_parameters, signature

POSTING_AT_ONCE = 16
SENT_AFTER, DONE_AFTER = 0.05, 0.25  # seconds: a quick carrier, so that a demo shows receipts coming in


@dataclass(frozen=True, slots=True)
class _Callback:
    sms: Sms
    status: str


class Carrier:
    """Moves messages on and posts callbacks, from `start` to `stop`."""

    def __init__(self, account: str, auth_token: str, faults: FaultBoard, clock: Clock) -> None:
        self._account = account
        self._auth_token = auth_token
        self._faults = faults
        self._clock = clock
        self._queue: asyncio.Queue[_Callback] = asyncio.Queue()
        self._posting: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None
        self._line_free_at = 0.0
        self._longest_line = 0.0

    async def start(self) -> None:
        session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=15),
            connector=aiohttp.TCPConnector(limit=POSTING_AT_ONCE, keepalive_timeout=4),
        )
        self._session = session
        self._posting = [asyncio.create_task(self._post_all(session)) for _ in range(POSTING_AT_ONCE)]

    async def stop(self) -> None:
        for task in self._posting:
            task.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
        if self._session:
            await self._session.close()

    def line(self) -> dict[str, float]:
        """Measures how long what waits in the line takes to leave, and the longest that it ever took, in seconds."""
        return {"seconds": max(0.0, self._line_free_at - asyncio.get_running_loop().time()), "longest": self._longest_line}

    def take(self, sms: Sms, *, fails_with: int | None) -> None:
        """Sends a message on its way, at the line's pace if there is one."""
        faults = self._faults.sms
        loop = asyncio.get_running_loop()
        wait = 0.0
        if faults.segments_per_second:
            self._line_free_at = max(self._line_free_at, loop.time()) + sms.segments / faults.segments_per_second
            wait = self._line_free_at - loop.time()
            self._longest_line = max(self._longest_line, wait)
        if wait > sms.valid_for:  # it would only leave the queue when it may not any more
            wait, fails_with = sms.valid_for, 30036
        done = "undelivered" if fails_with else "delivered"
        tell_sent, tell_done = SENT_AFTER, DONE_AFTER
        if self._faults.happens(faults.reorder_callbacks):
            tell_sent, tell_done = tell_done, tell_sent
        loop.call_later(wait + SENT_AFTER, self._move, sms, "sent", None)
        loop.call_later(wait + DONE_AFTER, self._move, sms, done, fails_with)
        if sms.callback_url:
            late = faults.callbacks_after_ms / 1000
            loop.call_later(wait + late + tell_sent, self._tell, sms, "sent")
            loop.call_later(wait + late + tell_done, self._tell, sms, done)

    def _move(self, sms: Sms, status: str, error_code: int | None) -> None:
        now = self._clock()
        sms.status, sms.updated_at, sms.error_code = status, now, error_code
        sms.sent_at = sms.sent_at or now

    def _tell(self, sms: Sms, status: str) -> None:
        if self._faults.happens(self._faults.sms.drop_callbacks):
            return
        self._queue.put_nowait(_Callback(sms, status))
        if self._faults.happens(self._faults.sms.duplicate_callbacks):
            self._queue.put_nowait(_Callback(sms, status))

    async def _post_all(self, session: aiohttp.ClientSession) -> None:
        while True:
            callback = await self._queue.get()
            url, _, overrides = callback.sms.callback_url.partition("#")
            again = dict(parse_qsl(overrides))
            tries = 1 + int(again.get("rc", 1))
            any_failure = again.get("rp") == "all"
            parameters = callback_parameters(callback.sms, self._account, callback.status)
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": signature(self._auth_token, url, parameters),
            }
            body = urlencode(parameters).encode()
            for left in reversed(range(tries)):
                try:
                    # `encoded`: the address goes out letter for letter, or its signature would not fit.
                    async with session.post(URL(url, encoded=True), data=body, headers=headers) as answer:
                        await answer.read()
                    if answer.ok or not any_failure:
                        break
                except aiohttp.ClientConnectorError:
                    pass
                except ValueError:
                    break
                except (aiohttp.ClientError, TimeoutError):
                    if not any_failure:
                        break
                if left:
                    await asyncio.sleep(0.5)
