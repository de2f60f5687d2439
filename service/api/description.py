"""The OpenAPI description: what FastAPI makes of the calls, and what is no call's own:
refusals, lists of codes, what is streamed or signed.
"""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from service.api.broadcasts.models import ProgressEvent
from service.api.edge.codes import code_lists
from service.api.edge.problems import Problem
from service.api.open.record_models import RecordDocument, SignedRecord

_END = re.compile(r"[.:;](?:\s|$)")
DESCRIPTION = """Signed official warnings to parents, each with a look-up number that anybody can check.

The first number of `version` changes when a client of before would break; what follows `+` changes whenever anything in \
this document does. Fields, calls and codes may be added at any time: pass over what you do not know, and read an unknown \
`code` by its `status`."""
_BESIDE = (Problem, ProgressEvent, RecordDocument, SignedRecord)


class Described(FastAPI):
    """An application whose description holds what its answers refer to, and which `layers` stand around, the innermost first.

    Middleware as the framework has it stands inside of its own handler of faults, and so around no fault.
    """

    layers: tuple[Callable[[ASGIApp], ASGIApp], ...] = ()

    def build_middleware_stack(self) -> ASGIApp:
        """Builds everything around the routes."""
        stack = super().build_middleware_stack()
        for layer in self.layers:
            stack = layer(stack)
        return stack

    async def described(self, request: Request) -> Response:  # noqa: ARG002 - asked by anybody, answered alike
        """Answers with the document, written once."""
        if self._written is None:
            self._written = JSONResponse(self.openapi()).body
        return Response(self._written, media_type="application/json")

    _written: bytes | memoryview | None = None

    def openapi(self) -> dict[str, Any]:
        """Makes the OpenAPI 3.1 document, once. `info.version` is another whenever anything in it is."""
        made = self.openapi_schema is not None
        document = super().openapi()
        if not made:
            _, beside = models_json_schema(
                [(model, "serialization") for model in _BESIDE], ref_template="#/components/schemas/{model}"
            )
            for operations in document["paths"].values():
                for operation in operations.values():
                    # a function's name, FastAPI's own summary, tells nobody anything
                    operation["summary"] = " ".join(_END.split(operation["description"], 1)[0].split())
                    operation.setdefault("security", [])  # said of what anybody may ask, too
                    for answer in operation["responses"].values():
                        for content in answer.get("content", {}).values():
                            if "itemSchema" in content:  # OpenAPI 3.2's, and this is 3.1, which would not be valid with it
                                content["x-item-schema"] = content.pop("itemSchema")
            document["components"]["schemas"] |= beside["$defs"] | code_lists()
            document["info"]["version"] += f"+{_digest(document)}"
        return document


def _digest(document: dict[str, Any]) -> str:
    """Of what a client is made from: where it is served is not part of it."""
    said = {name: document[name] for name in ("info", "paths", "components")}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
