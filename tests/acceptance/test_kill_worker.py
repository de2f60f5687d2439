"""A worker killed in the middle: nobody twice, everybody once or openly uncertain."""

from collections import Counter
from functools import partial

import psutil
import pytest

from tests.acceptance.conftest import PARENTS
from tests.acceptance.lists import emails, numbers
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def received(system: System, marker: str) -> dict[str, Counter[str]]:
    """How often each address has this warning, by channel, as the outside world counts it."""
    counts = {"sms": Counter[str](), "email": Counter[str]()}
    for message in system.outbox():
        if marker in message["text"] or marker in (message.get("subject") or ""):
            counts[message["channel"]][message["to"]] += 1
    return counts


def in_the_middle(system: System, marker: str) -> None:
    """Returns once the send is well under way and far from its end."""
    wait_for("the send is under way", lambda: sum(map(len, received(system, marker).values())) > 200, 60)
    assert sum(map(len, received(system, marker).values())) < PARENTS, "too fast to be caught in the middle"


def each_once_or_uncertain(system: System, broadcast: str, marker: str) -> None:
    got = received(system, marker)
    for channel, addresses in (("sms", numbers(PARENTS)), ("email", emails(PARENTS))):
        assert {a: n for a, n in got[channel].items() if n > 1} == {}, f"{channel}: more than once"
        assert set(got[channel]) <= addresses
        missing = len(addresses - set(got[channel]))
        assert missing <= system.uncertain(broadcast, channel), f"{channel}: neither sent nor uncertain"
    parts = system.progress(broadcast)
    assert parts["total"] == 2 * PARENTS == sum(v for k, v in parts.items() if k != "total")


@pytest.mark.parametrize("marker", ["mot lan", "hai lan"])
def test_a_killed_worker_repeats_nothing_and_loses_nothing(system: System, marker: str) -> None:
    system.faults(channel="sms", latency_ms=120)
    system.faults(channel="email", latency_ms=20)
    broadcast = system.send(marker)
    in_the_middle(system, marker)

    for _ in range(1 if marker == "mot lan" else 2):
        worker = system.process("workers", "urgent")
        assert worker is not None
        worker.kill()
        wait_for("the supervisor starts another", partial(_another, system, worker.pid), 20)

    parts = system.settled(broadcast, 150)
    assert system.uncertain(broadcast, "sms") == 0
    assert parts["uncertain"] <= 50 * (1 if marker == "mot lan" else 2)
    assert parts["failed"] == parts["not_sent"] == 0
    each_once_or_uncertain(system, broadcast, marker)


def _another(system: System, gone: int) -> psutil.Process | None:
    worker = system.process("workers", "urgent")
    return worker if worker is not None and worker.pid != gone else None
