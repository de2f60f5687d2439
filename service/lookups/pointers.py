"""Number → block → record, kept in memory: a table of blocks is small, and answers every look-up for ever."""

import asyncio
import time
from bisect import bisect_right
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from service.records import Block, blocks_after, lost_numbers

_AT_MOST_EVERY = 0.05  # seconds between two looks for new blocks, however many unknown numbers are asked for

_STANDBY = text("SELECT pg_is_in_recovery()")


class Pointers:
    """The blocks known so far. New ones are fetched when a number lies behind all of them.

    Blocks are committed in the order of their numbers (the counter's row is held until then),
    so nothing is ever missed in between.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._firsts: list[int] = []
        self._blocks: list[Block] = []
        self._lost: list[range] | None = None
        self._looking = asyncio.Lock()
        self._looked = float("-inf")
        self.behind = False
        """Whether the last look was at a standby, which may not have heard yet of a message that parents hold."""

    async def first_of(self, numbers: Sequence[int]) -> tuple[int, UUID] | None:
        """Finds the first of these delivery numbers that was ever reserved, and the record it leads to.

        However many numbers are strange, there is at most one look for new blocks.
        """
        if not self._blocks or max(numbers) > self._blocks[-1].last:
            await self._look_since(time.monotonic())
        for number in numbers:
            at = bisect_right(self._firsts, number) - 1
            if at >= 0 and number <= self._blocks[at].last:
                return number, self._blocks[at].record_id
        return None

    async def lost(self, numbers: Sequence[int]) -> bool:
        """Tells whether what one of these led to was lost with a machine. Asked once per process: nobody restores below a
        running one.
        """
        if self._lost is None:
            async with self._engine.connect() as conn:
                self._lost = await lost_numbers(conn)
        return any(number in block for block in self._lost for number in numbers)

    async def _look_since(self, asked: float) -> None:
        """Returns after a look that began after `asked`: a number sent a moment ago is never called unknown.

        All who wait share the next look, so strange numbers cost the database at most one small query each 50 ms.
        """
        async with self._looking:
            if self._looked > asked:
                return
            await asyncio.sleep(max(0.0, self._looked + _AT_MOST_EVERY - time.monotonic()))
            await self._look()

    async def _look(self) -> None:
        began = time.monotonic()
        async with self._engine.connect() as conn:
            self.behind = bool((await conn.execute(_STANDBY)).scalar_one())
            new = await blocks_after(conn, self._firsts[-1] if self._firsts else -1)
        self._looked = began
        self._firsts += [block.first for block in new]
        self._blocks += new
