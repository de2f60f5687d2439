"""The life of a delivery as a table: every move that exists, and no other. Pure.

    waiting ──► calling ──► accepted ──► delivered
       ▲          │  │          └──────► failed ──► delivered
       │          │  └► uncertain ──► accepted, delivered, failed
       └──────────┴──────────┘ surely not taken

The database's `delivery_moves()` is its twin and refuses anything else, whoever asks; a test holds the two equal.
"""

from typing import Literal

State = Literal["waiting", "calling", "accepted", "delivered", "failed", "not_sent", "uncertain"]
Shown = Literal["waiting", "sending", "accepted", "delivered", "failed", "not_sent", "uncertain"]
"""As the API and the screens say it: what is `calling` is being sent."""

MOVES: frozenset[tuple[State, State]] = frozenset(
    {
        ("waiting", "calling"),
        ("waiting", "not_sent"),
        # A receipt of an earlier attempt, which was thought not to have been taken.
        ("waiting", "accepted"),
        ("waiting", "delivered"),
        ("calling", "accepted"),
        ("calling", "delivered"),
        ("calling", "failed"),
        ("calling", "waiting"),
        ("calling", "uncertain"),
        ("uncertain", "accepted"),
        ("uncertain", "delivered"),
        ("uncertain", "failed"),
        ("uncertain", "waiting"),
        ("accepted", "delivered"),
        ("accepted", "failed"),
        ("failed", "waiting"),
        # A carrier corrects itself, or an earlier attempt came through after all.
        ("failed", "delivered"),
    }
)


def sources(becomes: State) -> list[State]:
    """Returns the states from which a delivery may become this one."""
    return sorted(was for was, after in MOVES if after == becomes)
