"""What decides `make run`'s exit code, and what it tells a person."""

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from service.standalone.demo import Checked, Sent, tell
from service.standalone.words import Words

PARTS = ("waiting", "sending", "accepted", "delivered", "failed", "not_sent", "uncertain")
DEMO = {"lookup_url": "http://127.0.0.1:8000/", "inbox_url": "http://127.0.0.1:8090/"}


def sent(**parts: int) -> Sent:
    progress = dict.fromkeys(PARTS, 0) | parts
    broadcast: dict[str, Any] = {"progress": progress | {"total": sum(progress.values())}, "record_url": "http://x/records/1"}
    return Sent(broadcast, {"sms": Counter(parts)}, 1.5)


def checked(outcome: str = "found", verdict: str = "same") -> Checked:
    return Checked("4071 8826 3163", "SGDDTDNAI: Tin.\nSố tra cứu: 4071 8826 3163", outcome, verdict, "Trường A")


@pytest.mark.parametrize("parts", [{"delivered": 3}, {"accepted": 3}, {"accepted": 1, "delivered": 2}])
def test_a_send_is_complete_when_every_message_was_accepted_or_delivered(parts: dict[str, int]) -> None:
    assert sent(**parts).complete


@pytest.mark.parametrize("other", ["waiting", "sending", "failed", "not_sent", "uncertain"])
def test_one_message_that_stands_elsewhere_makes_a_send_incomplete(other: str) -> None:
    assert not sent(accepted=5, delivered=40, **{other: 1}).complete


def test_a_send_to_nobody_is_not_complete() -> None:
    assert not sent().complete


@pytest.mark.parametrize(
    ("outcome", "verdict", "good"),
    [
        ("found", "same", True),
        ("found", "different", False),
        ("found", "part", False),
        ("found", "", False),
        ("expired", "same", False),
        ("unknown", "", False),
    ],
)
def test_a_check_is_good_when_the_number_is_found_and_the_text_the_same(outcome: str, verdict: str, good: bool) -> None:  # noqa: FBT001
    assert checked(outcome, verdict).good is good


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_went_wrong_is_told_in_the_story(language: str) -> None:
    words = Words(language)

    def told(what: Sent, check: Checked | None) -> str:
        console = Console(file=StringIO(), width=120)
        tell(console, words, DEMO, what, check, school="Trường A")
        out: Any = console.file
        return str(out.getvalue())

    fine = told(sent(delivered=3), checked())
    assert "?so=407188263163" in fine
    assert words("same") in fine
    wrong = (
        words("no_message"),
        words("unfinished", parts="").rstrip(),
        words("wrong_answer", outcome="found", verdict="different"),
    )
    assert not [sentence for sentence in wrong if sentence in fine]
    assert wrong[0] in told(sent(delivered=3), None)
    assert wrong[1] in told(sent(delivered=3, failed=1), checked())
    assert wrong[2] in told(sent(delivered=3), checked("found", "different"))
