"""What the terminal says, in a language whose every sentence is bracketed: no word of ours stays outside the brackets."""

import string
from collections import Counter
from collections.abc import Iterable
from io import StringIO

import pytest
from rich.console import Console

from service.languages import Language, Phrase
from service.standalone.demo import Checked, Sent, tell
from service.standalone.words import PARTS, WORDS, Words, parts_in_words
from tests.factories.languages import left_behind


def outside(phrases: Iterable[Phrase], language: Language) -> dict[str, list[str]]:
    """The sentences that leave words outside of the brackets, and which. Every slot holds a number."""
    found = {}
    for phrase in phrases:
        slots = {name for _, name, _, _ in string.Formatter().parse(phrase.plural or phrase.msgid) if name}
        if left := left_behind(phrase.in_(language, **dict.fromkeys(slots, 7))):
            found[phrase.msgid] = left
    return found


def test_the_terminals_own_words(pseudo: Language) -> None:
    assert outside([*WORDS.values(), *PARTS.values()], pseudo) == {}


@pytest.mark.parametrize("parts", [{"delivered": 3, "accepted": 1}, dict.fromkeys(PARTS, 1)])
def test_the_story_of_the_demo(parts: dict[str, int], pseudo: Language) -> None:
    sent = Sent({"progress": {**parts, "total": 9}, "record_url": None}, {"sms": Counter(parts), "email": Counter(parts)}, 1.5)
    for checked in (None, Checked("4071", "7", "found", "same", "7"), Checked("4071", "7", "0", "0", "7")):
        console = Console(file=(out := StringIO()), width=1000)
        tell(console, Words(pseudo), {"lookup_url": "1", "inbox_url": "2"}, sent, checked, school="7")
        assert set(left_behind(out.getvalue())) <= {"so", "api", "docs"}  # of the addresses


def test_a_part_that_is_empty_is_not_told() -> None:
    said = [each.in_("en") for each in parts_in_words({"waiting": 0, "delivered": 1200, "in_doubt": 3, "total": 1203})]
    assert said == ["1,200 delivered"]
