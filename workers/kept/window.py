"""How many deliveries a process may have in `calling` at once: what a killed worker can leave in doubt."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

GROUPS: Mapping[str, int] = {"sms": 50, "email": 25}
"""Of one chunk, by channel. There are places for two: while some of one chunk are recorded and its next marked, another's are
under way. An SMS in doubt is found in its carrier's list; a letter stays in doubt, and of those there are 50 at most.
"""


class Window:
    """Places shared by all chunks of a process, each channel's by themselves: no slow carrier keeps another channel waiting.

    Taken before the intent is committed, given back after the outcome is.
    """

    def __init__(self) -> None:
        self._free = {channel: 2 * group for channel, group in GROUPS.items()}
        self._freed = {channel: asyncio.Event() for channel in GROUPS}

    def take(self, channel: str, at_most: int, *, freed: int = 0) -> int:
        """Reserves places for up to `at_most` calls; returns how many (0 possible). `freed`: places of the chunk's own that this
        round frees, used first.

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

    def change(self, channel: str) -> Coroutine[Any, Any, object]:
        """Waits, when awaited, until the channel gets places back after this was called, not only after it is awaited."""
        return self._freed[channel].wait()
