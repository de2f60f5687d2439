"""Runs one command's work on the deployment."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from service.cli.deployment import Deployment, open_owner
from service.database import act_for
from service.settings import Settings
from service.units import find_unit, root_unit

T = TypeVar("T")


def on_deployment(work: Callable[[Deployment], Awaitable[T]]) -> T:
    """What `work` returns, run on the deployment that the environment names."""

    async def opened() -> T:
        async with open_owner(Settings.read()) as deployment:
            return await work(deployment)

    return asyncio.run(opened())


async def act_from_the_top(conn: AsyncConnection, deployment: Deployment, unit: str) -> None:
    """From here on the transaction acts for this unit's tree; "": the whole. Raises `NotFound("unit.unknown")`."""
    top = await (find_unit(conn, unit, deployment.today) if unit else root_unit(conn, deployment.today))
    await act_for(conn, top.id, subtree=True)


def in_a_line(rows: int, created: int, unchanged: int) -> str:
    """What became of a list, in a line."""
    return f"{rows} rows: {created} made, {unchanged} unchanged"
