"""What to do with a refusal: a decision, taken from the error's class and the number of attempts. Nothing here waits."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

MOST_ATTEMPTS = 12
_FIRST = 1.0
_LONGEST = 300.0


@dataclass(frozen=True, slots=True)
class Decision:
    """`waiting` with the time of the next try, or `failed`."""

    becomes: Literal["waiting", "failed"]
    retry_at: datetime | None = None


def decide(error_class: str, attempt: int, *, now: datetime, chance: random.Random) -> Decision:
    """Only what is temporary is tried again: after 1, 2, 4 ... seconds, at most 5 minutes, half of it by chance."""
    if error_class != "temporary" or attempt >= MOST_ATTEMPTS:
        return Decision("failed")
    pause = min(_LONGEST, _FIRST * 2 ** (attempt - 1))
    return Decision("waiting", now + timedelta(seconds=pause * (0.5 + chance.random() / 2)))
