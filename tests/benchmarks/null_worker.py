"""A worker as it is, but for its carrier, which takes every SMS and sends none.
`python -m tests.benchmarks.null_worker urgent|bulk`.
"""

import os
import sys
from datetime import datetime
from itertools import count

import uvloop

from service.logs import configure_logs
from service.memory import collect_rarely
from service.outbox import Lane
from service.settings import Settings
from workers.carriers import Circuit, Provider, Route
from workers.channels.base import Accepted, Outcome, Said, SmsChannel
from workers.composing import Routes
from workers.main import work


class Nowhere:
    """An `SmsChannel`."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._taken = count(1)

    async def send(self, to: str, text: str, callback_url: str, valid_for: float) -> Outcome:  # noqa: ARG002 - the channel's
        return Accepted(f"{self._process}.{next(self._taken)}")

    async def find(self, to: str, since: datetime, containing: str) -> Accepted | None:  # noqa: ARG002 - the channel's
        return None

    async def listed_until(self) -> datetime | None:
        return None

    async def fetch(self, provider_id: str) -> Said | None:  # noqa: ARG002 - the channel's
        return None

    async def close(self) -> None:
        return


def main() -> None:
    lane: Lane = "urgent" if sys.argv[1] == "urgent" else "bulk"
    settings = Settings.read()
    collect_rarely()
    configure_logs(f"null worker {lane}", settings.log_level)
    nowhere: SmsChannel = Nowhere()
    sys.exit(uvloop.run(work(settings, lane, Routes(Route([Provider("null", nowhere, Circuit("null"))]), Route([])))))


if __name__ == "__main__":
    main()
