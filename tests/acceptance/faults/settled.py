"""The one check at the end of every fault: what left, counted outside, is what is said to have left,
each once, and nothing is open.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress

import httpx

from service.standalone.home import Home
from tests.acceptance.faults.breaking import ask
from tests.acceptance.system import System
from tests.factories.waiting import wait_for

RECOVERED = 45.0
"""Seconds from a fault's end until all of it is settled. A call that was lost takes 30 of them to be known as one, here."""
_LATER_EVERY = 2.0
WINDOW = 50
"""Deliveries that one worker process may have in flight."""
_LAST_LINES = 60
_log = logging.getLogger(__name__)
_GONE = ("accepted", "delivered", "uncertain")
_STATES = """
SELECT d.channel, d.state, d.provider_id, d.reason, d.attempt
  FROM deliveries d JOIN broadcasts b ON b.id = d.broadcast_id WHERE b.public_id = %s
"""

_WAITS_FOR = """
SELECT jsonb_build_object(
         'now', now(), 'broadcast', b.state, 'paused_for', b.pause_reason, 'waits_until', b.waits_until) || jsonb_build_object(
         'chunk', c.chunk, 'holder', c.holder, 'lease_until', c.lease_until, 'not_before', c.not_before, 'nudged_at', c.nudged_at,
         'number', d.number, 'state', d.state, 'reason', d.reason, 'attempt', d.attempt, 'returned', d.returned,
         'called_at', d.called_at, 'retry_at', d.retry_at, 'absences', d.absences, 'listed_at', d.listed_at)
  FROM broadcasts b JOIN deliveries d ON d.broadcast_id = b.id
  JOIN delivery_chunks c ON c.broadcast_id = b.id AND c.chunk = d.chunk
 WHERE b.public_id = %s AND d.state IN ('waiting', 'calling', 'uncertain') ORDER BY d.number
"""


def received(system: System, marker: str) -> dict[str, list[dict[str, str]]]:
    """What the outside world has of a warning, by channel."""
    found: dict[str, list[dict[str, str]]] = {"sms": [], "email": []}
    for message in system.outbox():
        if marker in message["text"]:
            found[message["channel"]].append(message)
    return found


def progress_by(system: System, broadcast: str, channel: str = "") -> Counter[str]:
    """How many deliveries stand where, from the rows themselves."""
    return Counter(row[1] for row in ask(system, _STATES, broadcast) if channel in ("", row[0]))


def under_way(system: System, broadcast: str, channel: str, sent: int) -> None:
    """Returns once so many of a channel have left, and far from its end."""

    def gone() -> bool:
        states = progress_by(system, broadcast, channel)
        return states["accepted"] + states["delivered"] >= sent

    wait_for(f"{sent} are sent", gone, 60)
    assert progress_by(system, broadcast, channel)["waiting"] > 0, "too fast to be caught in the middle"


def retried(system: System, broadcast: str) -> int:
    """How many deliveries were refused and wait for another try, or had one."""
    return sum(1 for row in ask(system, _STATES, broadcast) if row[4] > 1 or (row[1] == "waiting" and row[4] > 0))


def tries(system: System, broadcast: str) -> int:
    """How often anybody was called, or is being called."""
    return sum(row[4] for row in ask(system, _STATES, broadcast))


@contextmanager
def others_send(system: System) -> Iterator[None]:
    """The account sends one more SMS now and then: by those the carrier's list proves what it lacks."""
    over = threading.Event()

    def send() -> None:
        while not over.wait(_LATER_EVERY):
            with suppress(httpx.HTTPError):
                system.another_sms()

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def settled_exactly(
    system: System,
    broadcast: str,
    marker: str,
    planned: Mapping[str, Iterable[str]],
    *,
    in_doubt: int = 0,
    cancelled: bool = False,
    seconds: float = RECOVERED,
    key: str = "clerk",
) -> Counter[str]:
    """Ends the carriers' faults, waits at most `seconds` until a broadcast is settled,
    and holds it against the outside world; its states.

    `planned`: the addresses by channel. `in_doubt`: emails that may stay so; a doubt beyond that is waited for, a worker that
    wakes up may end it yet. `cancelled`: what was left may end unsent.
    """
    expected = {channel: set(addresses) for channel, addresses in planned.items()}
    system.no_faults()
    began = time.monotonic()

    def quiet() -> bool:
        parts = system.progress(broadcast, key)
        if parts["total"] == 0 or parts["waiting"] or parts["sending"]:
            return False
        doubts = {channel: progress_by(system, broadcast, channel)["uncertain"] for channel in ("sms", "email")}
        return doubts["sms"] == 0 and doubts["email"] <= in_doubt and system.progress(broadcast, key) == parts

    try:
        with others_send(system):
            wait_for("settled", quiet, seconds)
    except AssertionError:
        where = {channel: dict(progress_by(system, broadcast, channel)) for channel in expected}
        raise AssertionError(f"not settled within {seconds:g} s: {where}\n{_open(system, broadcast)}") from None
    wait_for("closed", lambda: _state(system, broadcast, key) == ("cancelled" if cancelled else "completed"), 10)
    _log.info("%s: settled after %.1f s", marker, time.monotonic() - began)

    rows = ask(system, _STATES, broadcast)
    parts = system.progress(broadcast, key)
    assert parts["total"] == len(rows) == sum(map(len, expected.values())) == sum(v for k, v in parts.items() if k != "total")
    got = received(system, marker)
    for channel, addresses in expected.items():
        counts = Counter(message["to"] for message in got[channel])
        assert {address: n for address, n in counts.items() if n > 1} == {}, f"{channel}: more than once"
        assert set(counts) <= addresses, f"{channel}: to somebody who was not planned"
        states = Counter(state for of, state, *_ in rows if of == channel)
        known = Counter(
            provider_id for of, state, provider_id, *_ in rows if of == channel and state in ("accepted", "delivered")
        )
        outside = Counter(message["provider_id"] for message in got[channel])
        assert known - outside == Counter(), f"{channel}: said to be accepted, and nobody has it"
        assert (outside - known).total() <= states["uncertain"], f"{channel}: left without our knowing"
        assert states["uncertain"] <= (in_doubt if channel == "email" else 0), f"{channel}: in doubt"
        assert set(states) <= {*_GONE, "not_sent"} if cancelled else set(states) <= set(_GONE), f"{channel}: {dict(states)}"
    return Counter(row[1] for row in rows)


def _open(system: System, broadcast: str) -> str:
    """What is not settled of a broadcast and what it waits for, as its database has it, and what the workers said last."""
    rows = ask(system, _WAITS_FOR, broadcast)
    found = [" ".join(f"{name}={value}" for name, value in row[0].items() if value is not None) for row in rows]
    for log in sorted(Home.at(system.home).logs.glob("workers-*.log")):
        found += [log.name, *log.read_text(encoding="utf-8").splitlines()[-_LAST_LINES:]]
    return "\n".join(found)


def _state(system: System, broadcast: str, key: str) -> str:
    return str(system.call("GET", f"/broadcasts/{broadcast}", key=key)["state"])
