"""How many deliveries a process may have in `calling` at once: what a killed worker can leave in doubt."""

import asyncio
from collections.abc import Mapping

GROUP = 50
"""Of one chunk: while some of it are recorded and the next marked, another chunk's are called."""
_PLACES: Mapping[str, int] = {"sms": 2 * GROUP, "email": GROUP}  # an SMS in doubt is found in its carrier's list, a letter never is


class Window:
    """Places shared by all chunks of a process, each channel's by themselves: no slow carrier keeps another channel waiting.

    Taken before the intent is committed, given back after the outcome is.
    """

    def __init__(self, places: Mapping[str, int] = _PLACES) -> None:
        self._free = dict(places)
        self._freed = {channel: asyncio.Event() for channel in places}

    def take(self, channel: str, at_most: int, *, freed: int = 0) -> int:
        """How many may be called now, at most so many; perhaps none. `freed`: places of the chunk's own that this round frees.

        The first chunk takes what there is: the larger its rounds, the fewer they are; and the next chunk is ready when it ends.
        """
        taken = min(self._free[channel], max(0, at_most - freed))
        self._free[channel] -= taken
        return min(at_most, freed) + taken

    def give_back(self, channel: str, places: int) -> None:
        if places == 0:  # nobody is woken for nothing
            return
        self._free[channel] += places
        self._freed[channel].set()
        self._freed[channel] = asyncio.Event()

    async def change(self, channel: str) -> None:
        """Returns when places of the channel's are given back."""
        await self._freed[channel].wait()
