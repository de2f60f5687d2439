"""Hours in which nobody is woken, in Vietnam's time."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clock import LOCAL, QuietHours

NIGHT = QuietHours(time(21), time(6, 30))


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 9, day, hour, minute, second, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        (at(7, 20, 59, 59), None),
        (at(7, 21), at(8, 6, 30)),
        (at(7, 23, 59), at(8, 6, 30)),
        (at(8, 0), at(8, 6, 30)),
        (at(8, 6, 29, 59), at(8, 6, 30)),
        (at(8, 6, 30), None),
    ],
)
def test_a_night_ends_in_the_morning(moment: datetime, ends: datetime | None) -> None:
    assert NIGHT.end_after(moment.astimezone(UTC)) == ends


_times = st.times().map(lambda t: t.replace(microsecond=0))


@given(_times, _times, st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 - made aware below
def test_quiet_ends_within_a_day_and_not_inside_quiet(begins: time, ends: time, moment: datetime) -> None:
    if begins == ends:
        return
    quiet = QuietHours(begins, ends)
    local = moment.replace(tzinfo=LOCAL)
    end = quiet.end_after(local)
    if end is not None:
        assert local < end <= local + timedelta(days=1)
        assert quiet.end_after(end) is None
        assert end.astimezone(LOCAL).time() == ends


@pytest.mark.parametrize("written", ["21:00", "21:00-21:00", "9pm-6am", "25:00-06:00", ""])
def test_what_is_no_span_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        QuietHours.parse(written)


def test_there_may_be_none() -> None:
    assert QuietHours.parse("none") is None
    assert QuietHours.parse(" 21:00 - 06:30 ") == NIGHT
