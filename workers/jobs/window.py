"""How many deliveries a process may have in `calling` at once: what a killed worker can leave in doubt."""

import asyncio
from collections import Counter


class Window:
    """A number of places shared by all chunks of a process. Taken before the intent is committed, given back after the outcome is.

    `of_one`: what a channel may hold when it is alone. The rest is for another that comes while a slow carrier holds these.
    """

    def __init__(self, places: int = 60, of_one: int = 50) -> None:
        self._places = places
        self._of_one = of_one
        self._free = places
        self._chunks: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._freed = asyncio.Event()

    def join(self, channel: str) -> None:
        """One more chunk of the channel is under way."""
        self._chunks[channel] += 1

    def leave(self, channel: str) -> None:
        self._chunks[channel] -= 1

    def take(self, channel: str, at_most: int, *, freed: int = 0) -> int:
        """How many may be called now, at most so many; perhaps none. `freed`: places of the chunk's own that this round frees.

        A channel may hold its share only: a slow carrier must not keep another channel from its own. Among a channel's chunks the first
        takes what there is: the larger its rounds, the fewer they are; and the next chunk is ready when it ends.
        """
        channels = sum(1 for chunks in self._chunks.values() if chunks > 0)
        room = min(self._of_one, -(-self._places // max(1, channels))) - self._held[channel] + freed
        allowed = max(0, min(at_most, room))
        taken = min(self._free, max(0, allowed - freed))
        self._free -= taken
        self._held[channel] += taken
        return min(allowed, freed) + taken

    def give_back(self, channel: str, places: int) -> None:
        self._free += places
        self._held[channel] -= places
        self._freed.set()
        self._freed = asyncio.Event()

    async def change(self) -> None:
        """Returns when places are given back."""
        await self._freed.wait()
