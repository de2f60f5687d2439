"""Email and SMS end to end: approval → planned → accepted by the simulator → recorded, by one worker process of the lane."""

import time
from collections import Counter

from tests.acceptance.lists import big_list, emails, numbers
from tests.acceptance.system import System
from tests.benchmarks.limits import raw_smtp, raw_twilio
from tests.benchmarks.rows import Row

_LOOK_EVERY = 0.25  # seconds; looking takes from what is looked at
_TOO_LONG = 300.0


def fill(system: System, parents: int) -> None:
    """A list of so many parents, each with both channels."""
    system.import_list(big_list(parents), "danh-sach.csv")


def _send(system: System, channel: str, parents: int) -> tuple[float, str]:
    """Messages per second, and the proof that everybody has exactly one."""
    system.empty_outbox()
    started = time.perf_counter()
    broadcast = system.send(f"do {channel}", channels=[channel])

    parts = system.progress(broadcast)
    while parts["accepted"] + parts["delivered"] < parents:
        assert time.perf_counter() - started < _TOO_LONG, parts
        time.sleep(_LOOK_EVERY)
        parts = system.progress(broadcast)
    took = time.perf_counter() - started
    got = Counter(message["to"] for message in system.outbox() if message["channel"] == channel)
    expected = numbers(parents) if channel == "sms" else emails(parents)
    assert set(got) == expected
    assert set(got.values()) == {1}
    assert parts["failed"] == parts["uncertain"] == 0
    return parents / took, f"{took:.1f} s; {len(got):,} recipients in the simulator's log, each once; 0 failed, 0 uncertain"


async def measure(system: System, smtp_port: int, account: str, token: str, parents: int) -> list[Row]:
    """Ours and the raw loops against the same simulators, one after the other, with the same messages.

    Nobody is there to take the raw SMS loop's callbacks, so they are dropped first; then once more with all of them, which the
    web process takes beside.
    """
    rows = []
    email, proof = _send(system, "email", parents)
    rows.append(
        Row(
            f"email end to end, {parents:,}",
            "messages/s",
            email,
            "raw aiosmtplib loop",
            await raw_smtp(smtp_port, parents),
            proof,
        )
    )
    system.faults(channel="sms", drop_callbacks=1)
    sms, proof = _send(system, "sms", parents)
    limit = await raw_twilio(system.simulators, account, token, parents, system.outbox()[0]["text"])
    system.no_faults()
    rows.append(Row(f"SMS end to end, {parents:,}", "messages/s", sms, "raw twilio loop", limit, proof))
    with_callbacks, proof = _send(system, "sms", parents)
    rows.append(Row("the same with its callbacks", "messages/s", with_callbacks, "raw twilio loop", limit, proof))
    return rows
