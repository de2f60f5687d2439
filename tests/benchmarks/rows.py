"""A figure and its limit, as a row of the table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`ours` and `limit` in `unit`, from the same run; `proof`: what was checked about the result."""

    what: str
    unit: str
    ours: float
    limit_is: str
    limit: float
    proof: str = ""

    @property
    def share(self) -> float:
        return self.ours / self.limit if self.limit else 0.0
