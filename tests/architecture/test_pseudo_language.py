"""In a language whose every sentence is bracketed no word of ours stays outside:
whatever does is in no catalogue, and no translator sees it.
"""

import string

import pytest

from contact_registry.headings import ListOf
from contact_registry.lists import SEVERITY, Counts, RowReason, problem_message, reason_in_words
from service.accounts.handing_out import _HEADINGS, _ROLES
from service.accounts.permissions import PERMISSIONS
from service.contacts.queries import summary
from service.languages import Language, Phrase, gettext
from service.retention import RULES
from service.sentences import SENTENCES, sentence, title
from service.sentences.requests import TITLES
from service.sentences.telling import _WORDS, in_words
from tests.factories.languages import left_behind


def filled(phrase: Phrase) -> dict[str, str]:
    """Something without letters for every slot."""
    return {name: "7" for _, name, _, _ in string.Formatter().parse(phrase.msgid) if name}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_refusals(code: str, pseudo: Language) -> None:
    assert left_behind(sentence(code, pseudo, filled(SENTENCES[code]))) == []


def test_words_in_the_slots_of_refusals_and_titles(pseudo: Language) -> None:
    assert {code: left for code in _WORDS if (left := left_behind(in_words(code, pseudo)))} == {}
    assert {status: left for status in TITLES if (left := left_behind(title(status, pseudo)))} == {}


def test_problems_of_a_list_and_reasons_of_rows(pseudo: Language) -> None:
    said = {each: gettext(pseudo, problem_message(each)) for each in SEVERITY} | {
        each: gettext(pseudo, reason_in_words(each)) for each in RowReason
    }
    assert {each: left for each, text in said.items() if (left := left_behind(text))} == {}


@pytest.mark.parametrize("audience", ["parents", "staff"])
@pytest.mark.parametrize("count", [1, 1200])
def test_the_counts_of_a_list(audience: ListOf, count: int, pseudo: Language) -> None:
    counts = Counts(rows=count, phones=count, emails=count, to_fix=count, without_contact=count)
    assert left_behind(summary(counts, audience, pseudo)) == []


def test_invitations_to_hand_out(pseudo: Language) -> None:
    said = [each.in_(pseudo) for each in (*_HEADINGS, *_ROLES.values())]
    assert [left for text in said if (left := left_behind(text))] == []
    assert _ROLES.keys() == PERMISSIONS.keys()


def test_rules_of_retention(pseudo: Language) -> None:
    said = [each.in_(pseudo) for rule in RULES for each in (rule.what, rule.keeps, rule.why)]
    assert [left for text in said if (left := left_behind(text))] == []


def test_what_no_catalogue_holds_is_found(pseudo: Language) -> None:
    assert left_behind(Phrase("Nobody has marked this {slot}.").in_(pseudo, slot="7")) == ["Nobody", "has", "marked", "this"]
    assert left_behind(sentence("account.unknown", pseudo) + " or") == ["or"]
