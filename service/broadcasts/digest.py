"""What an approval binds to: a digest of everything that decides what is said, to whom, how and when. Any edit changes it."""

from datetime import UTC, datetime
from typing import Any

from service.broadcasts.queries import BroadcastView
from service.broadcasts.texts.frames import Frame
from service.rendering import LAYOUT_VERSION
from service.signing.canonical import digest


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


def digest_of(view: BroadcastView, frame: Frame, *, audience_count: int, layout_version: int = LAYOUT_VERSION) -> str:
    """Hashes the broadcast as it stands: SHA-256, in hex, of its canonical JSON (RFC 8785). `audience_count`: how many messages
    it would be.
    """
    bound: Any = {
        "id": str(view.public_id),
        "unit": frame.unit.code,
        "unit_name": frame.unit.name,
        "sender": frame.sender,
        "kind": view.kind,
        "urgency": view.urgency,
        "title": view.title,
        "texts": view.texts,
        "sms_script": view.sms_script,
        "layout_version": layout_version,
        "audience": view.audience,
        "audience_count": audience_count,
        "channels": sorted(view.channels),
        "send_at": _moment(view.send_at),
        "expires_at": _moment(view.expires_at),
    }
    if view.drill:  # said only where it is so: what was submitted before there were drills keeps its digest
        bound["drill"] = True
    if view.fallback:  # as with drills
        bound["fallback"] = view.fallback
    return digest(bound)
