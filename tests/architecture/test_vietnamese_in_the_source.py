"""Vietnamese stands in the catalogues: in the source only what a program reads, a form's fixed words or somebody's data."""

import re

from tests.architecture.sources import ROOT, modules, strings

_VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")

_MAY = {
    # what lists, names and texts are read by
    "contact_registry.": "how schools write their lists, numbers and classes",
    "service.text_rules.": "words and letters of texts",
    "service.signing.comparison": "words that turn a sentence round",
    "service.broadcasts.texts.wordlists": "words that are misread without their accents",
    # a list's form: its headings are read again, in these very words
    "service.units.bulk": "the form of a list of units",
    "service.accounts.account_lists": "the form of a list of people",
    "service.registered_texts.lists": "headings of providers' lists",
    "service.cli.lists": "what a column without a heading is called, as in the list's own answer",
    # words that a sentence is about, and words that are signed
    "service.sentences.": "an English sentence that quotes what to write",
    "service.broadcasts.texts.slots": "the mark of a drill, which is signed",
    "service.broadcasts.texts.ready_texts": "what fills a slot in an example",
    # examples and invented schools
    "service.api.edge.problems": "an example of a refusal",
    "service.api.units.readiness_models": "examples",
    "service.api.people.invitations": "what a first key is named, which its person may change",
    "service.standalone.demo.": "the demo's schools and people",
}
"""Module or room → why."""


def spoken() -> set[str]:
    """The modules with a Vietnamese word in a string that is no docstring."""
    return {module for module, path in modules() if any(_VIETNAMESE.search(text) for _, text in strings(path))}


def test_no_module_says_something_in_vietnamese_by_itself() -> None:
    assert {module for module in spoken() if not module.startswith(tuple(_MAY))} == set()


def test_whatever_may_does() -> None:
    found = spoken()
    assert {room for room in _MAY if not any(module.startswith(room) for module in found)} == set()


def test_no_template_says_something_in_vietnamese_by_itself() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt")}
    comments = re.compile(r"\{#.*?#\}", re.DOTALL)
    assert {name for name in found if _VIETNAMESE.search(comments.sub("", (ROOT / name).read_text(encoding="utf-8")))} == set()
