"""Every ready text keeps its promise: it fits, it breaks no rule, and nothing in it is left open."""

from datetime import UTC, date, datetime

import pytest

from service.broadcasts.texts.frames import Frame
from service.broadcasts.texts.inspection import Written, inspect, with_example
from service.broadcasts.texts.ready_texts import ready_text, ready_texts
from service.broadcasts.texts.slots import KINDS
from service.errors import Invalid, NotFound
from service.readiness import STATEMENTS
from service.rendering import sms_segments
from service.units import Unit

SLOTS = {"truong": "Nguyễn Bỉnh Khiêm Quận", "ngay": "05/09", "chu_de": "học phí"}
NOW = datetime(2026, 9, 6, tzinfo=UTC)


def test_there_are_fourteen() -> None:
    assert list(ready_texts()) == [f"T{number:02}" for number in range(1, 15)]
    assert len(SLOTS["truong"]) == 22


@pytest.mark.parametrize("code", list(ready_texts()))
@pytest.mark.parametrize(("script", "encoding", "most"), [("ascii", "GSM-7", 1), ("unicode", "UCS-2", 2)])
def test_each_fits_with_its_sender_and_look_up_line(code: str, script: str, encoding: str, most: int) -> None:
    ready = ready_text(code)
    title, texts = ready.filled({name: SLOTS[name] for name in ready.slots})
    assert ready.kind in KINDS
    written = Written(ready.kind, title, texts.cleaned(), NOW, sms_script=script)
    unit = Unit(1, "nbk-thcs", "Trường THCS Nguyễn Bỉnh Khiêm", "school", None, date(2025, 7, 1))
    inspected = inspect(written, Frame(unit, "SGDDTDNAI"), now=NOW)
    size = sms_segments(with_example(inspected.variants["sms"][script]))
    assert (size.encoding, size.segments <= most) == (encoding, True)
    assert [finding for finding in inspected.findings if finding.severity == "error"] == []
    assert "{" not in with_example(inspected.variants["email"]["text"] + inspected.variants["email"]["subject"])


@pytest.mark.parametrize("slots", [{}, {"ngay": "05/09"}, {**SLOTS, "ngay": ""}, {**SLOTS, "ngay": "x" * 61}])
def test_slots_are_filled_all_or_refused(slots: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        ready_text("T13").filled(slots)


def test_an_unknown_one_is_not_found() -> None:
    with pytest.raises(NotFound):
        ready_text("T99")


def test_every_claim_is_a_statement_that_a_head_can_make() -> None:
    claims = {code: ready.needs_statement for code, ready in ready_texts().items() if ready.needs_statement}
    assert claims == {"T02": "own_account", "T03": "refunds_in_writing", "T04": "vneid_not_by_phone"}
    assert set(claims.values()) <= set(STATEMENTS)
