"""What a database that is away looks like from here, and waiting for it. Anything else, broken SQL or a missing grant, is an error and is
not waited for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg
import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_log = structlog.get_logger()
AWAY = (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError)
_PATIENCE = 30.0
Known = TypeVar("Known")


async def until_back(done: Callable[[], Awaitable[Known]], chunk: int) -> Known:
    """Does it again while the database is away, for a time: what is known must not be lost."""
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            return await done()
        except AWAY as error:
            _log.warning("deliver.database_away", error=type(error).__name__, chunk=chunk)
            if time.monotonic() > give_up:
                raise
        await asyncio.sleep(0.2)
