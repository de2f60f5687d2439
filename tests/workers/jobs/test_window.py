"""The places of a process: never more than there are, each channel's by themselves,
and the first chunk of a channel served whole.
"""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tests.factories.waiting import a_turn
from workers.kept.window import GROUPS, Window

_PLACES = {"sms": 100, "email": 50}  # a killed worker leaves no more letters in doubt


def test_a_channels_first_chunk_takes_what_there_is() -> None:
    window = Window()
    assert window.take("email", 500) == 50
    assert window.take("email", 500) == 0
    window.give_back("email", 20)
    assert window.take("email", 500) == 20


def test_a_slow_channel_takes_nothing_from_another() -> None:
    window = Window()
    assert window.take("email", 500) == 50
    assert window.take("sms", 500) == 100


def test_places_that_a_round_frees_are_taken_again_before_others() -> None:
    window = Window()
    assert window.take("email", 50) == 50
    assert window.take("email", 30, freed=20) == 20, "the other 30 are still held"
    window.give_back("email", 5)
    assert window.take("email", 30, freed=20) == 25


def test_a_group_is_half_of_the_places_and_never_more_than_fifty() -> None:
    assert {channel: 2 * group for channel, group in GROUPS.items()} == _PLACES
    assert max(GROUPS.values()) <= 50


async def test_who_waits_is_woken_by_places_of_its_channel_only() -> None:
    window = Window()
    window.take("sms", 100)
    waiting = asyncio.create_task(window.change("sms"))
    await a_turn()
    window.give_back("email", 3)
    window.give_back("sms", 0)
    await a_turn()
    assert not waiting.done()
    window.give_back("sms", 1)
    await asyncio.wait_for(waiting, 1)


async def test_places_given_back_before_the_wait_began_are_not_overheard() -> None:
    window = Window()
    window.take("sms", 100)
    waiting = window.change("sms")
    window.give_back("sms", 1)
    await asyncio.wait_for(waiting, 1)


@given(st.lists(st.tuples(st.sampled_from(["sms", "email"]), st.integers(0, 120), st.integers(0, 60)), max_size=60))
def test_never_more_than_there_are(steps: list[tuple[str, int, int]]) -> None:
    window, held = Window(), {"sms": 0, "email": 0}
    for channel, wanted, home in steps:
        freed = min(home, held[channel])
        count = window.take(channel, wanted, freed=freed)
        assert 0 <= count <= wanted
        window.give_back(channel, max(0, freed - count))
        held[channel] += count - freed
        assert 0 <= held[channel] <= _PLACES[channel]
