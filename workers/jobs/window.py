"""How many deliveries a process may have in `calling` at once: what a killed worker can leave in doubt."""

import asyncio


class Window:
    """A number of places shared by all chunks of a process. Taken before the intent is committed, given back after the outcome is."""

    def __init__(self, places: int = 50) -> None:
        self._places = places
        self._free = places
        self._chunks = 0
        self._freed = asyncio.Event()

    def join(self) -> None:
        """One more chunk is under way."""
        self._chunks += 1

    def leave(self) -> None:
        self._chunks -= 1

    @property
    def share(self) -> int:
        """How many places one chunk may hold: a slow carrier's chunk must not keep another channel's from its own."""
        return -(-self._places // max(1, self._chunks))

    def take(self, at_most: int) -> int:
        """As many places as are free, at most so many; perhaps none."""
        taken = max(0, min(self._free, at_most))
        self._free -= taken
        return taken

    def give_back(self, places: int) -> None:
        self._free += places
        self._freed.set()

    async def some(self) -> None:
        """Returns when a place is free."""
        while self._free <= 0:
            self._freed.clear()
            await self._freed.wait()
