"""Refusals as `application/problem+json` (RFC 9457), in the caller's language, without a value that was sent."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from service.api.edge.codes import ProblemCode
from service.errors import FieldError, LoaError, RowError, RowsRefused
from service.languages import Language, preferred_language
from service.sentences import sentence, title


class FieldProblem(BaseModel):
    """One field that could not be used."""

    field: str
    code: ProblemCode
    message: str


class RowProblem(BaseModel):
    """One cell of a list that could not be used: row and heading as the spreadsheet shows them.
    Never repeats what stood there.
    """

    row: int
    column: str
    code: ProblemCode
    message: str


def row_problems(errors: Iterable[RowError], language: Language) -> list[RowProblem]:
    """Says row errors in words."""
    return [
        RowProblem(row=each.row, column=each.column, code=each.code, message=sentence(each.code, language, each.values))
        for each in errors
    ]


class Problem(BaseModel):
    """Why a request was refused. `code` never changes; sentences may."""

    model_config = ConfigDict(
        json_schema_serialization_defaults_required=True,
        json_schema_extra={
            "example": {
                "type": "urn:loa:problem:unit.unknown",
                "title": "Không tìm thấy",
                "status": 404,
                "detail": "Không có đơn vị mang mã này, hoặc tài khoản không được làm thay đơn vị đó.",
                "code": "unit.unknown",
                "errors": [],
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str
    code: ProblemCode
    errors: list[FieldProblem] = Field(default_factory=list)


class ProblemResponse(JSONResponse):
    media_type = "application/problem+json"


# What pydantic found → code of ours. Anything else is `field.invalid`.
_FIELD_CODES = {
    "missing": "field.missing",
    "extra_forbidden": "request.unknown_field",
    "string_too_long": "field.too_long",
    "too_long": "field.too_long",
    "string_too_short": "field.too_short",
    "too_short": "field.too_short",
    "literal_error": "field.choice",
    "enum": "field.choice",
    "datetime_parsing": "field.time",
    "datetime_from_date_parsing": "field.time",
    "timezone_aware": "field.time",
    "date_parsing": "field.date",
    "date_from_datetime_parsing": "field.date",
    "date_from_datetime_inexact": "field.date",
}


def problem(
    request: Request,
    status: int,
    code: str,
    *,
    fields: Iterable[FieldError] = (),
    values: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> ProblemResponse:
    """Makes the response for a code."""
    language = preferred_language(request.headers.get("accept-language"))
    body = Problem(
        type=f"urn:loa:problem:{code}",
        title=title(status, language),
        status=status,
        detail=sentence(code, language, values),
        code=code,
        errors=[
            FieldProblem(field=error.field, code=error.code, message=sentence(error.code, language, error.values))
            for error in fields
        ],
    )
    return ProblemResponse(
        body.model_dump() | dict(more or {}), status_code=status, headers=dict(headers or {}) | {"Content-Language": language}
    )


def refused(request: Request, refusal: LoaError) -> ProblemResponse:
    """Makes the response for a refusal of ours."""
    headers = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.status in (429, 503):
        headers["Retry-After"] = "5" if refusal.code.startswith("request.") else "30"
    more = None
    if isinstance(refusal, RowsRefused):
        rows = row_problems(refusal.problems, preferred_language(request.headers.get("accept-language")))
        more = {
            "rows": refusal.rows,
            "created": 0,
            "unchanged": refusal.unchanged,
            "problems": [row.model_dump() for row in rows],
        }
    return problem(
        request, refusal.status, refusal.code, fields=refusal.fields, values=refusal.values, headers=headers, more=more
    )


def invalid_request(request: Request, error: RequestValidationError) -> ProblemResponse:
    """Makes the response for a request whose shape is wrong. Names fields, never repeats what stood in them."""
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem(request, 400, "request.malformed")
    fields = [
        FieldError(
            _path(each["loc"]),
            _FIELD_CODES.get(each["type"], "field.invalid"),
            {"allowed": _allowed(each.get("ctx", {}))},
        )
        for each in found[:50]  # a list of 10,000 wrong values is not worth a longer answer
    ]
    code = "request.unknown_field" if any(each.code == "request.unknown_field" for each in fields) else "request.invalid"
    return problem(request, 422, code, fields=fields)


def _allowed(context: Mapping[str, Any]) -> str:
    """The allowed values in a row: pydantic joins them in English."""
    return ", ".join(re.findall(r"'([^']*)'", str(context.get("expected", "")))) or "…"


def _path(location: tuple[int | str, ...]) -> str:
    parts = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    return ".".join(str(part)[:60] for part in parts) or str(location[0] if location else "body")


def _refusals(description: str) -> dict[str, Any]:
    # By reference, not by `model`: FastAPI would say `application/json` of it. `Described` puts the shape there.
    return {
        "description": description,
        "content": {ProblemResponse.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": _refusals("Refused; see `code`"),
    "5XX": _refusals("Nothing was done. 503: ask again after `Retry-After`"),
}
UNAVAILABLE: dict[int | str, dict[str, Any]] = {
    503: _refusals("`lookup.unavailable`: cannot be looked up now. Says nothing of the message, least of all that it is false")
}
