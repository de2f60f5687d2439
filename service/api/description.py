"""The OpenAPI description: what FastAPI makes of the calls, and the one shape of a refusal, which is no call's own."""

from typing import Any

from fastapi import FastAPI

from service.api.problems import Problem


class Described(FastAPI):
    """An application whose description holds what `RESPONSES` refers to."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document; made once."""
        made = self.openapi_schema is not None
        document = super().openapi()
        if not made:
            refusal = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            document["components"]["schemas"] |= refusal.pop("$defs") | {"Problem": refusal}
        return document
