"""Public keys: who may have signed, for what, and from when until when. Read and written as a JWK set (RFC 7517).

Revocation is dated: a record made before it stays valid. The date a record bears is its signer's word; the public log of the
coming steps is what will hold a thief of a key to it.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from service.signing.canonical import canonical
from service.signing.errors import KeyNotValid, Unreadable

Purpose = Literal["record", "drill"]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key (32 bytes) of a unit. `valid_to` and `revoked_at` are the first moments it no longer signs."""

    kid: str
    unit: str
    purpose: Purpose
    key: bytes
    valid_from: datetime
    valid_to: datetime | None = None
    revoked_at: datetime | None = None

    def require_valid(self, at: datetime) -> None:
        """Returns nothing, or raises `KeyNotValid`."""
        ends = [end for end in (self.valid_to, self.revoked_at) if end is not None]
        # To the second, as records are dated: a key made in this second may sign in it.
        if at < self.valid_from.replace(microsecond=0) or any(at >= end for end in ends):
            raise KeyNotValid(self.kid)


def key_id(key: bytes) -> str:
    """Names a key by its JWK thumbprint (RFC 7638, RFC 8037), so that two keys never share a name."""
    members = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(key)}
    return _base64url(hashlib.sha256(canonical(members)).digest())


def write_jwks(keys: Iterable[PublicKey]) -> dict[str, Any]:
    """Writes the JWK set that `/.well-known/jwks.json` serves. Members that begin with `loa_` are ours; times are RFC 3339."""
    return {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "x": _base64url(key.key),
                "kid": key.kid,
                "use": "sig",
                "alg": "Ed25519",
                "loa_unit": key.unit,
                "loa_purpose": key.purpose,
                "loa_valid_from": _moment(key.valid_from),
                **({"loa_valid_to": _moment(key.valid_to)} if key.valid_to else {}),
                **({"loa_revoked_at": _moment(key.revoked_at)} if key.revoked_at else {}),
            }
            for key in keys
        ]
    }


def read_jwks(document: Mapping[str, Any]) -> dict[str, PublicKey]:
    """Reads the keys of a JWK set by kid; keys of another kind are passed over. Raises `Unreadable`."""
    try:
        found = [
            PublicKey(
                kid=jwk["kid"],
                unit=jwk["loa_unit"],
                purpose=jwk["loa_purpose"],
                key=base64.urlsafe_b64decode(jwk["x"] + "=" * (-len(jwk["x"]) % 4)),
                valid_from=datetime.fromisoformat(jwk["loa_valid_from"]),
                valid_to=_read(jwk.get("loa_valid_to")),
                revoked_at=_read(jwk.get("loa_revoked_at")),
            )
            for jwk in document["keys"]
            if jwk.get("crv") == "Ed25519" and "loa_purpose" in jwk
        ]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unreadable("not a JWK set of Loa") from None
    if any(len(key.key) != 32 or key.kid != key_id(key.key) for key in found):
        raise Unreadable("a key does not bear its own name")
    return {key.kid: key for key in found}


def _read(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
