"""What to do with a refusal: a decision, taken from what its code means and the number of attempts. Nothing here waits."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from service.carriers import Refused, Retry, meaning_of
from service.deliveries.answers.failures import MOST_RETURNS

MOST_ATTEMPTS = 30_000
"""As far as they can be counted: what is temporary is tried as long as its warning is valid."""
_FIRST = 1.0
_LONGEST_IN_TROUBLE = 20.0  # half of it is as long as a circuit stays open: by then others have been the trial


@dataclass(frozen=True, slots=True)
class Decision:
    """`waiting`, with the time of the next try if there is one to keep, or `failed`. `own`: for reasons of the delivery's own."""

    becomes: Literal["waiting", "failed"]
    retry_at: datetime | None = None
    own: bool = False


def asks_to_slow_down(refused: Refused) -> bool:
    """Tells whether a refusal says that we are too fast for its provider. A mailbox that is full (4.2.2) says no such thing."""
    return meaning_of(refused.code, refused.error_class).slows_down


def decide(
    refused: Refused,
    attempt: int,
    returned: int,
    *,
    stops: bool,
    works: bool,
    now: datetime,
    expires_at: datetime,
    chance: random.Random,
) -> Decision:
    """Decides what becomes of a delivery that was surely not taken.

    `returned`: how often it was refused for reasons of its own before. `stops`: the provider takes nothing more of its broadcast;
    it waits for another provider, or for whoever resumes it. `works`: the provider's circuit is closed. What is temporary is
    tried again as its code says, else after 1, 2, 4 ... seconds, half of it by chance: at most 20, or where a provider that works
    asks for less, 15 minutes. Nothing waits beyond the warning's expiry.
    """
    means = meaning_of(refused.code, refused.error_class)
    if stops:
        return Decision("failed") if returned + 1 >= MOST_RETURNS else Decision("waiting", own=True)
    if (retry := means.retry) is not None:
        if returned >= retry.most and not means.slows_down:
            return Decision("failed")
        pause = _within(retry, chance)
    elif refused.error_class == "temporary" and attempt < MOST_ATTEMPTS:
        longest = means.longest if means.of_recipient or (means.slows_down and works) else _LONGEST_IN_TROUBLE
        pause = min(longest, _FIRST * 2 ** min(attempt - 1, 20)) * (0.5 + chance.random() / 2)
    else:
        return Decision("failed")
    at = now + timedelta(seconds=pause)
    return Decision("waiting", at, own=retry is not None) if at < expires_at else Decision("failed")


def _within(retry: Retry, chance: random.Random) -> float:
    return retry.after + chance.random() * (retry.up_to - retry.after)
