"""What an approval binds to: a digest of everything that decides what is said, to whom, how and when. Any edit changes it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from service.signing.canonical import digest


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


def broadcast_digest(
    *,
    public_id: str,
    unit: str,
    unit_name: str,
    sender: str,
    kind: str,
    urgency: str,
    title: str,
    texts: Mapping[str, Any],
    sms_script: str,
    layout_version: int,
    audience: Mapping[str, Any],
    audience_count: int,
    channels: Sequence[str],
    send_at: datetime | None,
    expires_at: datetime,
    drill: bool = False,
    fallback: str | None = None,
) -> str:
    """SHA-256, in hex, of the canonical JSON (RFC 8785) of all arguments."""
    bound: Any = {
        "id": public_id,
        "unit": unit,
        "unit_name": unit_name,
        "sender": sender,
        "kind": kind,
        "urgency": urgency,
        "title": title,
        "texts": texts,
        "sms_script": sms_script,
        "layout_version": layout_version,
        "audience": audience,
        "audience_count": audience_count,
        "channels": sorted(channels),
        "send_at": _moment(send_at),
        "expires_at": _moment(expires_at),
    }
    if drill:  # said only where it is so: what was submitted before there were drills keeps its digest
        bound["drill"] = True
    if fallback:  # as with drills
        bound["fallback"] = fallback
    return digest(bound)
