"""Carriers that take a message and never answer, answer 500, or say that we are too fast;
one fault after the other, settled together.
"""

from collections.abc import Callable

import pytest

from tests.acceptance.faults.breaking import ask
from tests.acceptance.faults.holding import number_of
from tests.acceptance.faults.people import CLASSES, of_class
from tests.acceptance.faults.settled import WINDOW, progress_by, received, retried, settled_exactly
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def five_hundreds(system: System, marker: str, of: list[str]) -> str:
    """Nobody knows what an answer of 500 means: an SMS is in doubt until its absence is proven.
    A relay's 451 is a plain refusal.
    """
    system.faults(channel="sms", error_rate=0.2, http_status=500)
    system.faults(channel="email", error_rate=0.2, smtp_reply="451 4.3.0 Try again later")
    broadcast = system.send(marker, classes=of)
    wait_for("some SMS are in doubt", lambda: _reasons(system, broadcast, "http.500") >= 5, 20)
    wait_for("some emails were refused", lambda: retried(system, broadcast) >= 5, 20)
    return broadcast


def too_fast(system: System, marker: str, of: list[str]) -> str:
    """Slower, and tried again."""
    system.faults(channel="sms", error_rate=0.3, http_status=429)
    system.faults(channel="email", error_rate=0.3, smtp_reply="421 4.3.2 Too busy")
    broadcast = system.send(marker, classes=of)
    wait_for("some were refused", lambda: retried(system, broadcast) >= 10, 20)
    return broadcast


def hanging(system: System, marker: str, of: list[str]) -> str:
    """Taken, and never answered: an SMS is found in the list, an email stays in doubt."""
    system.faults(channel="sms", hang_after_accept=0.2, drop_callbacks=1)
    system.faults(channel="email", hang_after_accept=0.1)
    broadcast = system.send(marker, classes=of)
    wait_for("the carriers have many", lambda: all(len(got) > 40 for got in received(system, marker).values()), 60)
    return broadcast


FAULTS: tuple[Callable[[System, str, list[str]], str], ...] = (five_hundreds, too_fast, hanging)


def test_carriers_that_break_lose_nothing_and_get_nothing_twice(system: System) -> None:
    broadcasts: dict[Callable[..., str], str] = {}
    groups = {fault: list(CLASSES[n * 5 : n * 5 + 5]) for n, fault in enumerate(FAULTS)}
    for fault, group in groups.items():
        for earlier in broadcasts.values():  # what is refused waits a little, and is not to meet the next fault
            system.no_faults()
            _emails_have_left(system, earlier)
        broadcasts[fault] = fault(system, f"nha mang {fault.__name__}".replace("_", " "), group)

    for fault, broadcast in broadcasts.items():
        planned = {channel: set().union(*(of_class(each)[channel] for each in groups[fault])) for channel in ("sms", "email")}
        settled_exactly(
            system,
            broadcast,
            f"nha mang {fault.__name__}".replace("_", " "),
            planned,
            in_doubt=WINDOW if fault is hanging else 0,
        )


def _reasons(system: System, broadcast: str, reason: str) -> int:
    """How many were given this reason."""
    question = "SELECT count(*) FROM deliveries WHERE broadcast_id = %s AND reason = %s"
    return int(ask(system, question, number_of(system, broadcast), reason)[0][0])


def _emails_have_left(system: System, broadcast: str) -> None:
    wait_for("its emails have left", lambda: progress_by(system, broadcast, "email").keys() == {"accepted"}, 30)
