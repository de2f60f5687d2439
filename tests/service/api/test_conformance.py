"""The API keeps its own description, whatever is sent and whoever sends it.

The requests come from the OpenAPI document (schemathesis): some as it asks for them, some spoiled. Every answer is held to the
document by the site's client (tests/factories/description.py); here it is seen to that nothing breaks.
"""

from collections.abc import Iterator
from itertools import cycle
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode, openapi

from tests.factories.description import description, unconnected_app
from tests.factories.web import Site

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def operations() -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for found in openapi.from_dict(unconnected_app().openapi()).get_all_operations():
        yield found.ok()  # type: ignore[union-attr]  # a document that cannot be read fails here


def cases(operation: APIOperation[Any, Any, Any, Any], how_many: int) -> list[Case[Any]]:
    """The same on every run: as many that fit the description as spoiled ones."""
    made: list[Case[Any]] = []
    kinds = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]

    @settings(
        max_examples=how_many,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(kinds))
    def collect(case: Case[Any]) -> None:
        made.append(case)

    collect()
    return made


async def send_all(site: Site, how_many: int) -> int:
    """Sends them with every person's key in turn, every other one about what is really there."""
    broadcast = await site.approved()
    there = {"broadcast_id": broadcast["id"], "record_id": broadcast["record_url"].rpartition("/")[2], "code": "nbk-thcs"}
    people, real = cycle(sorted(site.keys)), cycle((True, False))
    sent = 0
    for operation in operations():
        for case in cases(operation, how_many):
            unit, role = next(people)
            if next(real) and "/events" not in operation.path:  # they go on until the broadcast has ended
                case.path_parameters = dict(case.path_parameters or {}) | {
                    name: value for name, value in there.items() if f"{{{name}}}" in operation.path
                }
                if isinstance(case.body, dict) and "unit" in case.body:
                    case.body["unit"] = unit
            asked = case.as_transport_kwargs(base_url="https://loa.example")
            asked["headers"] = dict(asked["headers"]) | site.auth(unit, role)
            if not isinstance(asked.get("data"), dict | None):
                asked["content"] = asked.pop("data")
            answer = await site.client.request(**{name: asked[name] for name in TAKEN & asked.keys()})
            assert answer.status_code < 500 or operation.path == "/readyz", (
                f"{operation.label}: {answer.text}\n{case.as_curl_command()}"
            )
            sent += 1
    return sent


TAKEN = {"method", "url", "params", "json", "data", "content", "files", "headers"}  # no call has cookies


async def test_nothing_that_is_sent_breaks_it_or_its_description(site: Site) -> None:
    assert await send_all(site, 4) > 200


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_nothing_that_is_sent_breaks_it_at_length(site: Site) -> None:
    assert await send_all(site, 100) > 5000


def test_every_body_is_closed_to_unknown_fields() -> None:
    document = unconnected_app().openapi()
    open_ones = {
        name
        for name in _asked_for(document)
        if "properties" in document["components"]["schemas"][name]
        and document["components"]["schemas"][name].get("additionalProperties") is not False
    }
    assert open_ones == set()


def _asked_for(document: dict[str, Any]) -> set[str]:
    """The schemas that request bodies are made of, at any depth."""
    found: set[str] = set()
    open_ends: list[Any] = [each.get("requestBody") for path in document["paths"].values() for each in path.values()]
    while open_ends:
        part = open_ends.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                open_ends.append(document["components"]["schemas"][name])
            open_ends += part.values()
        elif isinstance(part, list):
            open_ends += part
    return found


async def test_an_unknown_field_is_refused_wherever_a_body_is_taken(site: Site) -> None:
    refused = 0
    for operation in operations():
        if not any(body.media_type == "application/json" for body in operation.body):
            continue
        path = operation.path.replace("{channel}", "sms").replace("{code}", "nbk-thcs").replace("{position}", "1")
        path = path if "{" not in path else path[: path.index("{")] + str(uuid4()) + path[path.index("}") + 1 :]
        answers = [
            await site.client.request(operation.method, path, headers=site.auth(*who), json={"unexpected": 1})
            for who in sorted(site.keys)
            if who[0] == "nbk-thcs"
        ]
        codes = {answer.json()["code"] for answer in answers}
        assert "request.unknown_field" in codes, f"{operation.label}: {codes}"
        assert codes <= {"request.unknown_field", "auth.scope"}, f"{operation.label}: {codes}"
        refused += 1
    assert refused > 30


async def test_what_a_path_does_not_do_is_answered_405(site: Site) -> None:
    for operation in operations():
        path = operation.path.replace("{number}", "1")
        while "{" in path:
            path = path[: path.index("{")] + str(uuid4()) + path[path.index("}") + 1 :]
        for method in set(METHODS) - {each.upper() for each in description().methods(path)}:
            answer = await site.client.request(method, path, headers=site.auth())
            assert (answer.status_code, answer.json()["code"]) == (405, "request.method_not_allowed"), f"{method} {path}"
