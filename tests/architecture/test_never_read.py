"""Nobody knows whether a message was read, so nothing of ours says so: not a page, not a reason, not the API."""

import re

import orjson

from tests.architecture.sources import ROOT
from tests.factories.description import unconnected_app

SAYS_READ = re.compile(
    r"đã đọc|đã xem|người đọc|\b(?:was|were|been|has|have|had|is|are|being) (?:read|opened|seen)\b|\bread (?:by|receipt)",
    re.IGNORECASE,
)


def test_the_pattern_knows_what_it_looks_for() -> None:
    for told in ("Phụ huynh đã đọc tin", "120 were read", "it has been opened", "Read by 12 parents", "read receipts"):
        assert SAYS_READ.search(told)


def test_no_page_and_no_message_says_that_one_was_read() -> None:
    files = [file for kind in ("*.html", "*.txt", "*.toml") for file in (ROOT / "templates").rglob(kind)]
    assert len(files) > 10
    assert {file.name for file in files if SAYS_READ.search(file.read_text(encoding="utf-8"))} == set()


def test_no_reason_and_no_note_says_so() -> None:
    told = [
        (ROOT / path).read_text(encoding="utf-8")
        for path in (
            "service/deliveries/answers/reasons.py",
            "service/carriers/words.py",
            "service/carriers/mail_words.py",
            "service/broadcasts/notes.py",
        )
    ]
    assert [found[0] for each in told for found in SAYS_READ.finditer(each)] == []


def test_the_description_of_the_api_says_what_accepted_and_delivered_mean() -> None:
    described = unconnected_app().openapi()
    shapes = described["components"]["schemas"]
    assert any("the carrier has taken it over" in shape.get("description", "") for shape in shapes.values())
    deliveries = {path: each for path, each in described["paths"].items() if "/broadcasts" in path or "/webhooks" in path}
    shapes = {name: each for name, each in shapes.items() if re.search("Progress|Deliver|Broadcast|Stopped", name)}
    assert SAYS_READ.findall(orjson.dumps([deliveries, shapes]).decode()) == []
