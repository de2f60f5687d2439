"""Signing keys: made by the owner, opened for one signature by the web, read by everybody as public keys.

A unit without a key of its own is signed for by the nearest above it: the department, until delegation to schools comes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import Unavailable
from service.keyring.wrapping import Wrapping
from service.signing.public_keys import PublicKey, Purpose, key_id, write_jwks


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs: 32 bytes of Ed25519, and the name records call it by."""

    kid: str
    private: bytes = field(repr=False)


async def make_signing_key(
    conn: AsyncConnection,
    master: Wrapping,
    unit_id: int,
    *,
    purpose: Purpose,
    now: datetime,
    valid_for: timedelta | None = None,
) -> str:
    """Makes a new key of a unit, valid from `now`; returns its kid. For the owner's login. Older keys stay valid beside it."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    kid = key_id(public)
    await conn.execute(
        text(
            "INSERT INTO signing_keys (kid, unit_id, purpose, public_key, private_sealed, valid_from, valid_to)"
            " VALUES (:kid, :unit, :purpose, :public, :sealed, :now, :until)"
        ),
        {
            "kid": kid,
            "unit": unit_id,
            "purpose": purpose,
            "public": public,
            "sealed": master.wrap(key.private_bytes_raw(), _sealed_as(kid)),
            "now": now,
            "until": now + valid_for if valid_for else None,
        },
    )
    return kid


async def make_missing_drill_keys(conn: AsyncConnection, master: Wrapping) -> None:
    """Makes a drill key for each unit that signs warnings and has none; it passes for nothing else. For the owner's login."""
    rows = await conn.execute(
        text(
            "SELECT unit_id, now() AS now FROM signing_keys GROUP BY unit_id HAVING bool_and(purpose <> 'drill') ORDER BY unit_id"
        )
    )
    for row in rows.all():
        await make_signing_key(conn, master, row.unit_id, purpose="drill", now=row.now)


async def signing_key(conn: AsyncConnection, master: Wrapping, *, purpose: Purpose, now: datetime) -> SigningKey:
    """Returns the key that signs for the acting unit now. Raises `Unavailable("signing.no_key")`:
    then nothing may be approved.
    """
    row = (
        await conn.execute(
            text("SELECT kid, private_sealed FROM door_signing_key(:purpose, :now)"), {"purpose": purpose, "now": now}
        )
    ).one_or_none()
    if row is None:
        raise Unavailable("signing.no_key")
    return SigningKey(row.kid, master.unwrap(bytes(row.private_sealed), _sealed_as(row.kid)))


async def public_keys(conn: AsyncConnection) -> dict[str, PublicKey]:
    """Returns every public key there ever was, by kid: old records are verified with old keys."""
    rows = await conn.execute(text("SELECT * FROM door_public_keys()"))
    return {
        row.kid: PublicKey(
            row.kid, row.unit_code, row.purpose, bytes(row.public_key), row.valid_from, row.valid_to, row.revoked_at
        )
        for row in rows
    }


async def jwks(conn: AsyncConnection) -> dict[str, Any]:
    """Returns what `/.well-known/jwks.json` serves."""
    return write_jwks((await public_keys(conn)).values())


async def directory(conn: AsyncConnection) -> dict[str, Any]:
    """Returns what `/.well-known/loa-directory.json` serves: which unit signs with which key, and what was revoked when."""
    keys = (await public_keys(conn)).values()
    return {
        "keys": [{"kid": key.kid, "unit": key.unit, "purpose": key.purpose} for key in keys],
        "delegations": [],
        "revocations": [{"kid": key.kid, "at": key.revoked_at.isoformat()} for key in keys if key.revoked_at],
    }


async def rewrap_signing_keys(conn: AsyncConnection, old: Wrapping, new: Wrapping) -> int:
    """Seals every private key under another master key; how many. For the owner's login."""
    rows = (await conn.execute(text("SELECT kid, private_sealed FROM signing_keys"))).all()
    anew = [
        {"kid": row.kid, "sealed": new.wrap(old.unwrap(bytes(row.private_sealed), _sealed_as(row.kid)), _sealed_as(row.kid))}
        for row in rows
    ]
    if anew:
        await conn.execute(text("UPDATE signing_keys SET private_sealed = :sealed WHERE kid = :kid"), anew)
    return len(anew)


def _sealed_as(kid: str) -> str:
    return f"signing-key:{kid}"
