"""A connection of the driver's, as a worker's chunks and rounds have it: every statement is a transaction by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncEngine

from service.database import Direct, single_statement


@asynccontextmanager
async def direct(engine: AsyncEngine) -> AsyncIterator[Direct]:
    """One of the engine's own."""
    async with single_statement(engine) as conn:
        await conn.begin()  # the driver's mode is set then
        raw = (await conn.get_raw_connection()).driver_connection
        assert isinstance(raw, AsyncConnection)
        yield raw
