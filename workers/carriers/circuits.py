"""A circuit between us and one provider: closed while it works, open while it does not, then one trial.

    closed ──► open ──► one trial ──► closed
                ▲           │
                └───────────┘ for twice as long

It opens for seconds when half of the latest answers were trouble or none of them was taken, and at once, for a minute or more,
when the provider wants nothing of our account. What a provider says of one number or one text is an answer like any other: it
works.

State of one process, for one event loop; nothing is kept elsewhere.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Literal

import structlog

from service.carriers import meaning_of
from workers.channels.base import Accepted, Outcome, Refused

_log = structlog.get_logger()

LATEST = 20
"""Answers that are looked at, none older than `_OLD` seconds."""
_OLD = 30.0
ENOUGH_TROUBLE = 5
ENOUGH_BUSY = 10
FIRST, LONGEST = 1.0, 10.0
"""Seconds it stays open: a provider that is back must be found within some."""
FIRST_BROKEN, LONGEST_BROKEN = 60.0, 600.0
"""The same where a person has to set something right first."""
TRIAL_LOST = 30.0
"""Seconds after which a trial nobody heard of is given to another."""

Verdict = Literal["fine", "busy", "trouble", "broken", "nothing"]


def verdict(outcome: Outcome) -> Verdict:
    """Judges what an answer says of the provider."""
    match outcome:
        case Accepted():
            return "fine"
        case Refused(code, error_class):
            means = meaning_of(code, error_class)
            if means.says_nothing:
                return "nothing"
            if means.of_account:
                return "broken"
            if means.error_class != "temporary" or means.of_recipient or (means.retry is not None and not means.slows_down):
                return "fine"  # of this number, this text, this mailbox
            return "busy" if means.slows_down else "trouble"
        case _:
            return "trouble"


class Circuit:
    """`clock`: seconds that only go forward."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._answers: deque[tuple[float, Verdict]] = deque(maxlen=LATEST)
        self._until: float | None = None  # open until then; afterwards one trial
        self._stays = 0.0
        self._trial: float | None = None  # when one began
        self._era = 0
        self.broken = False
        """Open, or on trial, because the provider wants nothing of our account."""

    @property
    def state(self) -> int:
        """For whoever watches: 0 closed, 1 open or on trial, 2 the same until a person has set something right."""
        return 0 if self._until is None else 1 + self.broken

    def room(self, wanted: int) -> int:
        """Returns how many calls may begin now: all of `wanted`, one as a trial, or none."""
        if self._until is None:
            return wanted
        now = self._clock()
        out = self._trial is not None and now - self._trial < TRIAL_LOST
        return 0 if out or now < self._until else min(wanted, 1)

    def begin(self) -> int:
        """Begins calls, no more than there was room for. What comes of them is told with the number this returns."""
        if self._until is not None:
            if self._trial is None:  # else one nobody heard of yet: its answer counts, however late it comes
                self._era += 1
            self._trial = self._clock()
        return self._era

    def withdraw(self, era: int) -> None:
        """Takes back calls that were not made after all: a trial is another's at once."""
        if era == self._era:
            self._trial = None

    def wait(self) -> float:
        """Returns the seconds until there may be room."""
        if self._until is None:
            return 0.0
        return max(self._until - self._clock(), FIRST if self._trial is not None else 0.0)

    def heard(self, era: int, outcome: Outcome) -> None:
        """Takes note of what came of a call. One that began before the circuit last changed says nothing of how it is now."""
        if era != self._era:
            return
        said = verdict(outcome)
        if said == "nothing":  # a trial that was none is another's at once
            self.withdraw(era)
            return
        if self._until is not None:
            self._trial = None
            if said == "fine":
                self._close()
            else:
                self._open(said, outcome)
            return
        now = self._clock()
        self._answers.append((now, said))
        if said == "broken" or (said != "fine" and self._failing(now)):
            self._open(said, outcome)

    def _failing(self, now: float) -> bool:
        latest = [said for at, said in self._answers if now - at <= _OLD]
        trouble, fine = latest.count("trouble"), latest.count("fine")
        return (trouble >= ENOUGH_TROUBLE and 2 * trouble >= len(latest)) or (len(latest) >= ENOUGH_BUSY and not fine)

    def _open(self, said: Verdict, outcome: Outcome) -> None:
        self.broken = said == "broken"
        first, longest = (FIRST_BROKEN, LONGEST_BROKEN) if self.broken else (FIRST, LONGEST)
        self._stays = min(longest, max(first, 2 * self._stays))
        self._until = self._clock() + self._stays
        self._era += 1
        tell = _log.error if self.broken else _log.warning
        tell("provider.circuit_open", provider=self._name, seconds=self._stays, reason=_code(outcome))

    def _close(self) -> None:
        self._until, self._stays, self.broken = None, 0.0, False
        self._answers.clear()
        self._era += 1
        _log.info("provider.circuit_closed", provider=self._name)


def _code(outcome: Outcome) -> str:
    match outcome:
        case Refused(code, _):
            return code
        case Accepted():
            return ""
        case unknown:
            return unknown.reason
