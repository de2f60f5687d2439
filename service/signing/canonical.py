"""Canonical bytes: one way to write a value (RFC 8785), so that a signature or digest over it can be checked anywhere."""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785


def canonical(value: Mapping[str, Any]) -> bytes:
    """RFC 8785 bytes of a JSON object. Raises ValueError for what JSON cannot say."""
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # its type is recursive, ours is checked by it
    except rfc8785.CanonicalizationError as error:
        raise ValueError(str(error)) from error


def sha256(data: bytes) -> bytes:
    """32 bytes."""
    return hashlib.sha256(data).digest()
