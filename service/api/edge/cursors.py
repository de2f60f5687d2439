"""Cursors of lists: opaque to the caller, a position inside."""

import base64
import binascii
from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.errors import FieldError, Invalid

Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500)]


def make_cursor(position: str | int) -> str:
    """Writes the text a caller hands back to go on behind `position`."""
    return base64.urlsafe_b64encode(str(position).encode()).decode().rstrip("=")


def open_cursor(cursor: str | None) -> str | None:
    """Reads the position in a cursor. Raises `Invalid("request.cursor")`."""
    if cursor is None:
        return None
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        raise _unreadable() from None


def open_number(cursor: str | None) -> int | None:
    """Reads a cursor whose position is a number."""
    position = open_cursor(cursor)
    if position is None:
        return None
    if not (position.isdigit() and len(position) <= 18):
        raise _unreadable()
    return int(position)


def open_uuid(cursor: str | None) -> UUID | None:
    """Reads a cursor whose position is an id."""
    position = open_cursor(cursor)
    try:
        return None if position is None else UUID(position)
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> Invalid:
    return Invalid("request.cursor", fields=(FieldError("cursor", "request.cursor"),))
