"""The limits: the same client libraries and frameworks doing nothing but their own work, against the same simulators."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiosmtplib
import httpx
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from service.rendering import message_variants
from tests.acceptance.system import ROOT
from workers.channels.base import Slots
from workers.channels.email_mime import EmailBlueprint

IN_FLIGHT = 50
CONNECTIONS = 20


def one_message() -> bytes:
    """A warning's email as the workers hand it over: the raw loop carries the same load."""
    now = datetime.now(UTC)
    body = "Tin do email: KHÔNG chuyển. Gọi số trường đã lưu."
    texts = message_variants(
        kind="scam_alert",
        sender="SGDDTDNAI",
        unit_name="Trường THCS Nguyễn Bỉnh Khiêm",
        sms=None,
        sms_script="ascii",
        email_subject="Tin do email",
        email_body=body,
        issued_at=now,
        expires_at=now + timedelta(days=7),
    )["email"]
    blueprint = EmailBlueprint(sender="loa@example.org", sender_name="Trường THCS Nguyễn Bỉnh Khiêm", date=now, **texts)
    return blueprint.fill(Slots(to="raw0@example.com", number="4071 8826 3163", message_id="1.407188263163@example.org"))


async def raw_smtp(port: int, how_many: int) -> float:
    """Messages per second of a pooled aiosmtplib loop with one prebuilt message."""
    data = one_message()
    left = iter(range(how_many))

    async def connection() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        await client.connect()
        for n in left:
            await client.sendmail("loa@example.org", [f"raw{n}@example.com"], data)
        await client.quit()

    started = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return how_many / (time.perf_counter() - started)


class _Elsewhere(AsyncTwilioHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """The SDK's own client, its requests sent to the simulator."""

    base = ""

    async def request(self, method: str, url: str, *rest: Any, **options: Any) -> Any:
        return await super().request(method, url.replace("https://api.twilio.com", self.base), *rest, **options)


async def raw_twilio(base: str, account: str, token: str, how_many: int, text: str) -> float:
    """Messages per second of the twilio SDK's async client with 50 calls in flight, each asking for what a worker asks for.

    `text`: of a message that was sent, its number in it.
    """
    http = _Elsewhere(pool_connections=True)
    http.base = base
    client = Client(account, token, http_client=http)
    left = iter(range(how_many))
    asked = {"status_callback": f"{base}/webhooks/twilio/status/{'x' * 52}", "validity_period": 36_000, "smart_encoded": False}

    async def caller() -> None:
        for n in left:
            await client.messages.create_async(to=f"+8490{n:07d}", from_="RAW", body=text, **asked)

    started = time.perf_counter()
    try:
        await asyncio.gather(*(caller() for _ in range(IN_FLIGHT)))
        return how_many / (time.perf_counter() - started)
    finally:
        await http.close()


def _empty_app(port: int) -> None:
    app = FastAPI()
    page = Environment(autoescape=True).from_string("<!doctype html><title>{{ title }}</title><p>{{ text }}")

    @app.get("/", response_class=HTMLResponse)
    async def empty() -> str:
        return page.render(title="Loa", text="rỗng")

    @app.post("/", status_code=204)
    async def taken() -> None:
        return None

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


@contextmanager
def empty_route(port: int) -> Iterator[None]:
    """An empty FastAPI + Jinja route in one uvicorn process, as the look-up's limit."""
    server = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.limits", str(port)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    _empty_app(int(sys.argv[1]))
