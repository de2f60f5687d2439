"""Why a broadcast stands where it stands, in one sentence for whoever looks at it."""

from collections.abc import Mapping
from datetime import datetime

from service.broadcasts.lifecycle import UNAPPROVED, State
from service.broadcasts.queries import BroadcastView
from service.broadcasts.waiting import WaitsFor
from service.clock import LOCAL
from service.errors import FieldError
from service.languages import Language, Phrase
from service.languages import gettext_lazy as _
from service.sentences import SENTENCES, sentence

_STOPPED: Mapping[str, Phrase] = {
    "broadcast.audience_grew": _(
        "The audience has grown by more than 5% since approval. An approver looks at the new number and resumes, or cancels."
    ),
    **dict.fromkeys(
        ("audience.class_unknown", "audience.grade_unknown", "audience.unit_unknown"),
        _(
            "The lists have changed since approval: a class, grade or unit of this warning is gone. "
            "Import the list again and resume, or cancel."
        ),
    ),
    "unit.not_ready": _("The unit is not ready to send. Complete what is missing, then resume."),
    "sender.other": _(
        "The carrier says it left under another name than the registered sender's; parents may take it for a false one. "
        "Ask the carrier."
    ),
    "broadcast.overdue": _("The warning expired before all of it was sent. What had not left is not sent."),
}
_BY_CARRIER = _("Paused: {reason} Resume once that is set right, or cancel.")
_CANCELLED = _("It was cancelled. What had not left is not sent.")
_RESTS = _("The carrier takes nothing now. It is tried again at {time}.")
_STALLED = _(
    "Nothing has left since {time:moment}. It is tried again by itself; no new warning is needed. "
    "If it lasts, tell whoever operates Loa."
)
_WAITS: Mapping[WaitsFor, Phrase] = {
    "schedule": _("It will be sent at {time:moment}."),
    "quiet_hours": _("Quiet hours. What has not left will be sent from {time:moment}."),
}


_WOULD_WAIT: Mapping[WaitsFor, Phrase] = {
    "schedule": _("Once approved, it will be sent at {time:moment}."),
    "quiet_hours": _("Quiet hours: even once approved it waits until {time:moment}. Only an emergency does not wait."),
}


def note_of(
    view: BroadcastView,
    waits: tuple[datetime, WaitsFor] | None,
    language: Language,
    *,
    carrier_says: str | None = None,
    not_sent: int = 0,
    hinders: FieldError | None = None,
    rests: datetime | None = None,
) -> str | None:
    """Explains, in a sentence or more, what keeps a broadcast; None where there is nothing to explain.

    `carrier_says`: the words of a pause that a carrier's answer brought about. `not_sent`: how many of its deliveries never left.
    `hinders`: what it would be refused for, if it were submitted or approved now. `rests`: its carriers take nothing now, and are
    tried again then.
    """
    if view.state in UNAPPROVED:
        return _before_approval(waits, hinders, rests, language)
    if view.state == State.COMPLETED:
        overdue = not_sent and view.completed_at and view.completed_at >= view.expires_at
        said = "broadcast.overdue" if overdue else view.pause_reason
        return _STOPPED[said].in_(language) if said is not None and said in _STOPPED else None
    if view.state == State.CANCELLED and view.pause_reason is None:
        return _CANCELLED.in_(language)
    if view.state in (State.PAUSED, State.CANCELLED) and view.pause_reason is not None:
        words = _STOPPED.get(view.pause_reason)
        if words is None and view.pause_reason not in SENTENCES:
            return _BY_CARRIER.in_(language, reason=carrier_says)
        return words.in_(language) if words else sentence(view.pause_reason, language)
    return _waiting(view, waits, rests, language)


def _waiting(
    view: BroadcastView, waits: tuple[datetime, WaitsFor] | None, rests: datetime | None, language: Language
) -> str | None:
    if waits is not None:
        until, what_for = waits
        return _WAITS[what_for].in_(language, time=until)
    if rests is not None:
        return _resting(rests, language)
    stalled = view.stalled_since if view.state in (State.APPROVED, State.SENDING) else None
    return _STALLED.in_(language, time=stalled) if stalled else None


def _before_approval(
    waits: tuple[datetime, WaitsFor] | None, hinders: FieldError | None, rests: datetime | None, language: Language
) -> str | None:
    if hinders is not None:
        return sentence(hinders.code, language, hinders.values)
    if waits is None:
        return _resting(rests, language) if rests else None
    until, what_for = waits
    return _WOULD_WAIT[what_for].in_(language, time=until)


def _resting(until: datetime, language: Language) -> str:
    return _RESTS.in_(language, time=until.astimezone(LOCAL).strftime("%H:%M:%S"))
