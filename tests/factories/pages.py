"""What the look-up page can be asked to show: an answer for each of its verdicts, from no database. Names have no letters."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from service.lookups import Answer, Outcome, RecordView
from service.lookups.answers import Recalled
from service.signing.comparison import Comparison, Difference

NUMBER = "4071 8826 3163"
_AT = datetime(2026, 9, 7, 0, 0, tzinfo=UTC)
_EMAIL = {"subject": "[1] 2", "text": "3\n4"}
_DIFFERENCES = (
    Difference("missing", "1", "", critical=False),
    Difference("added", "", "2", critical=True),
    Difference("changed", "3", "4", critical=False),
)


def record(**changes: Any) -> RecordView:
    """A signed warning as the page shows it."""
    given: dict[str, Any] = {
        "id": UUID(int=0),
        "kind": "scam_alert",
        "urgency": "urgent",
        "issuer_code": "1",
        "issuer_name": "1-2",
        "issued_at": _AT,
        "expires_at": _AT.replace(month=10),
        "texts": {"sms": {"unicode": "3: 4"}, "email": _EMAIL},
        "single_approval": False,
    }
    return RecordView(**(given | changes))


def answers() -> Mapping[str, tuple[Answer, str]]:
    """An answer for every verdict and every part that a page may have, each with what was typed, by what it is."""

    def found(outcome: Outcome = "found", *, view: RecordView | None = None, **changes: Any) -> tuple[Answer, str]:
        return Answer(outcome, number=NUMBER, record=view or record(), **changes), ""

    recalled = record(recalled=Recalled(_AT, "recall.other"))
    same, unaccented = Comparison("same"), Comparison("same", unaccented=True)
    whole = Comparison("different", _DIFFERENCES * 7, whole=True)
    return {
        "found": found(copied=True),
        **{
            f"found, {kind}": found(view=record(kind=kind))
            for kind in ("safety_advice", "verification_instructions", "recall", "?")
        },
        "found, by one person": found(view=record(single_approval=True)),
        "found, by email only": found(view=record(texts={"email": _EMAIL})),
        "found, by a named sender": found(view=record(texts={"sms": {"ascii": "SGDDT: 1"}})),
        "same": found(comparison=same),
        "same, of the email": found(comparison=same, channel="email"),
        "same_unaccented": found(comparison=unaccented),
        "different": found(comparison=Comparison("different", _DIFFERENCES)),
        "different, whole and much": found(comparison=whole),
        "expired": found("expired"),
        "expired_same": found("expired", comparison=same),
        "expired_same_unaccented": found("expired", comparison=unaccented),
        "recalled": found("recalled", view=recalled),
        "drill": found("drill"),
        "mistyped": (Answer("mistyped"), "4071 8826 3164"),
        "miscounted": (Answer("mistyped"), "123"),
        "misread": (Answer("mistyped", misread="407188263164"), ""),
        "no_number": (Answer("unknown", numberless=True), ""),
        "unknown": (Answer("unknown", number=NUMBER), NUMBER),
    }
