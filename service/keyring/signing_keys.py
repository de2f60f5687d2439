"""Signing keys: Ed25519, private half sealed under the master key, public half published.

A unit without a key of its own signs with the nearest above it: in a department of 1,300 schools one key is kept well.
"""

import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import MasterKey
from service.errors import Unavailable
from service.signing.canonical import sha256
from service.signing.records import PublicKey, b64, jwk


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key in use: 32 bytes, never shown."""

    kid: str
    private: bytes = field(repr=False)


def _purpose(kid: str) -> str:
    return f"signing-key:{kid}"


async def make_signing_key(conn: AsyncConnection, master: MasterKey, unit_id: int, *, purpose: str, now: datetime) -> str:
    """Makes a unit's next signing key, valid from `now`; its kid. For the owner's login. Older keys stay valid beside it."""
    seed = os.urandom(32)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    kid = b64(sha256(public)[:12])
    await conn.execute(
        text(
            "INSERT INTO signing_keys (kid, unit_id, purpose, public_key, private_sealed, valid_from)"
            " VALUES (:kid, :unit, :purpose, :public, :sealed, :now)"
        ),
        {
            "kid": kid,
            "unit": unit_id,
            "purpose": purpose,
            "public": public,
            "sealed": master.wrap(seed, _purpose(kid)),
            "now": now,
        },
    )
    return kid


async def signing_key(conn: AsyncConnection, master: MasterKey, *, purpose: str, now: datetime) -> SigningKey:
    """The key that signs for the acting unit now. Raises `Unavailable("keyring.no_key")` if nobody above it has one."""
    row = (
        await conn.execute(
            text("SELECT kid, private_sealed FROM door_signing_key(:purpose, :now)"), {"purpose": purpose, "now": now}
        )
    ).one_or_none()
    if row is None:
        raise Unavailable("keyring.no_key")
    return SigningKey(row.kid, master.unwrap(bytes(row.private_sealed), _purpose(row.kid)))


async def public_keys(conn: AsyncConnection) -> dict[str, PublicKey]:
    """Every key ever published, by kid."""
    rows = await conn.execute(text("SELECT * FROM door_public_keys()"))
    return {
        row.kid: PublicKey(
            row.kid, row.unit_code, row.purpose, bytes(row.public_key), row.valid_from, row.valid_to, row.revoked_at
        )
        for row in rows
    }


def key_set(keys: dict[str, PublicKey]) -> dict[str, Any]:
    """A JWK set (RFC 7517)."""
    return {"keys": [jwk(key) for key in keys.values()]}
