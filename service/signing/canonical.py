"""One value, one sequence of bytes: canonical JSON (RFC 8785),
so that signatures and digests mean the value, not its spelling.
"""

import hashlib
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """Writes a JSON value (str, bool, None, int within 2^53, list, tuple, dict with text keys) as RFC 8785 bytes."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """Hashes the canonical bytes with SHA-256, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
