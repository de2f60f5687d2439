"""Starts the real simulators in this process, on ports of their own, for tests here and of the channels."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from pydantic import SecretStr

from service.settings import Settings
from service.simulators import create_simulators
from tests.factories.ports import free_port
from tests.factories.waiting import until

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-simulator-token"


@dataclass(frozen=True)
class Simulators:
    """Where they listen, and a client with the gateway's credentials."""

    http: httpx.AsyncClient
    url: str
    smtp_port: int

    async def messages(self, **query: str | int) -> list[dict[str, str]]:
        return (await self.http.get("/messages.json", params=query)).json()  # type: ignore[no-any-return]

    async def fault(self, channel: str, **faults: object) -> None:
        (await self.http.post("/faults", json={"channel": channel, **faults})).raise_for_status()


@asynccontextmanager
async def running(app: Any, port: int, *, tells_time: bool = True) -> AsyncIterator[None]:
    """A uvicorn on this loop, until left. `tells_time`: it has the right time in every answer."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, access_log=False, log_config=None, timeout_graceful_shutdown=1, date_header=tells_time
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())  # `serve` takes over pytest's signals
    await until("it has started", lambda: server.started or serving.done())
    if serving.done():
        await serving
    yield
    server.should_exit = True
    await serving


@asynccontextmanager
async def running_simulators() -> AsyncIterator[Simulators]:
    port, smtp_port = free_port(), free_port()
    settings = Settings(
        simulators_port=port, smtp_inbox_port=smtp_port, twilio_account_sid=ACCOUNT, twilio_auth_token=SecretStr(TOKEN)
    )
    url = f"http://127.0.0.1:{port}"
    async with (
        running(create_simulators(settings), port),
        httpx.AsyncClient(base_url=url, auth=(ACCOUNT, TOKEN), timeout=10) as http,
    ):
        yield Simulators(http, url, smtp_port)
