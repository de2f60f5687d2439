"""Holds every answer of a test's application to its OpenAPI document: status, kind of content, shape, and no field beside."""

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from httpx import Response
from jsonschema_rs import Draft202012Validator
from pydantic import SecretStr

from contact_registry.sealing import MasterKey
from service.api.description import Described
from service.app import create_app
from service.settings import Settings


class Description:
    """An OpenAPI document, asked of answers. Made ahead: some tests measure time."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = _closed(deepcopy(document["components"]))
        for name, schema in self._components["schemas"].items():
            # Nothing goes out that is not described. A refusal of a list has members of its own (RFC 9457, 3.2).
            if "properties" in schema and name != "Problem":
                schema.setdefault("additionalProperties", False)
        # A number may have anything in it, a slash too.
        self._paths = [
            (
                re.compile(re.sub(r"\\\{\w+\\\}", ".+" if path.endswith("/lookups/{number}") else "[^/]+", re.escape(path))),
                operations,
            )
            for path, operations in document["paths"].items()
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    async def check(self, response: Response) -> None:
        """An event hook of httpx. Fails the test whose call got an answer that the document does not promise."""
        request = response.request
        operations = self._operations(request.url.path)
        if operations is None:
            return  # pages, and what does not exist
        asked = f"{request.method} {request.url.path} → {response.status_code}"
        head = request.method == "HEAD"  # what GET would say, without saying it
        operation = operations.get("get" if head else request.method.lower())
        if operation is None:
            assert response.status_code == 405, asked
            return
        answers = operation["responses"]
        promised = answers.get(str(response.status_code)) or answers.get(f"{response.status_code // 100}XX")
        assert promised is not None, f"{asked}: promised are {sorted(answers)}"
        content = promised.get("content", {})
        kind = response.headers.get("content-type", "").partition(";")[0]
        if not content:
            assert await response.aread() == b"", asked
            return
        assert kind in content, f"{asked}: {kind}, promised are {sorted(content)}"
        if "schema" in content[kind] and kind.endswith("json") and not head:
            await response.aread()
            wrong = [
                f"{each.instance_path}: {each.message[:300]}"
                for each in self._validator(content[kind]["schema"]).iter_errors(response.json())
            ]
            assert wrong == [], asked

    def wrong(self, shape: str, value: Any) -> list[str]:
        """What of a value is not as this shape says, for what stands in a string: an event's data, a record's payload."""
        validator = self._validator({"$ref": f"#/components/schemas/{shape}"})
        return [f"{each.instance_path}: {each.message[:300]}" for each in validator.iter_errors(value)]

    def methods(self, path: str) -> set[str]:
        """What the document has a path do, in lower case."""
        return set(self._operations(path) or ())

    def _operations(self, path: str) -> dict[str, Any] | None:
        fitting = [operations for pattern, operations in self._paths if pattern.fullmatch(path)]
        return dict(each for operations in reversed(fitting) for each in operations.items()) if fitting else None

    def _validator(self, schema: dict[str, Any]) -> Draft202012Validator:
        name = str(schema)
        if name not in self._validators:
            whole = schema | {"components": self._components}
            self._validators[name] = Draft202012Validator(whole, validate_formats=True)
        return self._validators[name]


def _closed(part: Any) -> Any:
    """With lists of codes that hold: a client may meet a code of a newer Loa, a test may not."""
    if isinstance(part, list):
        return [_closed(each) for each in part]
    if not isinstance(part, dict):
        return part
    match part.get("anyOf"):
        case [{"$ref": _} as listed, {"type": "string", **others}] if not others:
            return listed
    return {name: _closed(each) for name, each in part.items()}


def unconnected_app(public_url: str = "") -> Described:
    """The application, which has not started: its routes and its description."""
    nowhere = SecretStr("postgresql+psycopg://nobody@/nothing?host=/nonexistent")
    return create_app(
        Settings(
            database_url_web=nowhere,
            database_url_lookup=nowhere,
            valkey_url=SecretStr("unix:///nonexistent"),
            master_key=SecretStr(MasterKey.generate()),
            public_url=public_url,
            _env_file=None,
        )
    )


@cache
def description() -> Description:
    """The application's own; made once for all tests of a process."""
    return Description(unconnected_app().openapi())
