"""A revocation: the issuer's signed word that a record no longer stands. The record itself stays as it is, byte for byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args
from uuid import UUID

from service.signing.canonical import canonical
from service.signing.envelope import open_envelope, seal_envelope
from service.signing.errors import Unreadable
from service.signing.public_keys import PublicKey, Purpose

_FORMAT = "loa-revocation/1"

RevocationReason = Literal["cancelled", "cancelled_unsent"]
"""Cancelled when some of it had left, or before any of it had."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """Which record, since when (aware, kept to the second), and why."""

    record_id: UUID
    at: datetime
    reason: RevocationReason
    purpose: Purpose = "record"


def sign_revocation(revocation: Revocation, kid: str, private_key: bytes) -> bytes:
    """Signs a revocation with 32 bytes of Ed25519, of a key with the record's purpose; returns the bytes of a JWS."""
    document = {
        "format": _FORMAT,
        "purpose": revocation.purpose,
        "record": str(revocation.record_id),
        "at": revocation.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "reason": revocation.reason,
    }
    return seal_envelope(canonical(document), kid, private_key)


def open_revocation(jws: bytes, public_keys: Mapping[str, PublicKey], *, purpose: Purpose = "record") -> Revocation:
    """Verifies a signed revocation and returns it. Raises a `VerificationError`."""
    document, key = open_envelope(jws, public_keys, purpose=purpose)
    try:
        if (
            document["format"] != _FORMAT
            or document["purpose"] != purpose
            or document["reason"] not in get_args(RevocationReason)
        ):
            raise Unreadable("not a revocation of this form")
        revocation = Revocation(UUID(document["record"]), datetime.fromisoformat(document["at"]), document["reason"], purpose)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unreadable("not a revocation") from None
    key.require_valid(revocation.at)
    return revocation
