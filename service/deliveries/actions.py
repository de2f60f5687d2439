"""What a person may do with a broadcast now: each use case is asked what it would refuse, so no screen has rules of its own."""

from datetime import datetime
from typing import Literal

from service.actors import Actor
from service.broadcasts import BroadcastView, refusal_of_approval, refusal_of_edit, refusal_of_return, refusal_of_submission
from service.clock import QuietHours
from service.deliveries.control.repeating import refusal_of_repeating
from service.deliveries.control.resuming import refusal_of_resume
from service.deliveries.control.stopping import refusal_of_cancel, refusal_of_pause
from service.deliveries.figures.progress import Progress
from service.errors import LoaError

BroadcastAction = Literal["edit", "submit", "return", "approve", "pause", "resume", "cancel", "retry-failed", "repeat-uncertain"]
"""As the API's paths name them; `edit` is PATCH."""


def actions_of(
    view: BroadcastView, actor: Actor, progress: Progress, *, now: datetime, quiet: QuietHours | None = None
) -> tuple[BroadcastAction, ...]:
    """Returns what would not be refused to this person for the broadcast's state and times.

    `progress`: the broadcast's; `quiet`: the quiet hours. What only a look at the lists, the texts or the unit's readiness
    tells is refused when it is asked for (`foresee` says some of it before); so is a second try where every number is dead.
    """
    refusals: dict[BroadcastAction, LoaError | None] = {
        "edit": refusal_of_edit(view, actor),
        "submit": refusal_of_submission(view, actor, now, quiet),
        "return": refusal_of_return(view, actor),
        "approve": refusal_of_approval(view, actor, now, quiet),
        "pause": refusal_of_pause(view, actor),
        "resume": refusal_of_resume(view, actor, now),
        "cancel": refusal_of_cancel(view, actor),
        "retry-failed": refusal_of_repeating(view, actor, now, deliveries=progress.failed),
        "repeat-uncertain": refusal_of_repeating(view, actor, now, deliveries=progress.uncertain),
    }
    return tuple(action for action, refusal in refusals.items() if refusal is None)
