"""What is said of a broadcast and of its messages, in a language whose every sentence is bracketed: no word of ours stays outside."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from contact_registry.audiences import LeftOut
from service.broadcasts import BroadcastView, State, note_of, why
from service.broadcasts.notes import _STOPPED
from service.errors import FieldError
from service.languages import Language
from tests.factories.languages import left_behind

NOW = datetime(2026, 9, 7, 6, 30, tzinfo=UTC)
_REASONS = (None, *_STOPPED, "sender.pinned", "twilio.30007")


def view(state: State, reason: str | None) -> BroadcastView:
    """A broadcast in this state, with what a note reads of it."""
    values: dict[str, Any] = dict.fromkeys((each.name for each in fields(BroadcastView)), None)
    known = {"state": state, "pause_reason": reason, "completed_at": NOW, "expires_at": NOW, "stalled_since": NOW}
    return BroadcastView(**{**values, **known})


@pytest.mark.parametrize("reason", _REASONS)
@pytest.mark.parametrize("state", State)
def test_notes(state: State, reason: str | None, pseudo: Language) -> None:
    waiting = (None, (NOW + timedelta(hours=1), "schedule"), (NOW + timedelta(hours=1), "quiet_hours"))
    hindering = (None, FieldError("channels", "broadcast.audience_empty"))
    for waits, rests, hinders, not_sent in product(waiting, (None, NOW), hindering, (0, 3)):
        said = note_of(
            view(state, reason),
            waits,  # type: ignore[arg-type]
            pseudo,
            carrier_says="7.",
            rests=rests,
            hinders=hinders,
            not_sent=not_sent,
        )
        assert left_behind(said or "") == []


def test_why_somebody_is_left_out(pseudo: Language) -> None:
    assert {each: left for each in LeftOut if (left := left_behind(why(each, pseudo)))} == {}
