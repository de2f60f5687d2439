"""`logs/run.log`: what the supervisor did. One JSON object a line, as the other logs: what died, how, after how long, how often,
and when it was started again. Each process's own log says why.
"""

import json
import signal
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

from service.restarts import keep_restarts
from service.standalone.home import Home


class Diary:
    """Writes down one run. A full disk stops no supervisor: what cannot be written is left out."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._deaths: Counter[str] = Counter()
        self._restarts: dict[str, int] = {}

    def started(self, program: str, pid: int) -> None:
        """Notes that a program was started, for the first time in this run or again."""
        if program in self._restarts:
            self._restarts[program] += 1
            self._note("warning", "process.started_again", program=program, pid=pid, times=self._restarts[program])
        else:
            self._restarts[program] = 0
            self._note("info", "process.started", program=program, pid=pid)
        with suppress(OSError):
            keep_restarts(self._home.root, self._restarts)

    def died(self, program: str, status: int | str, *, lived: float, pause: float | None) -> None:
        """Notes that a program ended by itself with this status (negative: a signal's number), `lived` seconds old; or could not
        be started, and why.

        It is started again in `pause` seconds; None: it is given up, and the run ends.
        """
        self._deaths[program] += 1
        times, seconds = self._deaths[program], round(lived, 1)
        self._note(
            "warning",
            "process.died",
            program=program,
            how=_in_words(status),
            lived_seconds=seconds,
            times=times,
            again_in_seconds=pause,
        )

    def _note(self, level: str, event: str, **fields: object) -> None:
        line = {"process": "run", "event": event, "level": level, "timestamp": datetime.now(UTC).isoformat(), **fields}
        with suppress(OSError), (self._home.logs / "run.log").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


def _in_words(status: int | str) -> str:
    if isinstance(status, str):
        return status
    if status >= 0:
        return f"status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:  # a real-time one has no name
        return f"signal {-status}"
