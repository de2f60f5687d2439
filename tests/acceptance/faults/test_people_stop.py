"""A send stopped by people again and again, and for good."""

import pytest

from tests.acceptance.faults.people import PARENTS, everybody
from tests.acceptance.faults.settled import progress_by, settled_exactly, tries, under_way
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def test_pausing_and_resuming_twenty_times_loses_nothing_and_repeats_nothing(system: System) -> None:
    marker = "dung roi gui tiep"
    system.faults(channel="sms", latency_ms=1_000)
    system.faults(channel="email", latency_ms=1_000)
    broadcast = system.send(marker)
    wait_for("somebody is being called", lambda: progress_by(system, broadcast)["calling"], 20)
    for time in range(20):
        stopped = system.call("POST", f"/broadcasts/{broadcast}/pause", key="approver")["stopped"]
        if time == 0:  # what is in hand comes home, and behind it nobody is called
            tried = tries(system, broadcast)
            wait_for("nobody is being called", lambda: progress_by(system, broadcast)["calling"] == 0, 20)
        # No fewer: of what is in hand, a letter that finds no connection comes back unsent.
        assert progress_by(system, broadcast)["waiting"] >= stopped["unsent"], "somebody is called behind a stop"
        if time == 0:
            assert tries(system, broadcast) <= tried, "somebody is called behind a stop"
        system.call("POST", f"/broadcasts/{broadcast}/resume", key="approver")

    assert stopped["unsent"] > 0, "too fast to be stopped twenty times"
    states = settled_exactly(system, broadcast, marker, everybody())
    assert states.total() == states["accepted"] + states["delivered"]


def test_cancelling_at_half_leaves_the_rest_unsent_and_counts_what_left(system: System) -> None:
    marker = "huy giua chung"
    system.faults(channel="sms", latency_ms=600)
    system.faults(channel="email", latency_ms=300)
    broadcast = system.send(marker)
    under_way(system, broadcast, "sms", PARENTS // 2)
    stopped = system.call("POST", f"/broadcasts/{broadcast}/cancel", key="approver")["stopped"]

    states = settled_exactly(system, broadcast, marker, everybody(), cancelled=True)
    gone = states["accepted"] + states["delivered"]
    assert states["not_sent"] > 0
    assert PARENTS // 2 <= gone == stopped["left"] + stopped["in_hand"]
