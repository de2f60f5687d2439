"""The API's reference at `/api/docs`: a page made from the OpenAPI description, without scripts and without another host."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)


@router.get("/api/docs", response_class=HTMLResponse)
async def reference(request: Request) -> HTMLResponse:
    """Every call with what it takes and answers."""
    pages = request.app.state.lookup_site.pages
    language = "en" if request.query_params.get("lang") == "en" else "vi"
    html = pages.render("pages/reference.html", language, here="/api/docs", groups=_groups(request.app.openapi()))
    return HTMLResponse(html, headers=pages.headers())


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


def _fields(content: dict[str, Any], schemas: dict[str, Any]) -> list[tuple[str, str, bool]]:
    schema = _resolved(content.get("schema", {}), schemas)
    needed = schema.get("required", [])
    return [(name, _type(field), name in needed) for name, field in schema.get("properties", {}).items()]


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas.get(schema["$ref"].rsplit("/", 1)[-1], {}) if "$ref" in schema else schema
    return found


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"].rsplit("/", 1)[-1])
    if "enum" in field:
        return " | ".join(str(each) for each in field["enum"])
    if "anyOf" in field:
        return " | ".join(_type(each) for each in field["anyOf"])
    if field.get("type") == "array":
        return f"[{_type(field.get('items', {}))}]"
    return str(field.get("format") or field.get("const") or field.get("type") or "any")
