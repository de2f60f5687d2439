"""The OpenAPI document can be read by programs that write programs: names are short, plain and there once."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from contact_registry.lists import SEVERITY
from service.broadcasts import ready_texts
from service.sentences import SENTENCES
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
    """FastAPI's own (`list_all_api_v1_units_get`) becomes a function of every generated client:
    say `operation_id="list_units"`.
    """
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


def test_nothing_is_left_to_guess(document: dict[str, Any]) -> None:
    """Every body and every answer has a schema, and no object in it may hold just anything."""
    bodies = [
        (f"{call}: {kind}", content)
        for call, operation in operations(document)
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
        for kind, content in part.get("content", {}).items()
    ]
    assert len(bodies) > 250
    assert [where for where, content in bodies if not content.get("schema")] == []
    schemas = [*document["components"]["schemas"].items(), *((where, content["schema"]) for where, content in bodies)]
    assert [where for name, schema in schemas for where in _anything(schema, name)] == []


def _anything(part: Any, where: str) -> Iterator[str]:
    """Where an object says nothing of what is in it."""
    if isinstance(part, list):
        for number, each in enumerate(part):
            yield from _anything(each, f"{where}/{number}")
    elif isinstance(part, dict):
        if not part.keys() - {"title", "description"} or (
            part.get("type") == "object" and "properties" not in part and not isinstance(part.get("additionalProperties"), dict)
        ):
            yield where
        for name, each in part.items():
            if name == "properties":
                for field, schema in each.items():
                    yield from _anything(schema, f"{where}.{field}")
            elif name in ("items", "anyOf", "allOf", "additionalProperties", "contentSchema", "x-item-schema"):
                yield from _anything(each, f"{where}/{name}")


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    references = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(document)))
    assert references - document["components"]["schemas"].keys() == set()
    # what nothing refers to is a shape of no answer, but for what stands in a string: a record's payload
    assert document["components"]["schemas"].keys() - references == {"RecordDocument"}


def test_the_codes_of_refusals_and_of_lists_are_listed(document: dict[str, Any]) -> None:
    listed = {name: set(document["components"]["schemas"][name]["enum"]) for name in ("ProblemCode", "ListProblemCode")}
    assert set(SENTENCES) - listed["ProblemCode"] == {code for code in SENTENCES if code.startswith(("backup.", "keys."))}
    assert set(SEVERITY) | {"import.unreadable", "import.expired"} <= listed["ListProblemCode"]
    for shape in ("Problem", "FieldProblem", "RowProblem", "FindingOut"):
        code = document["components"]["schemas"][shape]["properties"]["code"]
        # Open at the end: a client of today reads the refusals of tomorrow.
        assert code["anyOf"] == [{"$ref": "#/components/schemas/ProblemCode"}, {"type": "string"}]
    assert document["components"]["schemas"]["ReadyTextCode"]["enum"] == sorted(ready_texts())


@pytest.mark.thorough
def test_it_says_where_it_is_served_and_changes_its_version_with_itself() -> None:
    here, there = (unconnected_app(public_url=url).openapi() for url in ("https://a.example/", "https://b.example"))
    assert [here["servers"], there["servers"]] == [[{"url": "https://a.example"}], [{"url": "https://b.example"}]]
    assert here["info"]["version"] == there["info"]["version"]
    app = unconnected_app()
    app.add_api_route("/more", more, operation_id="say_more")
    assert re.fullmatch(r"1\.0\.0\+[0-9a-f]{12}", here["info"]["version"])
    assert app.openapi()["info"]["version"] != here["info"]["version"]


async def more() -> None:
    """A call more."""


def test_workbooks_are_bytes(document: dict[str, Any]) -> None:
    """openapi-python-client leaves an answer out whose kinds of content it does not know: xlsx alone would be none."""
    workbooks = [
        answer["content"]
        for _, operation in operations(document)
        for answer in operation["responses"].values()
        if any("spreadsheetml" in kind for kind in answer.get("content", {}))
    ]
    assert len(workbooks) == 4
    for content in workbooks:
        assert content["application/octet-stream"]["schema"] == {"type": "string", "format": "binary"}
        assert len({json.dumps(each) for kind, each in content.items() if kind != "application/json"}) == 1
