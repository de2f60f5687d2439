"""What each carrier says has a meaning and words, and what each can stands in docs/carriers.md as it stands in the code."""

import re
from dataclasses import fields

import pytest

from service.carriers import CARRIERS, CLASS_OF, Abilities, meaning_of, of_code, plain
from service.carriers.twilio import MEANINGS, STATUSES, UNKNOWN, becomes
from service.carriers.words import _TWILIO
from tests.architecture.sources import ROOT

# What Twilio's pages name as the statuses of a message (twilio.com/docs/messaging/api/message-resource).
TWILIOS_STATUSES = (
    "accepted scheduled canceled queued sending sent failed delivered undelivered receiving received read partially_delivered"
)


def test_every_status_of_twilio_has_a_meaning_and_one_that_is_new_has_none() -> None:
    assert set(STATUSES) == set(TWILIOS_STATUSES.split())
    assert becomes("something-new") is None


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_every_code_of_twilio_has_words_of_its_own(code: int) -> None:
    words = CARRIERS["twilio"].words(f"twilio.{code}")
    assert words is not None, "say it in service/carriers/words.py, then make catalogues"
    assert of_code(f"twilio.{code}").msgid == words.msgid
    assert str(code) not in words.msgid


def test_what_has_words_has_a_meaning() -> None:
    assert set(_TWILIO) - {str(code) for code in MEANINGS} == {"failed"}, "in MEANINGS, service/carriers/twilio.py"


def test_a_code_means_what_its_own_carrier_says() -> None:
    assert meaning_of("twilio.30005", "config") == MEANINGS[30005]
    assert meaning_of("smtp.550.5.1.1", "number").fault == "dead_address"
    assert meaning_of("another.30005", "config") == plain("config")
    assert meaning_of("twilio.failed", "config") == UNKNOWN


@pytest.mark.parametrize("name", CARRIERS)
def test_the_page_shows_what_each_carrier_can(name: str) -> None:
    page = (ROOT / "docs" / "carriers.md").read_text(encoding="utf-8")
    head, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if re.match(r"\| (?:carrier|`)", line)
    ]
    shown = {row[0].strip("`"): dict(zip(head[1:], row[1:], strict=True)) for row in rows if len(row) == len(head)}
    can = CARRIERS[name].can
    told = {each.name: getattr(can, each.name) for each in fields(Abilities)}
    assert shown[name] == {
        field.replace("_", " "): {True: "yes", False: "no", None: "any"}.get(value, str(value)) for field, value in told.items()
    }


def test_every_fault_says_what_happens_next() -> None:
    page = (ROOT / "docs" / "carriers.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE))
    assert shown == dict(CLASS_OF)
