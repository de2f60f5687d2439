"""The forms a list comes in, read into memory only, and only once the caller is known."""

from contextlib import aclosing
from typing import Annotated, TypeVar

from fastapi import HTTPException, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from contact_registry.headings import ListOf

# FastAPI says `contentMediaType`, as OpenAPI 3.1 would have it: generators then make it a text and send it without a file's name.
SentFile = Annotated[UploadFile, WithJsonSchema({"type": "string", "format": "binary"})]


class UploadForm(BaseModel):
    """What an upload carries, as `multipart/form-data`."""

    model_config = ConfigDict(extra="forbid")

    file: SentFile = Field(description="xlsx, xls, ods, csv or tsv, at most 10 MB and 20,000 rows")
    unit: Annotated[str, Field(max_length=40)]
    dry_run: bool = False
    audience: ListOf = "parents"


class CorrectionsForm(BaseModel):
    """The workbook of rows to fix, corrected, as `multipart/form-data`."""

    model_config = ConfigDict(extra="forbid")

    file: SentFile = Field(description="the xlsx of `/imports/{id}/rows-to-fix`")


class _InMemory(MultiPartParser):
    """Families' addresses never lie on a disk in clear: nothing spills to a temporary file. The body's own limit is lower."""

    spool_max_size = 16 * 1024 * 1024


Form = TypeVar("Form", bound=BaseModel)


async def read_form(request: Request, kind: type[Form]) -> Form:
    """Reads the form, here and not in the framework: only once the caller is known, and into memory only."""
    fields = FormData()
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        try:
            async with aclosing(request.stream()) as stream:
                fields = await _InMemory(request.headers, stream, max_files=4, max_fields=20, max_part_size=4096).parse()
        except (MultiPartException, ClientDisconnect):
            raise HTTPException(400) from None
    try:
        return kind.model_validate({name: value for name, value in fields.items() if value != ""})
    except ValidationError as invalid:
        await fields.close()
        wrong = [{"type": e["type"], "loc": ("body", *e["loc"]), "ctx": e.get("ctx", {})} for e in invalid.errors()]
        raise RequestValidationError(wrong) from None
