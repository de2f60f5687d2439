"""Processes that are asked to leave, and a web side that is away while the workers go on."""

import asyncio
import os
import subprocess
import sys
import time

import httpx
import pytest

from tests.acceptance.faults.breaking import kill, own_worker, unsupervised
from tests.acceptance.faults.people import everybody
from tests.acceptance.faults.settled import progress_by, settled_exactly, under_way
from tests.acceptance.system import ROOT, System
from tests.factories.waiting import stays, wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def test_a_worker_asked_to_leave_in_the_middle_lets_what_is_in_flight_come_home(system: System) -> None:
    marker = "dung nhe nhang"
    system.faults(channel="sms", latency_ms=400)
    system.faults(channel="email", latency_ms=400)
    with unsupervised(system):
        kill(system, "workers-urgent")
        with own_worker(system) as worker:
            broadcast = system.send(marker)
            under_way(system, broadcast, "sms", 50)
            asked = time.monotonic()
            worker.terminate()
            assert worker.wait(20) == 0
            assert time.monotonic() - asked < 10
        states = progress_by(system, broadcast)
        assert states["waiting"] > 0
        assert states["calling"] == states["uncertain"] == 0
    settled_exactly(system, broadcast, marker, everybody())


def test_workers_go_on_while_the_web_side_is_away(system: System) -> None:
    marker = "mat trang web"
    system.faults(channel="sms", latency_ms=500)
    with unsupervised(system):
        broadcast = system.send(marker)
        under_way(system, broadcast, "sms", 50)
        kill(system, "web")
        wait_for("all have left", lambda: progress_by(system, broadcast).keys() <= {"accepted", "delivered"}, 30)
    wait_for("the web side answers", lambda: _answers(system), 30)
    settled_exactly(system, broadcast, marker, everybody())


def test_an_operator_stops_a_send_and_lets_it_go_on_while_the_web_side_is_away(system: System) -> None:
    marker = "tam ngung tai may"
    system.faults(channel="sms", latency_ms=1_000)
    system.faults(channel="email", latency_ms=1_000)
    with unsupervised(system):
        broadcast = system.send(marker)
        under_way(system, broadcast, "sms", 50)
        kill(system, "web")
        _says(system, "pause", broadcast)
        wait_for("nobody is being called", lambda: progress_by(system, broadcast)["calling"] == 0, 20)
        stopped = progress_by(system, broadcast)["waiting"]
        assert stopped > 0, "too fast to be stopped"
        asyncio.run(stays("nobody is called behind a stop", lambda: progress_by(system, broadcast)["waiting"] == stopped, 1))
        _says(system, "resume", broadcast)
    wait_for("the web side answers", lambda: _answers(system), 30)
    settled_exactly(system, broadcast, marker, everybody())


def _says(system: System, move: str, broadcast: str) -> None:
    """`loa broadcast` on the same machine, in the principal's name."""
    approver = next(each["email"] for each in system.demo["accounts"] if (each["unit"], each["role"]) == ("nbk-thcs", "approver"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOA_")}
    subprocess.run(
        [sys.executable, "-m", "service", "broadcast", move, broadcast, "--as", approver],
        cwd=ROOT,
        env=environment | {"LOA_HOME": str(system.home)},
        timeout=60,
        check=True,
    )


def _answers(system: System) -> bool:
    try:
        return httpx.get(system.demo["lookup_url"] + "healthz", timeout=5).is_success
    except httpx.TransportError:
        return False
