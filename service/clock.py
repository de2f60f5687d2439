"""Time comes from here and is passed on: UTC in storage and code, Asia/Ho_Chi_Minh on screens.

Tests hand over a clock of their own; nothing of ours asks the system for the time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def system_clock() -> datetime:
    """Returns the time it is, aware, in UTC."""
    return datetime.now(UTC)


def on_screen(moment: datetime) -> str:
    """Writes a moment as every page and message does, in Vietnam's time: `07/09/2026 06:30`."""
    return _in_vietnam(moment).strftime("%d/%m/%Y %H:%M")


def day_on_screen(moment: datetime) -> str:
    """Writes a moment's day, in Vietnam's time: `07/09/2026`."""
    return _in_vietnam(moment).strftime("%d/%m/%Y")


def _in_vietnam(moment: datetime) -> datetime:
    """What is shown is never a fault: a moment that falls off the calendar there is shown as it was written."""
    try:
        return moment.astimezone(LOCAL)
    except OverflowError:
        return moment


def school_year_of(now: datetime) -> str:
    """Returns the school year that lists made at `now` belong to, written 2026-2027: from July on the coming one."""
    today = now.astimezone(LOCAL)
    first = today.year if today.month >= 7 else today.year - 1
    return f"{first}-{first + 1}"


def last_day_of(school_year: str) -> date:
    """Returns the last day on which what belongs to a school year still holds: 31 October behind it, so that August's lists have
    time.
    """
    return date(int(school_year.partition("-")[2]), 10, 31)


def oldest_school_year(now: datetime) -> str:
    """Returns the oldest school year that still holds: on 31 October 2027 it is 2026-2027, the day after 2027-2028."""
    today = now.astimezone(LOCAL)
    last = today.year if (today.month, today.day) <= (10, 31) else today.year + 1
    return f"{last - 1}-{last}"


def first_moment_of(school_year: str) -> datetime:
    """Returns when `school_year_of` begins to say so: 1 July, in Vietnam."""
    return datetime(int(school_year.partition("-")[0]), 7, 1, tzinfo=LOCAL)


def midnight_before(now: datetime) -> datetime:
    """Returns when the day that it is in Vietnam began."""
    return now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when, in Vietnam, nobody is written to whom it does not hurry;
    over midnight where `ends` is the earlier.
    """

    begins: time
    ends: time

    @classmethod
    def parse(cls, written: str) -> "QuietHours | None":
        """Reads `21:00-06:30`; `none`: there are none. Raises ValueError."""
        if written.strip().lower() == "none":
            return None
        begins, ends = (time.fromisoformat(part.strip()) for part in written.split("-"))
        if begins == ends or begins.tzinfo or ends.tzinfo:
            raise ValueError("quiet hours begin at one time of day and end at another, such as 21:00-06:30")
        return cls(begins, ends)

    def end_after(self, moment: datetime) -> datetime | None:
        """Returns when the quiet that holds at `moment` ends; None where none holds."""
        local = moment.astimezone(LOCAL)
        over_midnight = self.ends < self.begins
        inside = (
            local.time() >= self.begins or local.time() < self.ends if over_midnight else self.begins <= local.time() < self.ends
        )
        if not inside:
            return None
        day = local.date() + timedelta(days=int(over_midnight and local.time() >= self.begins))
        return datetime.combine(day, self.ends, LOCAL).astimezone(UTC)
