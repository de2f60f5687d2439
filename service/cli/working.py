"""Runs one command's work on the deployment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from service.cli.deployment import Deployment, open_owner
from service.settings import Settings

T = TypeVar("T")


def on_deployment(work: Callable[[Deployment], Awaitable[T]]) -> T:
    """What `work` returns, run on the deployment that the environment names."""

    async def opened() -> T:
        async with open_owner(Settings()) as deployment:
            return await work(deployment)

    return asyncio.run(opened())
