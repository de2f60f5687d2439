"""In a language whose every sentence is bracketed no word of ours stays outside: whatever does is in no catalogue, and no translator sees it."""

import string
from collections.abc import Iterator

import pytest

from service.languages import Language, Phrase
from service.sentences import SENTENCES, sentence, title
from service.sentences.requests import TITLES
from service.sentences.telling import _WORDS, in_words
from tests.factories.languages import left_behind, pseudo_language


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Language]:
    with pseudo_language(tmp_path_factory.mktemp("languages")) as language:
        yield language


def filled(phrase: Phrase) -> dict[str, str]:
    """Something without letters for every slot."""
    return {name: "7" for _, name, _, _ in string.Formatter().parse(phrase.msgid) if name}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_refusals(code: str, pseudo: Language) -> None:
    assert left_behind(sentence(code, pseudo, filled(SENTENCES[code]))) == []


def test_words_in_the_slots_of_refusals_and_titles(pseudo: Language) -> None:
    assert {code: left for code in _WORDS if (left := left_behind(in_words(code, pseudo)))} == {}
    assert {status: left for status in TITLES if (left := left_behind(title(status, pseudo)))} == {}


def test_what_no_catalogue_holds_is_found(pseudo: Language) -> None:
    assert left_behind(Phrase("Nobody has marked this {slot}.").in_(pseudo, slot="7")) == ["Nobody", "has", "marked", "this"]
    assert left_behind(sentence("account.unknown", pseudo) + " or") == ["or"]
