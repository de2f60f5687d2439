"""The driver's own pool, for what every chunk and every round asks, and what the loops ask every second: single statements, beside which
the layers above would cost more than the statement does.
"""

from typing import LiteralString

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from service.urls import driver_arguments

Direct = AsyncConnection[TupleRow]
"""A connection of the driver's."""
Pool = AsyncConnectionPool[Direct]
_WAIT = 2.0
"""Seconds to wait for a connection, and for a server that is away: whoever asks tries again by themselves, and at once when it is back."""


async def told(conn: Direct, query: LiteralString, *values: object) -> list[TupleRow]:
    """All rows that a statement gives."""
    return await (await conn.execute(query, values or None)).fetchall()


def make_pool(url: str, *, name: str, size: int = 16) -> Pool:
    """A pool of psycopg's connections, not yet open. Every statement is a transaction by itself and says itself for which unit it acts.

    Nothing is asked before a statement: after a restart of PostgreSQL the first one fails.
    """
    return AsyncConnectionPool(
        kwargs={**driver_arguments(url), "autocommit": True, "application_name": name, "connect_timeout": 2},
        min_size=4,
        max_size=size,
        open=False,
        timeout=_WAIT,
        reconnect_timeout=_WAIT,
        name=name,
    )
