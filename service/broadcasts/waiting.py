"""When a warning may leave at the earliest: its own time, and the end of quiet hours, which only an emergency does not keep."""

from datetime import datetime
from typing import Literal

from service.broadcasts.lifecycle import UNAPPROVED, State
from service.broadcasts.queries import BroadcastView
from service.clock import QuietHours

WaitsFor = Literal["schedule", "quiet_hours"]


def waits_until(urgency: str, send_at: datetime | None, quiet: QuietHours | None, now: datetime) -> datetime | None:
    """Returns the moment before which nothing of it leaves; None: now."""
    starts = max(now, send_at or now)
    quiet_ends = quiet.end_after(starts) if quiet and urgency != "emergency" else None
    return quiet_ends or (starts if starts > now else None)


def waiting_of(view: BroadcastView, quiet: QuietHours | None, now: datetime) -> tuple[datetime, WaitsFor] | None:
    """Says what a warning waits for, or would wait for if it were approved now, and until when; None where nothing keeps it."""
    until = None
    if view.state in UNAPPROVED and not {"sms", "email"} & set(view.channels):  # published only
        return None
    if view.planned_at is None and view.state not in (State.COMPLETED, State.CANCELLED):
        until = waits_until(view.urgency, view.send_at, quiet, now)
    elif view.state in (State.SENDING, State.PAUSED) and view.waits_until and view.waits_until > now:
        until = view.waits_until
    if until is None:
        return None
    return until, "schedule" if until == view.send_at else "quiet_hours"
