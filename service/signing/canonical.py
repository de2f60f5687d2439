"""One value, one sequence of bytes: canonical JSON (RFC 8785), so that signatures and digests mean the value, not its spelling."""

import hashlib
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value (str, bool, None, int within 2^53, list, tuple, dict with text keys)."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
