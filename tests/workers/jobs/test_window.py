"""The places of a process: never more than there are, a share for every channel, and the first chunk of a channel served whole."""

from hypothesis import given
from hypothesis import strategies as st

from workers.jobs.window import Window


def test_one_channel_has_all_places_and_its_first_chunk_takes_them() -> None:
    window = Window(50, 50)
    window.join("email")
    window.join("email")
    assert window.take("email", 500) == 50
    assert window.take("email", 500) == 0
    window.give_back("email", 20)
    assert window.take("email", 500) == 20


def test_a_slow_channel_leaves_another_its_share() -> None:
    window = Window(50, 50)
    window.join("sms")
    window.join("email")
    assert window.take("sms", 500) == 25
    assert window.take("email", 500) == 25


def test_what_a_channel_holds_beyond_its_share_goes_to_the_newcomer_as_it_comes_home() -> None:
    window = Window(50, 50)
    window.join("sms")
    assert window.take("sms", 500) == 50
    window.join("email")
    assert window.take("email", 500) == 0
    assert window.take("sms", 500, freed=20) == 0, "20 of 50 come home: 30 are still held, and 25 is the share"
    window.give_back("sms", 20)
    assert window.take("email", 500) == 20
    assert window.take("sms", 500, freed=10) == 5


def test_a_channel_that_is_alone_leaves_places_for_one_that_comes() -> None:
    window = Window()
    window.join("email")
    assert window.take("email", 500) == 50
    window.join("sms")
    assert window.take("sms", 500) == 10
    window.give_back("email", 50)
    assert window.take("sms", 500) == 20
    assert window.take("email", 500) == 30


def test_when_a_channel_has_left_its_share_is_free_again() -> None:
    window = Window(50, 50)
    window.join("sms")
    window.join("email")
    window.leave("email")
    assert window.take("sms", 500) == 50


@given(st.lists(st.tuples(st.sampled_from(["sms", "email"]), st.integers(0, 80), st.integers(0, 60)), max_size=60))
def test_never_more_than_there_are(steps: list[tuple[str, int, int]]) -> None:
    window, held = Window(50, 50), {"sms": 0, "email": 0}
    window.join("sms")
    window.join("email")
    for channel, wanted, home in steps:
        freed = min(home, held[channel])
        count = window.take(channel, wanted, freed=freed)
        assert 0 <= count <= wanted
        window.give_back(channel, max(0, freed - count))
        held[channel] += count - freed
        assert sum(held.values()) <= 50
        assert held[channel] >= 0
