"""Connections reset in mid-word, and a relay that is started again while a pool of connections to it is open."""

from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.acceptance.faults.breaking import kill, own_worker, unsupervised
from tests.acceptance.faults.line import Line
from tests.acceptance.faults.people import everybody
from tests.acceptance.faults.settled import progress_by, retried, settled_exactly, under_way
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


@contextmanager
def only_worker(system: System, sms: Line, email: Line) -> Iterator[psutil.Popen]:
    """The one worker of the urgent lane, whose carriers are at the end of these lines. It leaves in peace."""
    with unsupervised(system):
        kill(system, "workers-urgent")
        told = {"LOA_TWILIO_API_URL": f"http://127.0.0.1:{sms.port}", "LOA_SMTP_PORT": str(email.port)}
        with own_worker(system, **told) as worker:
            yield worker
            worker.terminate()
            worker.wait(30)


@pytest.mark.parametrize("lost", ["asked", "answers"])
def test_connections_reset_in_mid_word_lose_nothing_and_repeat_nothing(system: System, lost: str) -> None:
    marker = f"dut mach {lost}"
    system.faults(channel="sms", drop_callbacks=1)  # no receipt says what became of what broke
    with Line(int(system.simulators.rpartition(":")[2])) as sms, Line(system.smtp_port) as email, only_worker(system, sms, email):
        setattr(sms, f"lose_{lost}", 0.05)
        setattr(email, f"lose_{lost}", 0.05 if lost == "answers" else 0.01)
        if lost == "answers":
            email.losable = b"250 2.0.0"  # the answer to the letter itself, behind DATA
        broadcast = system.send(marker)
        wait_for("lines have broken", lambda: sms.broken >= 5 and email.broken >= 3, 20)
        sms.lose_asked = sms.lose_answers = email.lose_asked = email.lose_answers = 0
        wait_for("all were called", lambda: not progress_by(system, broadcast, "email")["waiting"], 30)
    settled_exactly(system, broadcast, marker, everybody(), in_doubt=email.broken)


def test_a_relay_that_is_started_again_costs_a_retry(system: System) -> None:
    marker = "may thu khoi dong lai"
    system.faults(channel="email", latency_ms=100)
    with Line(int(system.simulators.rpartition(":")[2])) as sms, Line(system.smtp_port) as email, only_worker(system, sms, email):
        broadcast = system.send(marker)
        under_way(system, broadcast, "email", 50)
        with email.away():
            wait_for("some wait for it", lambda: retried(system, broadcast), 20)
        wait_for("all were called", lambda: not progress_by(system, broadcast, "email")["waiting"], 30)
    # A connection that broke between DATA and its answer leaves its email in doubt; the pool has ten.
    settled_exactly(system, broadcast, marker, everybody(), in_doubt=10)
