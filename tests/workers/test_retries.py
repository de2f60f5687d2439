"""What becomes of a refusal: only what is temporary is tried again by itself, in its own time,
and never beyond the warning's expiry.
"""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.carriers import ErrorClass
from service.deliveries.answers.failures import MOST_RETURNS
from workers.carriers.circuits import LONGEST
from workers.channels.base import Refused
from workers.retries import MOST_ATTEMPTS, Decision, asks_to_slow_down, decide

NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


def decided(
    code: str,
    error_class: ErrorClass,
    attempt: int = 1,
    *,
    returned: int = 0,
    stops: bool = False,
    works: bool = True,
    seed: int = 1,
) -> Decision:
    refused, chance = Refused(code, error_class), random.Random(seed)
    return decide(refused, attempt, returned, stops=stops, works=works, now=NOW, expires_at=LATER, chance=chance)


def test_a_refused_number_is_not_tried_again() -> None:
    assert decided("twilio.21211", "number") == Decision("failed")


def test_what_stops_a_broadcast_waits_for_whoever_resumes_it_but_not_for_ever() -> None:
    assert decided("twilio.21408", "config", stops=True) == Decision("waiting", own=True)
    assert decided("twilio.21408", "config", returned=MOST_RETURNS - 2, stops=True) == Decision("waiting", own=True)
    assert decided("twilio.21408", "config", returned=MOST_RETURNS - 1, stops=True) == Decision("failed")


@pytest.mark.parametrize(("code", "error_class"), [("twilio.21408", "config"), ("smtp.452.4.2.2", "temporary")])
def test_what_a_provider_in_trouble_refused_before_is_not_held_against_a_delivery(code: str, error_class: ErrorClass) -> None:
    assert not decided("connect", "temporary").own
    assert not decided("twilio.20429", "temporary").own
    after = decided(code, error_class, 300, stops=error_class == "config")
    assert (after.becomes, after.own) == ("waiting", True)


def test_below_its_share_such_a_refusal_ends_the_one_delivery() -> None:
    assert decided("twilio.21612", "config") == Decision("failed")


@given(st.integers(1, MOST_ATTEMPTS - 1), st.integers())
def test_where_less_is_asked_for_the_pause_doubles_up_to_a_quarter_of_an_hour_half_of_it_by_chance(
    attempt: int, seed: int
) -> None:
    at = decided("twilio.20429", "temporary", attempt, seed=seed).retry_at
    assert at is not None
    whole = min(900.0, 2.0 ** min(attempt - 1, 20))
    assert whole / 2 <= (at - NOW).total_seconds() <= whole


@given(
    st.sampled_from([("connect", False), ("connect", True), ("twilio.20503", True), ("twilio.20429", False)]),
    st.integers(1, MOST_ATTEMPTS - 1),
    st.integers(),
)
def test_a_provider_in_trouble_is_tried_every_few_seconds_for_others_first(
    case: tuple[str, bool], attempt: int, seed: int
) -> None:
    at = decided(case[0], "temporary", attempt, works=case[1], seed=seed).retry_at
    assert at is not None
    pause = (at - NOW).total_seconds()
    assert min(20.0, 2.0 ** min(attempt - 1, 20)) / 2 <= pause <= 20
    assert attempt < 6 or pause >= LONGEST, "longer than its circuit stays open"


def test_a_mailbox_has_its_own_time_whatever_its_provider_does() -> None:
    assert decided("smtp.452.4.2.2", "temporary", works=False) == decided("smtp.452.4.2.2", "temporary", works=True)


def test_nobody_counts_further_than_the_database_can() -> None:
    assert decided("connect", "temporary", MOST_ATTEMPTS) == Decision("failed")
    assert MOST_ATTEMPTS < 2**15 - 1


@pytest.mark.parametrize("code", ["twilio.20429", "twilio.21611", "smtp.421.4.3.2", "smtp.data.451", "smtp.mail.450.4.7.1"])
def test_a_provider_that_asks_for_less_is_given_time_rather_than_up(code: str) -> None:
    assert asks_to_slow_down(Refused(code, "temporary"))
    assert decided(code, "temporary", 1000).becomes == "waiting"


@pytest.mark.parametrize(
    "code", ["connect", "twilio.30003", "smtp.452.4.2.2", "smtp.451", "smtp.450.4.7.1", "smtp.login.454.4.7.0"]
)
def test_nobody_slows_down_for_what_is_of_one_phone_or_mailbox_or_for_a_dead_line(code: str) -> None:
    assert not asks_to_slow_down(Refused(code, "temporary"))


def test_a_relays_quota_of_this_minute_is_tried_again_within_it() -> None:
    for attempt in (1, 10, 1000):
        at = decided("smtp.mail.450.4.7.1", "temporary", attempt).retry_at
        assert at is not None
        assert (at - NOW).total_seconds() <= 20
    assert not decided("smtp.mail.450.4.7.1", "temporary").own, "it is nothing of the letter's"


@pytest.mark.parametrize("code", ["smtp.login.454.4.7.0", "smtp.starttls.454.4.7.0", "smtp.connect.421.4.7.0"])
def test_what_a_relay_says_before_any_letter_costs_a_letter_seconds(code: str) -> None:
    decision = decided(code, "temporary", 1000)
    assert decision.retry_at is not None
    assert (decision.retry_at - NOW).total_seconds() <= 20
    assert not decision.own


def test_one_recipients_delay_doubles_whatever_the_relay_does_for_others() -> None:
    for works in (True, False):
        at = decided("smtp.451", "temporary", 30, works=works).retry_at
        assert at is not None
        assert 450 <= (at - NOW).total_seconds() <= 900


@pytest.mark.parametrize(
    ("code", "error_class", "between", "most"),
    [
        ("twilio.30003", "temporary", (30, 60), 3),
        ("twilio.30004", "number", (24 * 60, 26 * 60), 1),
        ("twilio.30008", "temporary", (5, 15), 2),
        ("smtp.452.4.2.2", "temporary", (30, 60), 6),
        ("smtp.451.4.7.1", "temporary", (5, 10), 10_000),
    ],
)
def test_some_codes_have_a_time_of_their_own(code: str, error_class: ErrorClass, between: tuple[int, int], most: int) -> None:
    at = decided(code, error_class).retry_at
    assert at is not None
    assert between[0] <= (at - NOW).total_seconds() / 60 <= between[1]
    assert decided(code, error_class, returned=most - 1).becomes == "waiting"
    if most < 10_000:
        assert decided(code, error_class, returned=most) == Decision("failed")


@given(
    st.sampled_from(["connect", "twilio.20429", "twilio.30003", "smtp.451.4.7.1"]),
    st.integers(1, 40),
    st.floats(0, 7200),
    st.booleans(),
    st.integers(),
)
def test_nothing_waits_beyond_the_warnings_expiry(code: str, attempt: int, seconds: float, works: bool, seed: int) -> None:  # noqa: FBT001
    expires_at = NOW + timedelta(seconds=seconds)
    refused, chance = Refused(code, "temporary"), random.Random(seed)
    decision = decide(refused, attempt, 0, stops=False, works=works, now=NOW, expires_at=expires_at, chance=chance)
    assert (decision.retry_at is None) == (decision.becomes == "failed")
    if decision.retry_at is not None:
        assert NOW <= decision.retry_at < expires_at
