"""What a unit must have in place, and what follows where it has not. Pure.

never complete      no list, no warning
lapsed              no list, no advisory; an urgent or emergency warning still goes: the harm of silence is greater
ready
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.clock import last_day_of
from service.errors import Conflict


class Part(StrEnum):
    """Points 2, 3 and 5 of the department's letter."""

    DATA_RULE = "data_rule"
    LEAD = "data_protection_lead"
    CARD = "verification_card"


class PartState(StrEnum):
    """Where a part is."""

    MISSING = "missing"
    WAITING = "waiting_for_acceptance"
    STANDING = "standing"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Readiness:
    """`missing`: never had. `lapsed`: had, for a school year that is over.
    `waiting`: somebody is named as lead and has not accepted.
    """

    missing: tuple[Part, ...] = ()
    lapsed: tuple[Part, ...] = ()
    waiting: bool = False

    @property
    def ready(self) -> bool:
        return not self.missing and not self.lapsed

    @property
    def blocks(self) -> str:
        """What is held back now: a code of `service.sentences.WORDS`."""
        if self.missing:
            return "blocks.everything"
        return "blocks.lists_and_advisories" if self.lapsed else "blocks.nothing"

    def state(self, part: Part) -> PartState:
        if part not in self.missing + self.lapsed:
            return PartState.STANDING
        if part is Part.LEAD and self.waiting:
            return PartState.WAITING
        return PartState.MISSING if part in self.missing else PartState.LAPSED

    def require_for_list(self) -> None:
        """Returns nothing, or raises `Conflict("unit.not_ready")`."""
        if not self.ready:
            raise self._refusal()

    def require_for_sending(self, urgency: str) -> None:
        """Returns nothing, or raises `Conflict("unit.not_ready")`. A lapse holds back advisories only."""
        if self.missing or (self.lapsed and urgency == "advisory"):
            raise self._refusal()

    def _refusal(self) -> Conflict:
        absent = [part for part in Part if part in self.missing + self.lapsed]
        return Conflict("unit.not_ready", parts=tuple(f"{part}.{self.state(part)}" for part in absent))


def judged(*, rule: str | None, lead: str | None, named: str | None, card: str | None, today: date) -> Readiness:
    """Judges readiness by the school years of the latest rule, of the latest accepted lead, of a lead named since, and of the
    latest card.
    """
    standing = tuple(zip(Part, (rule, lead, card), strict=True))
    return Readiness(
        missing=tuple(part for part, year in standing if year is None),
        lapsed=tuple(part for part, year in standing if year is not None and today > last_day_of(year)),
        waiting=named is not None and today <= last_day_of(named),
    )
