"""What a database that is away looks like from here, and waiting for it. Anything else, broken SQL or a missing grant, is an
error and is not waited for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
import structlog
from psycopg.errors import ReadOnlySqlTransaction
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_log = structlog.get_logger()
AWAY = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError, ReadOnlySqlTransaction)
_PATIENCE = 600.0  # seconds: a failover takes a minute, somebody who is woken up takes more
_AGAIN = 0.2
Known = TypeVar("Known")


async def until_back(
    done: Callable[[], Awaitable[Known]],
    chunk: int,
    unrecorded: set[object] | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    again: float = _AGAIN,
) -> Known:
    """Does it again while the database is away, for ten minutes: what is known must not be lost, and is recorded however late.

    While it waits something stands in `unrecorded`: a process that is asked to leave waits, too.
    """
    give_up = clock() + _PATIENCE
    kept, told = object(), False
    try:
        while True:
            try:
                return await done()
            except AWAY as error:
                if not told:  # once: it is asked five times a second
                    _log.warning("deliver.database_away", error=type(error).__name__, chunk=chunk)
                    told = True
                if clock() > give_up:
                    raise
                if unrecorded is not None:
                    unrecorded.add(kept)
            await asyncio.sleep(again)
    finally:
        if unrecorded is not None:
            unrecorded.discard(kept)
