"""A circuit opens when its provider fails, lets one trial through, and closes when that was taken."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from workers.carriers.circuits import (
    ENOUGH_BUSY,
    ENOUGH_TROUBLE,
    FIRST,
    FIRST_BROKEN,
    LATEST,
    LONGEST,
    LONGEST_BROKEN,
    TRIAL_LOST,
    Circuit,
    Verdict,
    verdict,
)
from workers.channels.base import Accepted, Outcome, Refused, Unknown

TAKEN = Accepted("SM1")
TROUBLE = Refused("connect", "temporary")
BUSY = Refused("twilio.20429", "temporary")
BROKEN = Refused("twilio.20003", "config")
OF_NUMBER = Refused("twilio.21211", "number")
OUTCOMES: dict[str, Outcome] = {
    "fine": TAKEN,
    "trouble": TROUBLE,
    "busy": BUSY,
    "broken": BROKEN,
}


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def circuit() -> tuple[Circuit, Clock]:
    clock = Clock()
    return Circuit("twilio", clock), clock


def answer(of: Circuit, *outcomes: Outcome) -> None:
    """Calls that all began before the first of them was answered."""
    era = of.begin()
    for outcome in outcomes:
        of.heard(era, outcome)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (TAKEN, "fine"),
        (OF_NUMBER, "fine"),
        (Refused("twilio.21617", "content"), "fine"),
        (Refused("twilio.21408", "config"), "fine"),  # of this broadcast's numbers
        (Refused("twilio.21612", "config"), "fine"),
        (Refused("smtp.452.4.2.2", "temporary"), "fine"),  # of this mailbox
        (BUSY, "busy"),
        (Refused("twilio.21611", "temporary"), "busy"),
        (Refused("smtp.421.4.3.2", "temporary"), "busy"),
        (Refused("smtp.450.4.7.1", "temporary"), "fine"),  # greylisting of this recipient
        (Refused("smtp.451", "temporary"), "fine"),  # at RCPT: with others it may be another matter
        (Refused("smtp.mail.450.4.7.1", "temporary"), "busy"),
        (Refused("smtp.login.454.4.7.0", "temporary"), "trouble"),
        (Refused("smtp.login.disconnected", "temporary"), "trouble"),
        (Refused("smtp.login.disconnected", "config"), "broken"),
        (Refused("smtp.mail.550.5.7.1", "config"), "broken"),
        (Refused("smtp.no_place", "temporary"), "nothing"),
        (TROUBLE, "trouble"),
        (Unknown("timeout"), "trouble"),
        (Unknown("http.500"), "trouble"),
        (BROKEN, "broken"),
        (Refused("smtp.535.5.7.8", "config"), "broken"),
        (Refused("connect.tls", "config"), "broken"),
        (Refused("http.403", "config"), "broken"),
    ],
)
def test_each_answer_says_something_of_the_provider(outcome: Outcome, said: Verdict) -> None:
    assert verdict(outcome) == said


def test_a_burst_of_trouble_opens_it_and_a_trial_that_is_taken_closes_it() -> None:
    of, clock = circuit()
    answer(of, *[TROUBLE] * (ENOUGH_TROUBLE - 1))
    assert of.room(50) == 50
    answer(of, TROUBLE)
    assert (of.room(50), of.wait()) == (0, FIRST)
    clock.now += FIRST
    assert of.room(50) == 1
    era = of.begin()
    assert of.room(50) == 0, "one trial at a time"
    of.heard(era, TAKEN)
    assert (of.room(50), of.wait()) == (50, 0.0)


def test_trouble_among_many_that_are_taken_opens_nothing() -> None:
    of, _ = circuit()
    for _ in range(100):
        answer(of, TAKEN, TAKEN, TROUBLE)
    assert of.room(50) == 50


def test_what_is_said_of_numbers_and_texts_opens_nothing() -> None:
    of, _ = circuit()
    for _ in range(50):
        answer(of, OF_NUMBER, Refused("twilio.21617", "content"))
    assert of.room(50) == 50


def test_old_trouble_is_forgotten() -> None:
    of, clock = circuit()
    for _ in range(10):
        answer(of, *[TROUBLE] * (ENOUGH_TROUBLE - 1))
        clock.now += 31
    assert of.room(50) == 50


def test_a_provider_that_asks_for_less_is_left_only_when_it_takes_nothing() -> None:
    of, _ = circuit()
    for _ in range(10):
        answer(of, BUSY, BUSY, BUSY, TAKEN)
    assert of.room(50) == 50
    answer(of, *[BUSY] * LATEST)
    assert of.room(50) == 0
    fresh, _ = circuit()
    answer(fresh, *[BUSY] * (ENOUGH_BUSY - 1))
    assert fresh.room(50) == 50


def test_one_refusal_of_our_account_opens_it_for_long() -> None:
    of, clock = circuit()
    answer(of, BROKEN)
    assert of.broken
    assert of.wait() == FIRST_BROKEN
    clock.now += FIRST_BROKEN - 1
    assert of.room(50) == 0
    clock.now += 1
    answer(of, TAKEN)
    assert not of.broken
    assert of.room(50) == 50


@pytest.mark.parametrize(("outcome", "longest"), [(TROUBLE, LONGEST), (BROKEN, LONGEST_BROKEN)])
def test_every_trial_that_fails_makes_it_stay_open_longer_but_never_too_long(outcome: Outcome, longest: float) -> None:
    of, clock = circuit()
    answer(of, *[outcome] * ENOUGH_TROUBLE)
    waits = []
    for _ in range(8):
        waits.append(of.wait())
        clock.now += of.wait()
        answer(of, outcome)
    assert waits == sorted(waits)
    assert waits[1] == 2 * waits[0]
    assert of.wait() == longest


def test_calls_that_began_before_it_opened_do_not_close_it() -> None:
    of, clock = circuit()
    early = of.begin()
    answer(of, *[TROUBLE] * ENOUGH_TROUBLE)
    of.heard(early, TAKEN)
    assert of.room(50) == 0
    clock.now += FIRST
    trial = of.begin()
    of.heard(early, TAKEN)
    assert of.room(50) == 0
    of.heard(trial, TAKEN)
    assert of.room(50) == 50


def test_a_trial_that_never_reached_its_provider_is_anothers_at_once() -> None:
    of, clock = circuit()
    answer(of, *[TROUBLE] * ENOUGH_TROUBLE)
    clock.now += FIRST
    answer(of, Refused("smtp.no_place", "temporary"))
    assert of.room(50) == 1, "neither closed by it nor open for longer"


def test_a_trial_nobody_hears_of_is_given_to_another() -> None:
    of, clock = circuit()
    answer(of, *[TROUBLE] * ENOUGH_TROUBLE)
    clock.now += FIRST
    of.begin()
    clock.now += TRIAL_LOST
    assert of.room(50) == 1


def test_a_trial_that_is_answered_late_closes_it_all_the_same() -> None:
    """A relay that thinks for longer than a trial is waited for would be on trial for ever."""
    of, clock = circuit()
    answer(of, *[TROUBLE] * ENOUGH_TROUBLE)
    clock.now += FIRST
    trial = of.begin()
    clock.now += TRIAL_LOST
    another = of.begin()
    clock.now += TRIAL_LOST / 2
    of.heard(trial, TAKEN)
    assert of.room(50) == 50
    of.heard(another, TROUBLE)
    assert of.room(50) == 50, "it began before it closed"


def test_a_trial_that_was_not_made_is_anothers_at_once() -> None:
    of, clock = circuit()
    early = of.begin()
    answer(of, *[TROUBLE] * ENOUGH_TROUBLE)
    clock.now += FIRST
    trial = of.begin()
    of.withdraw(early)
    assert of.room(50) == 0, "not the trial"
    of.withdraw(trial)
    assert of.room(50) == 1
    of.heard(of.begin(), TAKEN)
    assert of.room(50) == 50


class Circuits(RuleBasedStateMachine):
    """Whatever is answered in whatever order: a model of what may be under way, held against the circuit."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.circuit = Circuit("twilio", self.clock)
        self.flying: list[int] = []
        self.trial: tuple[int, float] | None = None
        self.last_trial: int | None = None  # which is several, where one was given to another

    @rule(seconds=st.floats(0.01, 700))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def somebody_calls(self) -> None:
        room = self.circuit.room(50)
        closed = self.circuit.wait() == 0 and room == 50
        if room:
            era = self.circuit.begin()
            self.flying.append(era)
            if not closed:
                assert room == 1, "open: one at most"
                assert self.trial is None or self.clock.now - self.trial[1] >= TRIAL_LOST, "one trial at a time"
                self.trial, self.last_trial = (era, self.clock.now), era

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def a_call_is_not_made(self, data: st.DataObject) -> None:
        era = self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))
        before = self.circuit.room(50)
        self.circuit.withdraw(era)
        if self.trial is not None and era == self.trial[0]:
            self.trial = None
        else:
            assert self.circuit.room(50) == before, "only the trial's is another's"

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), said=st.sampled_from(sorted(OUTCOMES)))
    def an_answer_comes(self, data: st.DataObject, said: Verdict) -> None:
        era = self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))
        was_open = self.circuit.room(50) < 50
        self.circuit.heard(era, OUTCOMES[said])
        is_open = self.circuit.room(50) < 50
        if was_open and not is_open:
            assert said == "fine"
            assert era == self.last_trial, "only a trial closes it"
        if is_open and not was_open:
            assert said != "fine", "what works opens nothing"
        if self.trial is not None and era == self.trial[0]:
            self.trial = None

    @invariant()
    def it_is_never_out_of_reach(self) -> None:
        assert 0 <= self.circuit.wait() <= LONGEST_BROKEN
        if not self.circuit.room(50):
            assert self.circuit.wait() > 0, "whoever waits knows how long"


Circuits.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCircuits = Circuits.TestCase
