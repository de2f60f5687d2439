"""Reading an uploaded list."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from service import contacts
from service.database import unit_transaction
from workers.kept.tools import tools_of

_SECONDS_BETWEEN = 0.5


class _HowFar:
    """The reader's last word on how far it is. Written by its thread, read by the event loop."""

    def __init__(self) -> None:
        self.word: tuple[str, int, int] | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.word = (stage, done, total)


async def read_import(ctx: dict[str, Any], unit_id: int, import_id: int) -> None:
    """Reads a list; the job. One transaction; a worker that dies in it leaves the list to be read again, but not for ever."""
    tools = tools_of(ctx)
    async with unit_transaction(tools.engine, unit_id) as conn:
        await conn.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # silent while it reads, perhaps for long
        if not await contacts.lock_reading(conn, import_id):
            return
        async with unit_transaction(tools.engine, unit_id) as beside:
            await contacts.count_attempt(beside, import_id)
        async with _told(tools.engine, unit_id, import_id) as how_far:
            await contacts.read_import(conn, import_id, master=tools.master, now=tools.clock(), progress=how_far)


@asynccontextmanager
async def _told(engine: AsyncEngine, unit_id: int, import_id: int) -> AsyncIterator[_HowFar]:
    """Inside, whoever waits for the list is told how far it is. Stops before the reader's own
    transaction writes the list's row.
    """
    how_far = _HowFar()

    async def tell() -> None:
        told = None
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN)
            if how_far.word and how_far.word != told:
                told = how_far.word
                async with unit_transaction(engine, unit_id) as conn:
                    await contacts.show_progress(conn, import_id, *told)

    telling = asyncio.create_task(tell())
    try:
        yield how_far
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
