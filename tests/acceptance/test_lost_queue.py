"""Valkey wiped, and Valkey killed, in the middle: delay, never loss, and nothing in doubt."""

import time
from pathlib import Path

import pytest
import redis

from tests.acceptance.system import System, wait_for
from tests.acceptance.test_kill_worker import each_once_or_uncertain, in_the_middle

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]


def _socket(system: System) -> Path:
    return next(Path(system.home).rglob("valkey.sock"))


def _answers(path: Path) -> bool:
    try:
        return bool(redis.Redis(unix_socket_path=str(path)).ping())
    except redis.RedisError:
        return False


def test_a_wiped_queue_loses_nothing(system: System) -> None:
    marker = "xoa hang doi"
    system.faults(channel="sms", latency_ms=120)
    broadcast = system.send(marker)
    in_the_middle(system, marker)

    with redis.Redis(unix_socket_path=str(_socket(system))) as valkey:
        valkey.flushall()
    parts = system.settled(broadcast, 30)

    assert parts["uncertain"] == parts["failed"] == parts["not_sent"] == 0
    each_once_or_uncertain(system, broadcast, marker)


def test_a_killed_valkey_leaves_nothing_in_doubt(system: System) -> None:
    marker = "mat hang doi"
    system.faults(channel="sms", latency_ms=120)
    broadcast = system.send(marker)
    in_the_middle(system, marker)

    valkey = system.process("valkey-server") or system.process("valkey")
    assert valkey is not None
    path = _socket(system)
    valkey.kill()
    wait_for("Valkey is back", lambda: _answers(path), 30)
    back = time.monotonic()
    parts = system.settled(broadcast, 60)

    assert time.monotonic() - back < 30
    assert parts["uncertain"] == parts["failed"] == parts["not_sent"] == 0
    each_once_or_uncertain(system, broadcast, marker)
