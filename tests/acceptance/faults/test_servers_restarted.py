"""PostgreSQL restarted in the middle, Valkey wiped and away: delay, never loss."""

import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import redis

from service.standalone import postgres, valkey
from service.standalone.home import Home
from tests.acceptance.faults.breaking import child, frozen, held_down, superuser
from tests.acceptance.faults.people import everybody
from tests.acceptance.faults.settled import WINDOW, settled_exactly, under_way
from tests.acceptance.system import System
from tests.factories.processes import gone
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

AWAY = 30.0  # seconds


def in_the_middle(system: System, marker: str) -> str:
    """A warning to everybody of which a part has left."""
    system.faults(channel="sms", latency_ms=500)
    system.faults(channel="email", latency_ms=150)
    broadcast = system.send(marker)
    under_way(system, broadcast, "sms", 50)
    return broadcast


@pytest.mark.parametrize(("how", "asked"), [("fast", signal.SIGINT), ("immediate", signal.SIGQUIT)])
def test_a_restarted_database_loses_nothing_and_repeats_nothing(system: System, how: str, asked: signal.Signals) -> None:
    marker = f"khoi dong lai {how}"
    broadcast = in_the_middle(system, marker)

    server = child(system, "postgres")
    server.send_signal(asked)
    wait_for("PostgreSQL is gone", lambda: gone(server) or child(system, "postgres").pid != server.pid, 20)
    wait_for("PostgreSQL answers", lambda: postgres.answers(Home.at(system.home)), 30)

    settled_exactly(system, broadcast, marker, everybody(), in_doubt=WINDOW)


@pytest.mark.slow
def test_a_database_that_only_reads_for_a_while_leaves_nothing_in_doubt(system: System) -> None:
    """As in the middle of a failover: whoever was connected stays so, and every write is refused."""
    marker = "chi doc"
    broadcast = in_the_middle(system, marker)
    until = time.monotonic() + 12
    with superuser(system) as conn:
        try:
            conn.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            conn.execute("SELECT pg_reload_conf()")
            wait_for("twelve seconds are over", lambda: time.monotonic() >= until, 15)
        finally:
            conn.execute("SET default_transaction_read_only = off")
            conn.execute("ALTER SYSTEM RESET default_transaction_read_only")
            conn.execute("SELECT pg_reload_conf()")
    settled_exactly(system, broadcast, marker, everybody())


def test_a_wiped_queue_loses_nothing_and_leaves_nothing_in_doubt(system: System) -> None:
    """Wiped when it holds the only word of an approval, and again in the middle."""
    marker = "xoa hang doi"
    system.faults(channel="sms", latency_ms=500)
    worker = child(system, "workers-urgent")
    with redis.Redis(unix_socket_path=str(Home.at(system.home).valkey_socket)) as queue:
        worker.suspend()
        broadcast = system.send(marker)
        wait_for("the plan is queued", lambda: queue.zcard("loa:urgent"), 10)
        queue.flushall()
        worker.resume()
        under_way(system, broadcast, "sms", 50)
        queue.flushall()
    settled_exactly(system, broadcast, marker, everybody())


@pytest.mark.parametrize("away", [held_down, pytest.param(frozen, marks=pytest.mark.slow)])
def test_a_queue_that_is_away_for_half_a_minute_leaves_nothing_in_doubt(
    system: System, away: Callable[[System, str], AbstractContextManager[None]]
) -> None:
    marker = f"mat hang doi {away.__name__}".replace("_", " ")
    broadcast = in_the_middle(system, marker)
    until = time.monotonic() + AWAY
    with away(system, "valkey"):
        wait_for("half a minute is over", lambda: time.monotonic() >= until, AWAY + 1)
    wait_for("Valkey answers", lambda: valkey.answers(Home.at(system.home)), 15)
    settled_exactly(system, broadcast, marker, everybody())
