"""The catalogues say what the source says, whole, in Vietnamese and English, and fill the same slots."""

import re
import string
from collections import defaultdict

import pytest
from babel.messages.pofile import read_po

from service.languages import Language, Phrase, languages
from service.languages.catalogues import FOLDER, Key, forms_of, is_translated, key_of
from service.languages.extracting import Sentence, in_domains, translated

SOURCE = in_domains()
ENTRIES = [(language, domain) for language in languages() for domain, wanted in SOURCE.items() if wanted]
_PERCENT = re.compile(r"%(?:\((\w+)\)[sd]|(%))")
_RUN = "run `make catalogues`, then write what it says is lacking"


def slots(text: str, *, template: bool) -> set[str]:
    """What is filled in: `{name}` with its spec, of a template `%(name)s`."""
    if template:
        return {name for name, _ in _PERCENT.findall(text) if name}
    return {f"{name}:{spec}!{conversion}" for _, name, spec, conversion in string.Formatter().parse(text) if name is not None}


def of_the_source(key: Key) -> list[Sentence]:
    return [each for found in SOURCE.values() for each in found.get(key, [])]


def _fills(form: str, said: Sentence) -> bool:
    """Whether a translation has the slots of its English; of a count, "one row" may go without."""
    template = said.path.startswith("templates/")
    found, wanted = slots(form, template=template), slots(said.msgid, template=template)
    return found == wanted if said.plural is None else found <= wanted | slots(said.plural, template=template)


@pytest.mark.parametrize(("language", "domain"), ENTRIES)
def test_a_catalogue_holds_what_the_source_says_and_nothing_else(language: Language, domain: str) -> None:
    with (FOLDER / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        there = {key_of(message) for message in read_po(file) if message.id}
    assert there == set(SOURCE[domain]), _RUN


def test_no_catalogue_is_left_of_a_domain_that_says_nothing() -> None:
    there = {(po.parents[1].name, po.stem) for po in FOLDER.glob("*/LC_MESSAGES/*.po")}
    assert there == set(ENTRIES), _RUN


@pytest.mark.parametrize("language", ["vi", "en"])
def test_vietnamese_and_english_are_whole(language: Language) -> None:
    assert [key for key, message in translated(language).items() if not is_translated(message)] == [], _RUN


@pytest.mark.parametrize("language", languages())
def test_a_translation_fills_the_slots_of_its_english(language: Language) -> None:
    wrong = [
        (form, key)
        for key, message in translated(language).items()
        for form in (forms_of(message) if is_translated(message) else ())
        if not all(_fills(form, said) for said in of_the_source(key)[:1])
    ]
    assert wrong == []


@pytest.mark.parametrize("language", languages())
def test_a_translation_can_be_filled(language: Language) -> None:
    """A bare % in a template's sentence that has slots, or a brace in the code's, fails only where it is said."""
    wrong = []
    for key, message in translated(language).items():
        for form in forms_of(message) if is_translated(message) else ():
            said = of_the_source(key)[0]
            names = {name: 7 for name, _ in _PERCENT.findall(f"{said.msgid} {said.plural or ''}") if name}
            try:
                _ = form % names if said.path.startswith("templates/") and names else Phrase(form).in_("en")
            except ValueError:
                wrong.append((said.path, form))
    assert wrong == []


def test_what_depends_on_a_count_has_one() -> None:
    lacking = [
        each.msgid
        for found in SOURCE.values()
        for sentences in found.values()
        for each in sentences
        if each.plural is not None
        and not {"count:!None", "count:n!None", "count"} & slots(each.plural, template="templates/" in each.path)
    ]
    assert lacking == []


@pytest.mark.parametrize("language", languages())
def test_an_english_sentence_of_two_rooms_has_one_translation(language: Language) -> None:
    said: dict[Key, set[tuple[str, ...]]] = defaultdict(set)
    for path in (FOLDER / language / "LC_MESSAGES").glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                said[key_of(message)].add(forms_of(message))
    assert {key: forms for key, forms in said.items() if key[1] and len(forms) > 1} == {}, "tell them apart with pgettext_lazy"
