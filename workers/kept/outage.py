"""A database that is away, told as one pair of lines however many loops find it so:
`database.away`, and `database.back` with how long.
"""

import time
from collections.abc import Callable

import structlog

from service.database import why_away

_log = structlog.get_logger()
_SURE = 2.0  # seconds without a failure: some loop may still have to find out


class Outage:
    """One process's. `clock`: seconds, going forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None
        self._last = 0.0
        self._failures = 0

    def away(self, error: BaseException) -> None:
        """Notes that something failed because the database is away. Only the first is logged."""
        self._last = self._clock()
        if self._since is None:
            self._since, self._failures = self._last, 0
            _log.warning("database.away", error=why_away(error))
        self._failures += 1

    def works(self) -> None:
        """Notes that something was answered. When nothing has failed for a moment, the outage is over and said."""
        if self._since is None or self._clock() - self._last < _SURE:
            return
        _log.warning("database.back", seconds=round(self._last - self._since, 1), failures=self._failures)
        self._since = None
