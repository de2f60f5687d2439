"""Two workers and one chunk: given to both at once, or to one while the other sleeps."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

import pytest

from service.outbox import DeliverChunk, Queue
from service.standalone import valkey
from service.standalone.home import Home
from tests.acceptance.faults.breaking import ask, kill, own_worker, unsupervised
from tests.acceptance.faults.holding import (
    blocked_rounds,
    claiming_held,
    marking_held,
    number_of,
    planning_held,
    sweeping_held,
    wait_for_claim,
    wait_for_plan,
    wait_for_states,
)
from tests.acceptance.faults.people import everybody, of_class
from tests.acceptance.faults.settled import others_send, progress_by, received, settled_exactly
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def test_two_workers_given_the_same_chunks_share_them(system: System) -> None:
    marker = "hai may mot phan"
    system.faults(channel="sms", latency_ms=500)
    system.faults(channel="email", latency_ms=500)
    with own_worker(system):
        broadcast = system.send(marker)
        wait_for("it is planned", lambda: progress_by(system, broadcast), 20)
        given = 0
        while progress_by(system, broadcast)["waiting"]:
            given += 1
            asyncio.run(_give_again(system, broadcast, given))
        assert given >= 5, "too fast to be given to both"
        settled_exactly(system, broadcast, marker, everybody())


def test_a_worker_that_slept_past_its_lease_calls_nobody(system: System) -> None:
    """It stands still between the intent and the call, and in its round as the sweeper;
    when it goes on, others have sent the SMS.
    """
    marker, of = "may ngu quen", "9A5"
    with ExitStack() as own:
        with unsupervised(system), ExitStack() as held:
            kill(system, "workers-urgent")
            kill(system, "workers-bulk")
            worker = own.enter_context(own_worker(system))
            broadcast = system.send(marker, classes=[of], before_approval=lambda it: held.enter_context(marking_held(system, it)))
            blocked_rounds(system, 2)
            held.enter_context(sweeping_held(system))
            worker.suspend()
            held.close()
            wait_for_states(system, broadcast, "calling", 40)
        with others_send(system):
            wait_for("others have sent the SMS", lambda: len(received(system, marker)["sms"]) == 20, 90)
        assert received(system, marker)["email"] == []

        worker.resume()
        # It gives the emails back, which nobody had: they are no longer in doubt.
        settled_exactly(system, broadcast, marker, of_class(of))


@pytest.mark.parametrize(
    ("half_way", "there", "of"),
    [
        pytest.param(planning_held, wait_for_plan, "9A5", id="plan"),
        pytest.param(claiming_held, wait_for_claim, "9A4", id="claim"),
    ],
)
def test_a_worker_that_sleeps_half_way_holds_up_nobody(
    system: System, half_way: Callable[[System], AbstractContextManager[None]], there: Callable[[System], None], of: str
) -> None:
    marker = f"may ngu giua chung lop {of}"
    with ExitStack() as own:
        with unsupervised(system), ExitStack() as held:
            kill(system, "workers-urgent")
            worker = own.enter_context(own_worker(system))
            broadcast = system.send(marker, classes=[of], before_approval=lambda _: held.enter_context(half_way(system)))
            there(system)
            worker.suspend()
        settled_exactly(system, broadcast, marker, of_class(of))


async def _give_again(system: System, broadcast: str, time: int) -> None:
    """Queues every chunk once more, several times over."""
    number = number_of(system, broadcast)
    queue = await Queue.connect(valkey.url(Home.at(system.home)))
    chunks = ask(system, "SELECT unit_id, chunk, claims FROM delivery_chunks WHERE broadcast_id = %s", number)
    for unit_id, chunk, claims in chunks:
        for copy in range(3):
            await queue.add(DeliverChunk(unit_id, number, chunk, claims), "urgent", again=f":again {time} {copy}")
    await queue.close()
