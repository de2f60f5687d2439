"""The OpenAPI description: what FastAPI makes of the calls, and the one shape of a refusal, which is no call's own."""

import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from service.api.problems import Problem

_END = re.compile(r"[.:;](?:\s|$)")


class Described(FastAPI):
    """An application whose description holds what `RESPONSES` refers to, and which `layers` stand around, the innermost first.

    Middleware as the framework has it stands inside of its own handler of faults, and so around no fault.
    """

    layers: tuple[Callable[[ASGIApp], ASGIApp], ...] = ()

    def build_middleware_stack(self) -> ASGIApp:
        """Everything around the routes."""
        stack = super().build_middleware_stack()
        for layer in self.layers:
            stack = layer(stack)
        return stack

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document; made once."""
        made = self.openapi_schema is not None
        document = super().openapi()
        if not made:
            refusal = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            for operations in document["paths"].values():
                for operation in operations.values():  # a function's name, FastAPI's own summary, tells nobody anything
                    operation["summary"] = " ".join(_END.split(operation["description"], 1)[0].split())
            document["components"]["schemas"] |= refusal.pop("$defs") | {"Problem": refusal}
        return document
