"""One call at a time on what a call locks in the database: the others wait here,
where they hold no connection that somebody else needs.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from service.errors import Unavailable


class Turns:
    """Made once per process. `patience`: seconds that a call waits at most: a database that is away holds up whoever is in."""

    def __init__(self, patience: float = 30.0) -> None:
        self._patience = patience
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()  # each for as long as somebody wants it

    @asynccontextmanager
    async def of(self, thing: Hashable) -> AsyncIterator[None]:
        """Waits for whoever came before, and keeps the others waiting. Raises `Unavailable("server.unavailable")`."""
        lock = self._locks.get(thing)
        if lock is None:
            lock = self._locks[thing] = asyncio.Lock()
        try:
            async with asyncio.timeout(self._patience):
                await lock.acquire()
        except TimeoutError:
            raise Unavailable("server.unavailable") from None
        try:
            yield
        finally:
            lock.release()
