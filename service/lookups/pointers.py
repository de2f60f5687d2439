"""Number → block → record, kept in memory: a table of blocks is small, and answers every look-up for ever."""

import asyncio
import time
from bisect import bisect_right
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from service.records import all_blocks

_AT_MOST_EVERY = 0.2  # seconds between two looks for new blocks, however many unknown numbers are asked for


class Pointers:
    """The blocks known so far. New ones are fetched when a number lies behind all of them.

    Blocks are committed in the order of their numbers (the counter's row is held until then), so nothing is ever missed in between.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._firsts: list[int] = []
        self._blocks: list[tuple[int, UUID]] = []
        self._looking = asyncio.Lock()
        self._looked = float("-inf")

    async def record_of(self, number: int) -> UUID | None:
        """The record a delivery number leads to, if the number was ever reserved."""
        if not self._blocks or number > self._blocks[-1][0]:
            async with self._looking:
                if time.monotonic() - self._looked > _AT_MOST_EVERY:
                    await self._look()
        at = bisect_right(self._firsts, number) - 1
        if at < 0 or number > self._blocks[at][0]:
            return None
        return self._blocks[at][1]

    async def _look(self) -> None:
        async with self._engine.connect() as conn:
            new = await all_blocks(conn, after=self._firsts[-1] if self._firsts else -1)
        self._looked = time.monotonic()
        self._firsts += [first for first, _, _ in new]
        self._blocks += [(last, record) for _, last, record in new]
