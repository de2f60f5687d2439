"""The demo's way in: the same JSON API that an integrator has, and nothing else."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from service.standalone.obstacles import Obstacle


class Refused(Obstacle):
    """A call of the demo was refused. The message carries the answer's own words."""


class Api:
    """Calls with one of the demo's API keys. On this machine: the public address may not be reachable from it."""

    def __init__(self, client: httpx.AsyncClient, web_port: int, demo: Mapping[str, Any]) -> None:
        self._client = client
        self._base = f"http://127.0.0.1:{web_port}/api/v1"
        self._keys: Mapping[str, str] = demo["api_keys"]

    async def call(self, method: str, path: str, *, key: str | None = None, **options: Any) -> Any:
        """Makes one call; returns the answer's JSON. Without `key`, as anybody. Raises `Refused`."""
        headers = {"Authorization": f"Bearer {self._keys[key]}"} if key else {}
        answer = await self._client.request(method, self._base + path, headers=headers, **options)
        if not answer.is_success:
            raise Refused("refused", call=f"{method} {path}", answer=f"{answer.status_code} {answer.text}")
        return answer.json()

    async def until(self, path: str, *, key: str, leaves: str) -> Any:
        """Asks until the state is no longer `leaves`; the answer."""
        while True:
            answer = await self.call("GET", path, key=key)
            if answer["state"] != leaves:
                return answer
            await asyncio.sleep(0.1)
