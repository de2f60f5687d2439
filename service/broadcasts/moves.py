"""What a person may do with a broadcast now: the rules of every use case in one look, so that no screen has rules of its own."""

from datetime import datetime
from typing import Literal

from service.actors import Actor
from service.broadcasts.foreseeing import times_of
from service.broadcasts.lifecycle import TRANSITIONS, State
from service.broadcasts.queries import BroadcastView
from service.broadcasts.timing import untimely
from service.clock import QuietHours

Move = Literal["edit", "submit", "return", "approve", "pause", "resume", "cancel", "retry-failed", "repeat-uncertain"]
"""As the API's paths name them; `edit` is PATCH."""


def moves_of(
    view: BroadcastView, actor: Actor, *, failed: int, uncertain: int, now: datetime, quiet: QuietHours | None = None
) -> tuple[Move, ...]:
    """What would not be refused for its state, its time or the person. `failed`, `uncertain`: how many deliveries are."""
    state, may = State(view.state), actor.permissions
    after, in_time = TRANSITIONS[state], not any(untimely(times_of(view), quiet, now))
    author = actor.account_id in (view.author_id, *view.editor_ids)
    stopped_or_under_way = state in (State.SENDING, State.PAUSED, State.COMPLETED) and view.planned_at is not None
    write, decide = "broadcasts:write" in may, "broadcasts:approve" in may
    possible: dict[Move, bool] = {
        "edit": write and State.DRAFT in after,
        "submit": write and in_time and State.PENDING_APPROVAL in after,
        "return": decide and State.RETURNED in after,
        "approve": decide and in_time and not author and state == State.PENDING_APPROVAL,
        "pause": decide and State.PAUSED in after,
        "resume": decide and state == State.PAUSED and view.expires_at > now,
        "cancel": (write if view.record_id is None else decide) and State.CANCELLED in after,
        "retry-failed": decide and stopped_or_under_way and failed > 0 and view.expires_at > now,
        "repeat-uncertain": decide and stopped_or_under_way and uncertain > 0 and view.expires_at > now,
    }
    return tuple(move for move, allowed in possible.items() if allowed)
