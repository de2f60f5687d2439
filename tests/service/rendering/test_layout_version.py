"""A message's frame is signed: a word changed in a template or in a catalogue makes another layout, which is approved anew."""

import hashlib
import json
from datetime import UTC, datetime

from service.rendering import LAYOUT_VERSION, message_variants

LAYOUT = (4, "011ed8b627337dcca5db1e7d1ae88ce5291803fc82a8d79a298c02cc4193292c")
"""The version, and the SHA-256 of everything it makes of one warning. Raise both together."""


def everything() -> list[object]:
    at = datetime(2026, 9, 6, 23, 30, tzinfo=UTC)
    return [
        message_variants(
            kind=kind,
            sender="SGDDTDNAI",
            unit_name="Trường <A> & B",
            sms="Có kẻ mạo danh.",
            sms_script=script,
            email_subject=subject,
            email_body="Chào <bạn> & 100%.\n\nViệc cần làm\n- Cúp máy\n\nCảm ơn.",
            issued_at=at,
            expires_at=at,
            advisory=advisory,
        )
        for kind in ("scam_alert", "safety_advice", "verification_instructions")
        for script in ("ascii", "unicode")
        for subject in ("Tin giả", "[Tin] giả")
        for advisory in (True, False)
    ]


def test_a_changed_frame_has_a_new_version() -> None:
    digest = hashlib.sha256(json.dumps(everything(), ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    assert (LAYOUT_VERSION, digest) == LAYOUT
