"""The envelope around a record: JWS, general JSON serialisation, one Ed25519 signature (more may stand beside it).

Only `alg: Ed25519` with a key of the given set counts; other signatures are passed over, none is taken on trust. The payload
must be in canonical form, so that two different bytes are never the same record.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws as jose
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from service.signing.canonical import canonical
from service.signing.errors import BadSignature, UnknownKey, Unreadable, WrongPurpose
from service.signing.public_keys import PublicKey, Purpose

_ALGORITHM = "Ed25519"
_LARGEST = 256 * 1024


def seal_envelope(payload: bytes, kid: str, private_key: bytes) -> bytes:
    """Signs `payload` with 32 bytes of Ed25519; returns the bytes of a JWS."""
    key = OKPKey.import_key(_private_jwk(private_key))
    members: list[Any] = [{"protected": {"alg": _ALGORITHM, "kid": kid, "typ": "loa-record+jws"}}]
    return canonical(jose.serialize_json(members, payload, key, algorithms=[_ALGORITHM]))


def open_envelope(jws: bytes, public_keys: Mapping[str, PublicKey], *, purpose: Purpose) -> tuple[dict[str, Any], PublicKey]:
    """Verifies a JWS; returns the signed document and the key that signed it. Raises a `VerificationError`."""
    if len(jws) > _LARGEST:
        raise Unreadable("too large")
    try:
        envelope = json.loads(jws)
        signatures = [(_header(one["protected"]), one) for one in envelope["signatures"]]
        payload = envelope["payload"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unreadable("not a JWS in general JSON serialisation") from None
    ours = [(header.get("kid"), one) for header, one in signatures if header.get("alg") == _ALGORITHM]
    if not ours:
        raise Unreadable("no Ed25519 signature")
    kid, signature = next(((kid, one) for kid, one in ours if isinstance(kid, str) and kid in public_keys), (None, None))
    if kid is None:
        raise UnknownKey(str(ours[0][0])[:100])
    key = public_keys[kid]
    if key.purpose != purpose:
        raise WrongPurpose(key.purpose)
    try:
        one_signature: Any = {"payload": payload, "signatures": [signature]}
        opened = jose.deserialize_json(one_signature, OKPKey.import_key(_public_jwk(key.key)), algorithms=[_ALGORITHM]).payload
    except (JoseError, ValueError, TypeError, KeyError):
        raise BadSignature(kid) from None
    try:
        document = json.loads(opened)
        if not isinstance(document, dict) or canonical(document) != opened:
            raise Unreadable("payload not in canonical form")
    except (ValueError, RecursionError):
        raise Unreadable("payload is no JSON object") from None
    return document, key


def _header(protected: str) -> dict[str, Any]:
    try:
        header = json.loads(base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))
    except binascii.Error:
        raise ValueError("header") from None
    if not isinstance(header, dict):
        raise TypeError("header")
    return header


def _private_jwk(private_key: bytes) -> dict[str, str | list[str]]:
    public = Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
    return _public_jwk(public) | {"d": _base64url(private_key)}


def _public_jwk(public_key: bytes) -> dict[str, str | list[str]]:
    Ed25519PublicKey.from_public_bytes(public_key)
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(public_key)}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
