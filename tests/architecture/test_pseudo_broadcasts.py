"""What is said of a broadcast and of its messages, in a language whose every sentence is bracketed:
no word of ours stays outside.
"""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from contact_registry.audiences import LeftOut
from service.broadcasts import BroadcastView, State, note_of, why
from service.broadcasts.notes import _STOPPED
from service.carriers import mail_words, words
from service.deliveries import in_words
from service.deliveries.answers.reasons import _OURS
from service.deliveries.figures import not_reached
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


def test_reasons_of_messages(pseudo: Language) -> None:
    steps = [f"smtp.{step}" for step in mail_words._REFUSED] + ["smtp"]
    mail = [f"{step}.{kind}50{tail}" for step in steps for kind in (4, 5) for tail in _enhanced(kind)]
    line = [f"{start}.7" for start, _ in words._LINE_BY_BEGINNING]
    twilio = [f"twilio.{code}" for code in words._TWILIO]
    for code in (*_OURS, *twilio, *mail_words._BY_CODE, *mail, *words._LINE, *line, "provider.31999", "smtp.535"):
        said = (in_words(code, pseudo) or code).replace(code, "")
        assert left_behind(said) == [], code


def _enhanced(kind: int) -> list[str]:
    known = {*mail_words._OF_REFUSAL, *mail_words._OF_DELAY}
    return ["", *(f".{kind}.{each if '.' in each else each + '.0'}" for each in sorted(known))]


def test_why_a_class_teacher_should_call_somebody(pseudo: Language) -> None:
    said = [not_reached._SINCE, not_reached._DOUBT, not_reached._AGAIN.with_(why=not_reached._DOUBT)]
    assert [left for each in said if (left := left_behind(each.in_(pseudo)))] == []
