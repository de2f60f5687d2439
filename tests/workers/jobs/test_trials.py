"""A provider that took nothing is given one message as a trial: none waits for a trial that was not made, and none waits long once it works."""

from dataclasses import replace

from tests.workers.jobs.conftest import Bench, Carrier, Line
from workers.carriers import Circuit, Provider, Route
from workers.channels.base import Outcome, Refused
from workers.jobs.deliver import deliver_chunk
from workers.jobs.sending import LATEST_CALL

TROUBLE = Refused("connect", "temporary")


class Away(Carrier):
    """A line that is dead."""

    async def send(self, to: str, letter: object, *further: object) -> Outcome:  # noqa: ARG002 - the carrier's signature
        self.taken.append(to)
        return TROUBLE


def opened() -> Circuit:
    """A circuit that opened long ago: the next call is a trial."""
    now = 1000.0
    circuit = Circuit("twilio", lambda: now)
    for _ in range(5):
        circuit.heard(circuit.begin(), TROUBLE)
    now += 60
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
    await _deliver(on_trial(bench, opened(), away := Away()))
    assert len(away.taken) == 1
    (row,) = await bench.approved.rows(
        "SELECT extract(epoch FROM retry_at - now()) AS seconds FROM deliveries WHERE attempt = 13"
    )
    assert 0 < row.seconds <= 10
