"""The OpenAPI document can be read by programs that write programs: names are short, plain and there once."""

import re
from collections import Counter
from typing import Any

import pytest

from tests.factories.description import unconnected_app

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return unconnected_app().openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_every_call_has_a_short_name_of_its_own(document: dict[str, Any]) -> None:
    """FastAPI's own (`list_all_api_v1_units_get`) becomes a function of every generated client: say `operation_id="list_units"`."""
    named = {call: operation["operationId"] for call, operation in operations(document)}
    assert len(named) > 80
    assert {call: name for call, name in named.items() if not re.fullmatch(r"[a-z]+(_[a-z]+){1,4}", name)} == {}
    assert {call: name for call, name in named.items() if re.search(r"_(get|post|put|patch|delete)$|api_v", name)} == {}
    assert [name for name, times in Counter(named.values()).items() if times > 1] == []


def test_no_two_shapes_have_one_title(document: dict[str, Any]) -> None:
    """Generators name a class after the title: of two with one title, one is lost, with every answer that holds it."""
    schemas = document["components"]["schemas"]
    assert [title for title, times in Counter(each.get("title") for each in schemas.values()).items() if times > 1] == []
    # Two Python classes of one name become `service__api__…`, the second when it comes: whoever used the first is broken.
    assert [name for name in schemas if "__" in name] == []
