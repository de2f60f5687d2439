"""The life of a broadcast as a table: every transition there is, and no other. Pure; `transitions` applies it.

draft ⇄ pending_approval ──► approved ──► sending ⇄ completed
  ▲            │                │ ▲          │ ▲
  └─ returned ◄┘                ▼ │          ▼ │
                              paused ◄───────┴─┘   cancelled: from anything not yet completed
"""

from enum import StrEnum

from service.errors import Conflict


class State(StrEnum):
    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    RETURNED = "returned"
    APPROVED = "approved"
    SENDING = "sending"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.DRAFT, State.PENDING_APPROVAL, State.CANCELLED}),
    State.PENDING_APPROVAL: frozenset({State.DRAFT, State.RETURNED, State.APPROVED, State.CANCELLED}),
    State.RETURNED: frozenset({State.DRAFT, State.PENDING_APPROVAL, State.CANCELLED}),
    State.APPROVED: frozenset({State.SENDING, State.PAUSED, State.CANCELLED}),
    State.SENDING: frozenset({State.PAUSED, State.COMPLETED, State.CANCELLED}),
    State.PAUSED: frozenset({State.APPROVED, State.SENDING, State.CANCELLED}),
    State.COMPLETED: frozenset({State.SENDING}),
    State.CANCELLED: frozenset(),
}
"""Draft to draft is an edit. Paused before planning goes back to approved, after it to sending. Completed goes back to sending
when some of it is tried again.
"""

UNAPPROVED = frozenset({State.DRAFT, State.PENDING_APPROVAL, State.RETURNED})
"""Nothing of it may leave yet."""

ENDED = frozenset({State.COMPLETED, State.CANCELLED})
"""Nothing more happens by itself."""


def sources(becomes: State) -> frozenset[State]:
    """Returns the states from which a broadcast may become this one."""
    return frozenset(was for was, after in TRANSITIONS.items() if becomes in after)


def refusal_of_transition(was: str, becomes: State) -> Conflict | None:
    """Returns `Conflict("broadcast.not_allowed_in_state")` where there is no such transition."""
    return None if becomes in TRANSITIONS[State(was)] else not_allowed_in(was)


def not_allowed_in(state: str) -> Conflict:
    """Makes the refusal of what this state does not allow; it says the state in words."""
    return Conflict("broadcast.not_allowed_in_state", state=(f"state.{State(state)}",))
