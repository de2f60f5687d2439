"""Rooms stay small enough to be read: few files in a folder, few names on a door, and files that are one idea."""

import ast
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

PACKAGES = ("service", "workers", "contact_registry")
SOURCES = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
_LONGER = {"service/settings.py": 400}
"""One list of what can be set, each with what it refuses: in two files one would look for a setting twice."""
ROOMS_OF_THE_REGISTRY = sorted(file.parent.name for file in (ROOT / "contact_registry").glob("*/__init__.py"))


def test_no_folder_has_more_than_twenty_files() -> None:
    files = Counter(
        file.parent for package in (*PACKAGES, "templates") for file in (ROOT / package).rglob("*.*") if file.is_file()
    )
    crowded = {
        str(folder.relative_to(ROOT)): count
        for folder, count in files.items()
        if count > 20 and "__pycache__" not in folder.parts
    }
    assert crowded == {}


@pytest.mark.parametrize("room", ROOMS_OF_THE_REGISTRY)
def test_a_door_of_the_registry_has_at_most_twenty_names(room: str) -> None:
    names = import_module(f"contact_registry.{room}").__all__
    assert 0 < len(names) <= 20


def test_the_registry_itself_has_none() -> None:
    assert [name for name in vars(import_module("contact_registry")) if name.startswith("__all__")] == []


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_is_one_idea(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    assert source.count("\n") <= _LONGER.get(str(file.relative_to(ROOT)), 300)
    assert ast.get_docstring(ast.parse(source)) or not source
