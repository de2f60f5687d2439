"""What a unit must have in place, and what follows where it has not. Pure.

never complete      no list, no warning
lapsed              no list, no advisory; an urgent or emergency warning still goes: the harm of silence is greater
ready
"""

from dataclasses import dataclass
from enum import StrEnum

from service.errors import Conflict


class Part(StrEnum):
    """Points 2, 3 and 5 of the department's letter."""

    DATA_RULE = "data_rule"
    LEAD = "data_protection_lead"
    CARD = "verification_card"


@dataclass(frozen=True, slots=True)
class Readiness:
    """`missing`: never had, or a lead who has not accepted. `lapsed`: had, for a school year that is over."""

    missing: tuple[Part, ...] = ()
    lapsed: tuple[Part, ...] = ()

    @property
    def ready(self) -> bool:
        return not self.missing and not self.lapsed

    def require_for_list(self) -> None:
        """Returns nothing, or raises `Conflict("unit.not_ready")`."""
        if not self.ready:
            raise self._refusal()

    def require_for_sending(self, urgency: str) -> None:
        """Returns nothing, or raises `Conflict("unit.not_ready")`. A lapse holds back advisories only."""
        if self.missing or (self.lapsed and urgency == "advisory"):
            raise self._refusal()

    def _refusal(self) -> Conflict:
        return Conflict("unit.not_ready", parts=", ".join((*self.missing, *self.lapsed)))
