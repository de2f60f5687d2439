"""A broadcast as the use cases see it, without a database: a draft of yesterday that nobody has submitted."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from service.broadcasts import BroadcastView

NOW = datetime(2026, 9, 7, tzinfo=UTC)


def view_of_a_draft(**changes: Any) -> BroadcastView:
    """`changes`: any of its fields; what is not said of a draft is None."""
    said: dict[str, Any] = {
        "id": 1,
        "public_id": UUID(int=1),
        "unit_id": 1,
        "unit": "nbk-thcs",
        "state": "draft",
        "kind": "scam_alert",
        "urgency": "urgent",
        "title": "Tin",
        "texts": {"sms": "Gọi 113"},
        "sms_script": "unicode",
        "audience": {},
        "channels": ("sms",),
        "drill": False,
        "expires_at": NOW + timedelta(days=14),
        "author_id": 1,
        "editor_ids": (),
        "version": 1,
        "created_at": NOW - timedelta(days=1),
        "updated_at": NOW - timedelta(days=1),
    }
    unsaid: dict[str, Any] = dict.fromkeys(field.name for field in fields(BroadcastView))
    return BroadcastView(**(unsaid | said | changes))
