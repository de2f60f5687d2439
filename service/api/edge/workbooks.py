"""Excel workbooks as answers: how they are described, and how they go out."""

from typing import Any

from fastapi import Request, Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BYTES = "application/octet-stream"

WORKBOOK: dict[str, Any] = {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (XLSX, _BYTES)}}
"""A response's description. As plain bytes, too: some generators know no other kind that is not text."""


def workbook_answer(request: Request, data: bytes, name: str, status: int = 200) -> Response:
    """Answers with a workbook to save under this name; as plain bytes for who asks for those alone (`Accept`)."""
    plain = request.headers.get("accept", "").strip().lower() == _BYTES
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"}
    return Response(data, status_code=status, media_type=_BYTES if plain else XLSX, headers=headers)
