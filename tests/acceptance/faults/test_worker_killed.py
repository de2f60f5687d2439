"""A worker killed (-9) at each step between claim and record, caught there by a lock that it waits for
or a carrier that is slow.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.acceptance.faults.breaking import ask, child, kill
from tests.acceptance.faults.holding import (
    blocked_rounds,
    cut,
    marking_held,
    number_of,
    recording_held,
    wait_for_states,
)
from tests.acceptance.faults.people import CLASSES, of_class
from tests.acceptance.faults.settled import progress_by, received, settled_exactly
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

WORKER = "workers-urgent"
EACH = 20  # of a channel in a class: all of them are marked in one round


@contextmanager
def _held_at_marking(system: System, marker: str, of: str) -> Iterator[str]:
    """A warning whose two chunks are claimed, and no delivery of them marked."""
    with ExitStack() as held:
        broadcast = system.send(marker, classes=[of], before_approval=lambda it: held.enter_context(marking_held(system, it)))
        yield broadcast


def claimed(system: System, marker: str, of: str) -> str:
    """Claimed, not marked: the round that marks never ends."""
    with _held_at_marking(system, marker, of) as broadcast:
        sessions = blocked_rounds(system, 2)
        kill(system, WORKER)
        cut(system, sessions)
    return broadcast


def marked(system: System, marker: str, of: str) -> str:
    """Marked, not called: the round ends while the worker stands still."""
    with _held_at_marking(system, marker, of) as broadcast:
        blocked_rounds(system, 2)
        child(system, WORKER).suspend()
    wait_for_states(system, broadcast, "calling", 2 * EACH)
    kill(system, WORKER)
    assert received(system, marker) == {"sms": [], "email": []}
    return broadcast


def called(system: System, marker: str, of: str) -> str:
    """Called, not answered: the carriers have the messages, and are slow to say so."""
    system.faults(channel="sms", latency_ms=3_000)
    system.faults(channel="email", latency_ms=3_000)
    broadcast = system.send(marker, classes=[of])
    wait_for("the carriers have some", lambda: all(received(system, marker).values()), 20)
    kill(system, WORKER)
    system.no_faults()
    return broadcast


def answered(system: System, marker: str, of: str) -> str:
    """Answered, not recorded: the round that records never ends. No receipt tells what became of them."""
    broadcast = _being_called(system, marker, of, "sms", "email")
    with recording_held(system, broadcast):

        def all_answered() -> bool:  # a letter that finds no connection to a slow relay is given back, not kept waiting for one
            got = received(system, marker)
            return len(got["sms"]) == EACH and bool(got["email"])

        wait_for("all are answered, and the letters that found a connection", all_answered, 20)
        sessions = blocked_rounds(system, 2)
        kill(system, WORKER)
        cut(system, sessions)
    return broadcast


def recorded(system: System, marker: str, of: str) -> str:
    """Recorded, not released: the last round ends while the worker stands still."""
    broadcast = _being_called(system, marker, of, "sms")
    worker = child(system, WORKER)
    worker.suspend()
    while True:
        with recording_held(system, broadcast):  # behind the round that was let through
            if progress_by(system, broadcast)["calling"] == 0:
                break
            worker.resume()
            blocked_rounds(system, 1)
            worker.suspend()
    assert ask(system, "SELECT holder IS NULL FROM delivery_chunks WHERE broadcast_id = %s", number_of(system, broadcast)) == [
        (False,)
    ]
    kill(system, WORKER)
    return broadcast


def _being_called(system: System, marker: str, of: str, *channels: str) -> str:
    """A warning whose every delivery is with its carrier, who answers in three seconds: by then the caller is ready for it."""
    system.faults(channel="sms", latency_ms=3_000, drop_callbacks=1)
    system.faults(channel="email", latency_ms=3_000)
    broadcast = system.send(marker, classes=[of], channels=channels)
    wait_for_states(system, broadcast, "calling", EACH * len(channels))
    return broadcast


STEPS: dict[Callable[[System, str, str], str], str] = dict(
    zip((marked, called, answered, recorded, claimed), CLASSES, strict=False)
)
"""Each with the class that is written to. What takes longest to settle comes first."""


def test_a_worker_killed_at_any_step_loses_nothing_and_repeats_nothing(system: System) -> None:
    """One after another, each with a warning of its own, and the next worker is killed while it clears up after the last."""
    broadcasts = {}
    for step, of in STEPS.items():
        broadcasts[step] = step(system, f"giet {step.__name__}", of)
        system.no_faults()

    for step, broadcast in broadcasts.items():
        planned = of_class(STEPS[step])
        if step is recorded:
            del planned["email"]
        settled_exactly(system, broadcast, f"giet {step.__name__}", planned, in_doubt=EACH)
