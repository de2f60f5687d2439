"""How many files this process reads at once: few, and one for each account. Whoever comes above that is told so at once and waits
outside, where waiting costs nobody else anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from service.errors import TooMany, Unavailable

AT_ONCE = 2


class Readings:
    """Made once per process."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._readers: set[int] = set()

    @contextmanager
    def one(self, account_id: int) -> Iterator[None]:
        """Counts a file of this account as being read. Raises `TooMany("request.reading")` if another of its own is,
        `Unavailable("request.readers_busy")`.
        """
        if account_id in self._readers:
            raise TooMany("request.reading")
        if len(self._readers) >= self._at_once:
            raise Unavailable("request.readers_busy")
        self._readers.add(account_id)
        try:
            yield
        finally:
            self._readers.discard(account_id)
