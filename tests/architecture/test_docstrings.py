"""What a public function does is said first, by a verb: `Returns …`, `Reserves …`, `Tells whether …`."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOT, modules, tree_of

# Words in -s that are no verbs, as docstrings have begun with them.
_NOUNS = frozenset(
    {
        "this",
        "is",
        "as",
        "its",
        "those",
        "was",
        "always",
        "less",
        "us",
        "thus",
        "others",
        "whose",
        "addresses",
        "rows",
        "deliveries",
        "seconds",
        "people",
        "units",
        "numbers",
        "classes",
        "columns",
        "letters",
        "cells",
        "words",
        "texts",
        "chunks",
        "characters",
        "contents",
        "keys",
        "sentences",
        "headers",
        "pages",
        "lines",
        "problems",
        "persons",
        "pupils",
        "codes",
        "bytes",
        "receipts",
        "segments",
        "contacts",
        "accounts",
        "figures",
        "settings",
        "minutes",
        "hours",
        "days",
        "broadcasts",
        "messages",
        "events",
        "processes",
        "tokens",
        "sms",
    }
)
_SAID_ELSEWHERE = ("router.", "app.", "self._app.")
"""Calls of the API and commands: their words are read by integrators and operators."""
_NOT_CALLED = {"property", "cached_property", "overload"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def commands() -> set[str]:
    """The commands that the table of contents of the command line registers in a loop."""
    table = (ROOT / "service" / "cli" / "commands.py").read_text(encoding="utf-8")
    loop = next(node for node in ast.walk(ast.parse(table)) if isinstance(node, ast.For))
    return {f"service.cli.{ast.unparse(each)}" for each in ast.walk(loop.iter) if isinstance(each, ast.Attribute)}


def public(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from public(node.body, f"{prefix}.{node.name}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            marks = {ast.unparse(mark) for mark in node.decorator_list}
            if not marks & _NOT_CALLED and not any(mark.startswith(_SAID_ELSEWHERE) for mark in marks):
                yield f"{prefix}.{node.name}", node


def begins_with_a_verb(docstring: str) -> bool:
    word = docstring.split(maxsplit=1)[0].rstrip(",:;")
    return word.isalpha() and word[0].isupper() and word.endswith("s") and word.lower() not in _NOUNS


def test_every_docstring_of_a_function_begins_with_a_verb() -> None:
    elsewhere = commands()
    silent = [
        name
        for module, path in modules()
        for name, node in public(tree_of(path).body, module)
        if (docstring := ast.get_docstring(node)) and name not in elsewhere and not begins_with_a_verb(docstring)
    ]
    assert silent == []


@pytest.mark.parametrize("bad", ["All rows of a statement.", "Whether it holds.", "`a` → `b`.", "Rows of a list."])
def test_what_begins_otherwise_is_noticed(bad: str) -> None:
    assert not begins_with_a_verb(bad)
