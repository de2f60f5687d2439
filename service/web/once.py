"""What many ask for at once is done once: by the first of them, and kept for a while for the others."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
_MOST = 10_000


class Once(Generic[Key, Value]):
    """Values by key, each good for `seconds` from when it was first asked for. What failed is not kept. For one event loop."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._now = seconds, now
        self._kept: OrderedDict[Key, tuple[asyncio.Task[Value], float]] = OrderedDict()

    async def get(self, key: Key, make: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """Returns the value, made now unless it was a moment ago. Raises what `make` raised."""
        task, until = self._kept.get(key, (None, 0.0))
        if task is None or until <= self._now():
            task = asyncio.create_task(make())
            self._kept[key] = task, self._now() + self._seconds
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        try:
            return await _shielded(task)
        except Exception:
            if self._kept.get(key, (None,))[0] is task:
                del self._kept[key]
            raise


async def _shielded(task: Awaitable[Value]) -> Value:
    """Whoever asked first may leave: the others still wait for it."""
    return await asyncio.shield(task)
