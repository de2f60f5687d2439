"""How many deliveries a process may have in `calling` at once: what a killed worker can leave in doubt."""

import asyncio


class Window:
    """A number of places shared by all chunks of a process. Taken before the intent is committed, given back after the outcome is."""

    def __init__(self, places: int = 50) -> None:
        self._free = places
        self._changed = asyncio.Event()

    def take(self, at_most: int) -> int:
        """As many places as are free, at most so many; perhaps none."""
        taken = max(0, min(self._free, at_most))
        self._free -= taken
        return taken

    def give_back(self, places: int) -> None:
        self._free += places
        self._changed.set()

    async def change(self) -> None:
        """Returns when places have been given back since it was called."""
        self._changed.clear()
        await self._changed.wait()
