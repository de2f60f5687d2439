"""The driver's own pool, for what every chunk and every round asks, and what the loops ask every second: single statements,
beside which the layers above would cost more than the statement does.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import LiteralString

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from service.database.away import ReadOnly, only_reads
from service.urls import driver_arguments

Direct = AsyncConnection[TupleRow]
"""A connection of the driver's."""
_WAIT = 2.0
"""Seconds to wait for a connection, and for a server that is away:
whoever asks tries again by themselves, and at once when it is back.
"""


class Pool(AsyncConnectionPool[Direct]):
    """A pool of such connections. One whose server only reads is closed, and `ReadOnly` raised."""

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[Direct]:  # noqa: ASYNC109 - the pool's own
        """Lends a connection: see `AsyncConnectionPool.connection`."""
        async with super().connection(timeout) as conn:
            try:
                yield conn
            except Exception as error:
                if not only_reads(error):
                    raise
                await conn.close()  # a later statement over it would be refused as well, long after the failover
                raise ReadOnly(*error.args) from error


async def fetch_all(conn: Direct, query: LiteralString, *values: object) -> list[TupleRow]:
    """Runs one statement and returns its rows."""
    return await (await conn.execute(query, values or None)).fetchall()


def make_pool(url: str, *, name: str, size: int = 16) -> Pool:
    """Makes a pool of psycopg's connections, not yet open. Every statement is a transaction by itself and says itself for which
    unit it acts.

    Nothing is asked before a statement: after a restart of PostgreSQL the first one fails.
    """
    return Pool(
        kwargs={**driver_arguments(url), "autocommit": True, "application_name": name, "connect_timeout": 2},
        min_size=4,
        max_size=size,
        open=False,
        timeout=_WAIT,
        reconnect_timeout=_WAIT,
        name=name,
    )
