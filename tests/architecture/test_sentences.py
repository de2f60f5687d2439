"""What people read has no holes and no words for developers: those stand in `errors[].field` alone."""

import ast
import re
import string
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from babel.messages.pofile import read_po

from service.languages.catalogues import FOLDER, forms_of
from service.sentences import SENTENCES, sentence
from tests.architecture.sources import modules, tree_of
from tests.factories.description import unconnected_app

_SLOT = re.compile(r"\{\{.*?\}\}|\{\w*(?::\w+)?\}|%\(\w+\)s")
_WORD = re.compile(r"(?<![\w@.])[A-Za-z_]+(?![\w@])")
_SAID_BY_PEOPLE = {"email", "sms", "to"}
_REFUSES_NOBODY = ("workers.",)
_REFUSALS = {"Invalid", "TooLarge", "Unauthenticated", "Forbidden", "NotFound", "Conflict", "TooMany", "Unavailable"}


def field_names() -> set[str]:
    """What the API calls its fields."""
    names: set[str] = set()

    def walk(part: Any) -> None:
        if isinstance(part, Mapping):
            if isinstance(part.get("properties"), Mapping):
                names.update(part["properties"])
            for each in part.values():
                walk(each)
        elif isinstance(part, list):
            for each in part:
                walk(each)

    document = unconnected_app().openapi()
    walk(document["components"]["schemas"])
    return names


def spoken() -> Iterator[tuple[str, str]]:
    """Every Vietnamese sentence of the catalogues with its domain.
    Whoever reads a terminal knows settings by name.
    """
    for po in (FOLDER / "vi" / "LC_MESSAGES").glob("*.po"):
        with po.open("rb") as file:
            yield from (
                (po.stem, form) for message in read_po(file) if message.id and po.stem != "terminal" for form in forms_of(message)
            )


def developers_words(text: str, fields: set[str]) -> set[str]:
    """Words of a sentence that only a program knows."""
    words = set(_WORD.findall(_SLOT.sub(" ", text)))
    return {word for word in words if "_" in word.strip("_")} | (words & fields - _SAID_BY_PEOPLE)


def test_no_sentence_has_words_for_developers() -> None:
    fields = field_names()
    found = {(module, text): developers_words(text, fields) for module, text in spoken()}
    assert {where: words for where, words in found.items() if words} == {}
    english = {
        code: {word for word in _WORD.findall(_SLOT.sub(" ", each.msgid)) if "_" in word} for code, each in SENTENCES.items()
    }
    assert {code: words for code, words in english.items() if words} == {}


@pytest.mark.parametrize(
    "bad", ["Gửi channel hoặc number.", "Không dấu (sms_script: unicode).", "Gửi lại kèm after_restore: true."]
)
def test_words_for_developers_are_noticed(bad: str) -> None:
    assert developers_words(bad, field_names())


def _raised(tree: ast.AST) -> Iterator[tuple[int, str, set[str] | None]]:
    """Every refusal and field error that is made with a literal code:
    its line, its code and the names of its values, None: not to be seen.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        place = {"FieldError": 1, "RowError": 2}.get(name, 0 if name in _REFUSALS else None)
        if place is None or len(node.args) <= place or not isinstance(node.args[place], ast.Constant):
            continue
        code = node.args[place].value  # type: ignore[attr-defined]
        if name in _REFUSALS:
            named = {keyword.arg for keyword in node.keywords}
            yield node.lineno, code, None if None in named else {each for each in named if each}
        elif len(node.args) == place + 1:
            yield node.lineno, code, set()
        else:
            values = node.args[place + 1]
            keys = values.keys if isinstance(values, ast.Dict) else [None]
            known = {key.value for key in keys if isinstance(key, ast.Constant)}
            yield node.lineno, code, {str(each) for each in known} if len(known) == len(keys) else None


def test_every_refusal_brings_what_its_sentence_has_room_for() -> None:
    lacking = []
    for module, path in modules():
        for line, code, given in _raised(tree_of(path)):
            wanted = {
                name for _, name, _, _ in string.Formatter().parse(SENTENCES[code].msgid if code in SENTENCES else "") if name
            }
            if given is not None and wanted - given:
                lacking.append((module, line, code, sorted(wanted - given)))
    assert lacking == []


def test_every_refusal_has_a_sentence() -> None:
    """Whatever its code is called: also one that begins like no other."""
    silent = [
        (module, line, code)
        for module, path in modules()
        if not module.startswith(_REFUSES_NOBODY)
        for line, code, _ in _raised(tree_of(path))
        if code not in SENTENCES
    ]
    assert silent == [], "say it in service/sentences/<area>.py"


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_filled_sentence_has_no_hole(code: str) -> None:
    names = {name for _, name, _, _ in string.Formatter().parse(SENTENCES[code].msgid) if name}
    for language in ("vi", "en"):
        assert "…" not in sentence(code, language, dict.fromkeys(names, "7"))
