"""The way of a channel's messages: the first provider that works and takes the broadcast;
what nobody can know of goes to none.
"""

from collections.abc import Sequence

import pytest

from workers.carriers import Circuit, Provider, Route
from workers.carriers.routes import FEW
from workers.channels.base import Accepted, Outcome, Refused, Unknown

BROADCAST, OTHER = 7, 8
SUSPENDED = Refused("twilio.30002", "config")
REGION = Refused("twilio.21408", "config")
TOO_LONG = Refused("twilio.21617", "content")
PAIR = Refused("twilio.21612", "config")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def route(*names: str) -> tuple[Route[None], Clock]:
    clock = Clock()
    return Route([Provider(name, None, Circuit(name, clock)) for name in names]), clock


def goes_to(by: Route[None], broadcast: int = BROADCAST) -> str | None:
    turn = by.turn(broadcast, 50)
    return turn.provider.name if turn else None


def answered(by: Route[None], outcomes: Sequence[Outcome], broadcast: int = BROADCAST) -> None:
    turn = by.turn(broadcast, 50)
    assert turn is not None
    calls = turn.begin()
    for outcome in outcomes:
        by.heard(broadcast, calls, outcome)


def test_the_first_that_works_carries() -> None:
    by, clock = route("twilio", "twilio-2")
    assert goes_to(by) == "twilio"
    answered(by, [Unknown("timeout")] * 5)
    assert goes_to(by) == "twilio-2"
    assert by.takes(BROADCAST)
    answered(by, [Refused("connect", "temporary")] * 5)
    assert goes_to(by) is None
    assert by.takes(BROADCAST), "both will be back"
    assert by.wait(BROADCAST) == 1.0
    clock.now += 1
    answered(by, [Accepted("SM1")])
    assert goes_to(by) == "twilio"


def test_an_account_that_is_not_wanted_sends_everybodys_messages_elsewhere() -> None:
    by, _ = route("twilio", "twilio-2")
    answered(by, [SUSPENDED])
    assert (goes_to(by), goes_to(by, OTHER)) == ("twilio-2", "twilio-2")
    answered(by, [SUSPENDED])
    assert goes_to(by) is None
    assert not by.takes(BROADCAST)
    assert not by.takes(OTHER)
    assert by.wait(BROADCAST) == 60.0


@pytest.mark.parametrize("refused", [REGION, TOO_LONG])
def test_what_one_provider_will_not_take_of_a_broadcast_goes_to_the_next_and_other_broadcasts_stay(refused: Refused) -> None:
    by, _ = route("twilio", "twilio-2")
    answered(by, [refused])
    assert (goes_to(by), goes_to(by, OTHER)) == ("twilio-2", "twilio")
    answered(by, [refused])
    assert not by.takes(BROADCAST)
    assert by.takes(OTHER)
    by.forget(BROADCAST)
    assert goes_to(by) == "twilio", "whoever resumes it has set something right"


def test_some_pairs_that_cannot_be_are_the_numbers_matter_and_many_are_ours() -> None:
    by, _ = route("twilio")
    turn = by.turn(BROADCAST, 50)
    assert turn is not None
    calls = turn.begin()
    for _ in range(FEW + 1):
        for _ in range(200):
            by.heard(BROADCAST, calls, Accepted("SM1"))
        by.heard(BROADCAST, calls, PAIR)
    assert not by.stops(BROADCAST, calls, PAIR)
    assert by.takes(BROADCAST)
    for _ in range(8):
        by.heard(BROADCAST, calls, PAIR)
    assert by.stops(BROADCAST, calls, PAIR)
    assert not by.takes(BROADCAST)


def test_a_few_of_a_small_school_say_nothing_yet() -> None:
    by, _ = route("twilio")
    answered(by, [PAIR] * (FEW - 1))
    assert by.takes(BROADCAST)
    answered(by, [PAIR])
    assert not by.takes(BROADCAST)


def test_a_share_is_one_of_messages_and_not_of_how_often_they_were_tried() -> None:
    """A bad hour before would hide that everybody's fail."""
    by, _ = route("twilio")
    turn = by.turn(BROADCAST, 50)
    assert turn is not None
    for outcome in [Refused("smtp.450.4.2.2", "temporary")] * 5000 + [Accepted("SM1")] * 100 + [PAIR] * FEW:
        by.heard(BROADCAST, turn.begin(), outcome)
    assert by.stops(BROADCAST, turn.begin(), PAIR)


def test_a_channel_nobody_carries_takes_nothing() -> None:
    by, _ = route()
    assert (goes_to(by), by.takes(BROADCAST), by.wait(BROADCAST)) == (None, False, 0.0)


def test_whoever_was_called_is_asked_and_all_where_nobody_knows() -> None:
    by, _ = route("twilio", "twilio-2")
    assert [each.name for each in by.named("twilio-2")] == ["twilio-2"]
    for unknown in (None, "twilio-9"):
        assert [each.name for each in by.named(unknown)] == ["twilio", "twilio-2"]


def test_a_channel_rests_only_where_none_of_its_carriers_takes_anything() -> None:
    assert Route[None]([]).rests() is None
    by, clock = route("first", "second")
    assert by.rests() is None
    answered(by, [SUSPENDED])
    assert by.rests() is None, "the second takes it"
    answered(by, [SUSPENDED])
    assert by.rests() == 60.0
    clock.now += 45
    assert by.rests() == 15.0
    clock.now += 15
    assert by.rests() is None, "whoever sends something now is the trial; where nobody does nothing is noted for ever"
