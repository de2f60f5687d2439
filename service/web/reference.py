"""The API's reference at `/api/docs`: a page made from the OpenAPI description, without scripts and without another host."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)


@router.get("/api/docs", response_class=HTMLResponse)
async def reference(request: Request) -> HTMLResponse:
    """Every call with what it takes and answers."""
    state = request.app.state
    pages = state.lookup_site.pages
    if not hasattr(state, "reference"):  # made once: anybody may ask for it, and making it costs ten look-ups
        # The description is written in English only, and so is the page around it.
        page = pages.render("pages/reference.html", "en", here=None, groups=_groups(request.app.openapi()))
        state.reference = page.encode()
    return HTMLResponse(state.reference, headers=pages.headers())


def _groups(description: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    schemas = description.get("components", {}).get("schemas", {})
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            body = operation.get("requestBody", {}).get("content", {})
            answer: dict[str, Any] = next(
                (found for code, found in sorted(operation["responses"].items()) if code.startswith("2")), {}
            )
            groups.setdefault(operation.get("tags", ["other"])[0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "does": operation["summary"],
                    "says": operation.get("description", ""),
                    "open": not operation.get("security"),
                    "parameters": [
                        {"name": each["name"], "in": each["in"], "needed": each.get("required", False)}
                        for each in operation.get("parameters", [])
                    ],
                    "takes": [_fields(content, schemas) for content in body.values()][:1],
                    "gives": [_fields(content, schemas) for content in answer.get("content", {}).values()][:1],
                }
            )
    return sorted(groups.items())


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body or an answer. `fields`: those of the model it holds, one level deep."""

    name: str
    type: str
    needed: bool
    fields: tuple["Field", ...] = ()


def _fields(content: dict[str, Any], schemas: dict[str, Any]) -> list[Field]:
    model = _resolved(content.get("schema", {}), schemas)
    return [
        Field(each.name, each.type, each.needed, tuple(_own(_held(field, schemas))))
        for each, field in zip(_own(model), model.get("properties", {}).values(), strict=True)
    ]


def _own(model: dict[str, Any]) -> list[Field]:
    needed = model.get("required", [])
    return [Field(name, _type(field), name in needed) for name, field in model.get("properties", {}).items()]


def _held(field: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The model a field holds: alone, in a list, or beside null."""
    if "$ref" in field:
        return _resolved(field, schemas)
    for inner in (*field.get("anyOf", ()), *([field["items"]] if "items" in field else [])):
        if found := _held(inner, schemas):
            return found
    return {}


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas.get(schema["$ref"].rsplit("/", 1)[-1], {}) if "$ref" in schema else schema
    return found


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"].rsplit("/", 1)[-1])
    if "enum" in field:
        return " | ".join(str(each) for each in field["enum"])
    if alternatives := field.get("anyOf") or field.get("allOf"):
        return " | ".join(_type(each) for each in alternatives)
    if field.get("type") == "array":
        return f"[{_type(field.get('items', {}))}]"
    return str(field.get("format") or field.get("const") or field.get("type") or "any")
