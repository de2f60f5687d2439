"""What the terminal says, in a language whose every sentence is bracketed: no word of ours stays outside the brackets."""

import ast
import re
import string
from collections import Counter
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from service.languages import Language, Phrase
from service.languages.extracting import in_domains
from service.standalone.demo import Checked, Sent, tell
from service.standalone.words import PARTS, WORDS, Words, parts_in_words
from tests.architecture.sources import ROOT
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


_PRINTS = {"echo", "exit", "prompt", "confirm", "print", "say", "Problem", "BadParameter", "Table", "_table", "append"}
_SAYS = {"_", "_n", "_p", "gettext_lazy"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_CODES = re.compile(r"(?:--)?[a-z_.]+|LOA_\w*|-drill +|[]\n]*[a-z]+ = ")  # and the lines of a TOML file


def left_in_the_source(source: str) -> list[str]:
    """The literals with words that a command prints and that stand in no sentence. Names of settings and codes are none."""
    found = []

    def walk(node: ast.AST, *, printed: bool) -> None:
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in _SAYS or name in ("Option", "Argument", "Typer", "join"):
                return None
            printed = name in _PRINTS
        if isinstance(node, ast.FormattedValue):
            return walk(node.value, printed=printed)  # what follows the colon is a width
        said = node.value if printed and isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if _WORD.search(said) and not _CODES.fullmatch(said):
            found.append(said)
        for child in ast.iter_child_nodes(node):
            walk(child, printed=printed)
        return None

    walk(ast.parse(source), printed=False)
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "service" / "cli").glob("*.py")), ids=lambda path: path.stem)
def test_a_command_prints_what_a_catalogue_says(path: Path) -> None:
    assert left_in_the_source(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("bad", ['typer.echo("There is none.")', 'say(f"{n} are left", err=True)', 'Problem(f"No {file} here")'])
def test_a_command_that_prints_words_of_its_own_is_noticed(bad: str) -> None:
    assert left_in_the_source(bad) != []


def test_the_sentences_of_the_commands(pseudo: Language) -> None:
    sentences = {each.key: each for key, found in in_domains()["terminal"].items() for each in found}
    phrases = [Phrase(each.msgid, each.plural, each.context) for each in sentences.values()]
    assert len(phrases) > 100
    assert outside(phrases, pseudo) == {}
