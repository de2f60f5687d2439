"""500 letters to the relay that `run.sh` started: by a plain client, then through a real worker,
which a polite sink is given, too.

Not collected by itself: `run.sh` beside it says where the relay is. How fast a relay can be is its own matter (Exim starts two
processes a letter): Loa may take twice as long as a polite sink lets it, or as a plain client with as many connections takes with
this relay.
"""

import asyncio
import os
import smtplib
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.factories.rude_smtp import RudeSmtp, listening
from tests.factories.waiting import until
from tests.workers.channels.test_email_smtp import SENDER, letter
from tests.workers.sending import School

pytest_plugins = ["tests.workers.conftest"]  # a school and its simulators

LETTERS, CONNECTIONS = 500, 8
BEGAN = "SELECT extract(epoch FROM min(called_at)) AS began FROM deliveries"
PORT = int(os.environ["REAL_RELAY_PORT"])
INBOX = Path(os.environ["REAL_RELAY_INBOX"])
_took: dict[str, float] = {}


def _delivered() -> int:
    return sum(1 for _ in INBOX.iterdir()) if INBOX.exists() else 0


async def _until_delivered(many: int) -> float:
    await until(f"{many} are delivered", lambda: _delivered() >= many, 60, every=0.02)
    return time.time()


def _ten_letters(_: int) -> None:
    with smtplib.SMTP("127.0.0.1", PORT, local_hostname="plain.example") as client:
        for n in range(10):
            client.sendmail(SENDER, f"p{n}@example.com", letter(f"p{n}@example.com"))


async def test_a_plain_client() -> None:
    began, before = time.time(), _delivered()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        await asyncio.gather(
            *(asyncio.get_running_loop().run_in_executor(threads, _ten_letters, n) for n in range(LETTERS // 10))
        )
    _took["a plain client"] = await _until_delivered(before + LETTERS) - began


async def _through_loa(school: School, port: int) -> tuple[float, float]:
    """When the first was called and when all were handed over, in seconds since the epoch."""
    broadcast = await school.approved(phones=0, emails=LETTERS, urgency="emergency")
    await school.start(LOA_SMTP_PORT=str(port))
    await school.until_sent(broadcast, LETTERS, 120)
    ended = time.time()
    (row,) = await school.rows(BEGAN)
    return float(row.began), ended


async def test_a_polite_sink(school: School) -> None:
    async with listening(RudeSmtp()) as port:
        began, ended = await _through_loa(school, port)
    _took["a polite sink"] = ended - began


async def test_all_are_delivered_in_time(school: School) -> None:
    before = _delivered()
    began, handed_over = await _through_loa(school, PORT)
    took = await _until_delivered(before + LETTERS) - began
    others = ", ".join(f"{who} {seconds:.2f} s" for who, seconds in _took.items())
    name = os.environ["REAL_RELAY"]
    sys.stdout.write(f"\n{name}: {LETTERS} handed over in {handed_over - began:.2f} s, delivered in {took:.2f} s ({others})\n")
    assert took <= 2 * max(_took.values())
