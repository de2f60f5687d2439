"""A provider that took nothing is given one message as a trial:
none waits for a trial that was not made, and none waits long once it works.
"""

from dataclasses import dataclass, replace

import pytest

from tests.workers.jobs.conftest import Bench, Carrier, Line
from workers.carriers import Circuit, Provider, Route
from workers.channels.base import Outcome, Refused
from workers.delivering.job import deliver_chunk
from workers.delivering.sending import LATEST_CALL

TROUBLE = Refused("connect", "temporary")


@dataclass
class Odd(Carrier):
    """Always has trouble with the first so many people; takes all others."""

    code: str = "connect"
    many: int = 3

    async def send(self, to: str, letter: object, *further: object) -> Outcome:
        self.taken.append(to)
        if to in list(dict.fromkeys(self.taken))[: self.many]:
            return Refused(self.code, "temporary")
        return await super().send(to, letter, *further)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock | None = None) -> Circuit:
    """A circuit that opened long ago: the next call is a trial."""
    clock = clock or Clock()
    circuit = Circuit("twilio", clock)
    for _ in range(5):
        circuit.heard(circuit.begin(), TROUBLE)
    clock.now += 60
    assert circuit.room(50) == 1
    return circuit


def on_trial(bench: Bench, circuit: Circuit, carrier: Carrier | None = None) -> Bench:
    """The same bench, with its SMS behind the circuit."""
    return replace(bench, tools=replace(bench.tools, sms=Route([Provider("twilio", carrier or bench.carrier, circuit)])))


async def _deliver(bench: Bench) -> None:
    await bench.beat()
    await deliver_chunk({"tools": bench.tools}, bench.approved.unit_id, bench.approved.broadcast_id, 0, 0)


async def test_a_trial_that_is_taken_lets_the_others_go(bench: Bench) -> None:
    await _deliver(on_trial(bench, opened()))
    assert await bench.approved.states() == {"accepted": 3, "waiting": 2}


async def test_a_trial_for_which_the_lease_was_lost_is_anothers(bench: Bench) -> None:
    circuit = opened()
    claimed = await bench.claim()
    await bench.approved.run("UPDATE delivery_chunks SET claims = claims + 1 WHERE chunk = 0")
    await (await on_trial(bench, circuit).sending(claimed)).run()
    assert bench.carrier.taken == []
    assert circuit.room(50) == 1


async def test_a_trial_that_the_process_slept_through_is_anothers(bench: Bench) -> None:
    def sleep(said: str) -> None:
        if "deliver_round" in said:
            Line.behind = None
            bench.clock.ahead += LATEST_CALL * 2

    Line.behind = sleep
    await _deliver(on_trial(bench, opened()))
    assert len(bench.carrier.taken) == 2, "one was not made, and waits a second"


async def test_a_trial_without_an_address_is_anothers(bench: Bench) -> None:
    await bench.approved.run("UPDATE deliveries SET address_sealed = 'x' WHERE channel = 'sms'")
    await _deliver(on_trial(bench, opened()))
    assert bench.carrier.taken == []
    assert await bench.approved.states() == {"failed": 3, "waiting": 2}


async def test_what_was_the_trial_again_and_again_waits_no_longer_for_it(bench: Bench) -> None:
    await bench.approved.run("UPDATE deliveries SET attempt = 12 WHERE channel = 'sms'")
    await _deliver(on_trial(bench, opened(), away := Odd()))
    assert len(away.taken) == 1
    (row,) = await bench.approved.rows(
        "SELECT extract(epoch FROM retry_at - now()) AS seconds FROM deliveries WHERE attempt = 13"
    )
    assert 0 < row.seconds <= 20


@pytest.mark.parametrize("code", ["twilio.20500", "twilio.20429"])
@pytest.mark.parametrize("attempts", [0, 12])
@pytest.mark.parametrize("many", [1, 2])
async def test_some_that_are_always_refused_keep_nobody_else_from_being_the_trial(
    bench: Bench, code: str, attempts: int, many: int
) -> None:
    await bench.approved.run("UPDATE deliveries SET attempt = :attempts WHERE channel = 'sms'", attempts=attempts)
    circuit = opened(clock := Clock())
    tried = on_trial(bench, circuit, odd := Odd(code=code, many=many))
    for _ in range(40):
        await _deliver(tried)
        if circuit.wait() == 0:
            break
        clock.now += (passed := circuit.wait())
        for table, column in (("deliveries", "retry_at"), ("delivery_chunks", "not_before")):
            await bench.approved.run(f"UPDATE {table} SET {column} = {column} - make_interval(secs => :passed)", passed=passed)
    assert len(set(odd.taken)) == 3, "the others were called"
    assert (await bench.approved.states())["accepted"] == 3 - many
