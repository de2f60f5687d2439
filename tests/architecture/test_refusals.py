"""Every code anybody raises has its sentence, and every code of the contract exists."""

import re

import pytest

from contact_registry.lists.checked import SEVERITY
from service.audit import Action
from service.broadcasts import State, not_allowed_in
from service.sentences import SENTENCES, sentence
from service.sentences.telling import AREAS
from tests.architecture.sources import ROOT, modules, strings

CONTRACT = [
    "import.unreadable",
    "import.no_contact_column",
    "import.too_large",
    "import.password_protected",
    "unit.unknown",
    "unit.not_ready",
    "content.link",
    "content.amount",
    "content.account_number",
    "content.code_request",
    "content.phone_not_on_card",
    "content.ambiguous_unaccented",
    "content.too_long",
    "approval.by_author",
    "approval.digest_changed",
    "approval.otp",
    "broadcast.not_allowed_in_state",
    "broadcast.audience_empty",
    "broadcast.audience_grew",
    "broadcast.overdue",
    "webhook.bad_signature",
    "auth.missing",
    "auth.scope",
    "request.unknown_field",
]

_AREAS = "|".join(sorted({code.partition(".")[0] for code in SENTENCES}))
_CODE = re.compile(rf"(?:{_AREAS})\.[a-z_0-9]+")


def test_every_code_in_the_source_has_its_sentence() -> None:
    told = set(SENTENCES) | _OTHER_VOCABULARIES
    found = {
        (text, module)
        for module, path in modules()
        if not module.startswith(_TELLS_OTHERWISE)
        for _, text in strings(path)
        if _CODE.fullmatch(text)
    }
    assert {(code, module) for code, module in found if code not in told} == set()


def test_every_sentence_is_told_by_somebody() -> None:
    raised = {text for module, path in modules() if not module.startswith("service.sentences.") for _, text in strings(path)}
    assert SENTENCES.keys() - raised == set()


# The sentences themselves; the reasons of deliveries, which have words of their own; an alarm and a worker, which refuse nobody.
_TELLS_OTHERWISE = (
    "service.sentences.",
    "service.deliveries.answers.reasons",
    "service.carriers.",
    "service.deliveries.rounds.stalls",
    "workers.",
)

# Actions of the audit trail and the problems of an import look like codes; they are told to nobody as refusals.
_OTHER_VOCABULARIES = {action.value for action in Action} | set(SEVERITY)


def test_every_area_is_among_those_that_are_asked() -> None:
    folder = ROOT / "service" / "sentences"
    written = {
        path.stem for path in folder.glob("*.py") if re.search(r"^SENTENCES\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    asked = {area.__name__.rpartition(".")[2] for area in AREAS}
    assert written - asked - {"telling"} == set(), "a new area also stands in AREAS, service/sentences/telling.py"


def test_no_two_areas_tell_one_code() -> None:
    assert sum(len(area.SENTENCES) for area in AREAS) == len(SENTENCES)


@pytest.mark.parametrize("code", CONTRACT)
def test_every_code_of_the_contract_exists(code: str) -> None:
    assert code in SENTENCES


@pytest.mark.parametrize("state", State)
def test_what_a_state_does_not_allow_is_refused_with_the_state_in_words(state: State) -> None:
    refused = not_allowed_in(state)
    for language in ("vi", "en"):
        told = sentence(refused.code, language, refused.values)
        assert "state." not in told
        assert "…" not in told


def test_a_code_nobody_knows_still_gets_a_sentence() -> None:
    assert sentence("made.up", "vi") == "Không thực hiện được."
