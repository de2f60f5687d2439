"""The record: what was said, frozen and signed. Canonical JSON in a JWS of general JSON serialisation, algorithm Ed25519.

It refers to nothing that can change and names no recipient. It is stored, served and verified byte for byte.

    VerificationError
    ├── NotARecord          the bytes are not a record we could have written
    ├── UnknownKey          signed by a key that is not published
    ├── KeyNotValid         the key was not valid, or was revoked, when the record says it was signed
    └── BadSignature
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OKPKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from service.signing.canonical import canonical

FORMAT = 1
_ALGORITHM = "Ed25519"
_TYPE = "loa-record"


class VerificationError(Exception):
    """The record must not be believed."""


class NotARecord(VerificationError):
    pass


class UnknownKey(VerificationError):
    def __init__(self, kid: str) -> None:
        super().__init__(kid)
        self.kid = kid


class KeyNotValid(VerificationError):
    pass


class BadSignature(VerificationError):
    pass


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Issuer(_Frozen):
    """The unit that speaks, named as on the day."""

    code: str
    name: str


class Approval(_Frozen):
    """One person's word. `digest`: of exactly what they approved. `single`: an emergency by one person."""

    role: str
    account: int
    at: AwareDatetime
    digest: str
    single: bool = False


class Facts(_Frozen):
    """The closed list of what a text may point to."""

    phones: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


class Record(_Frozen):
    """`texts`: every final variant, `{"sms": {"ascii": ...}, "email": {"subject", "text", "html"}}`, with one slot `{number}` each.

    `public_number`: its look-up number for boards and posters, written. Times are UTC.
    """

    format: Literal[1] = 1
    id: UUID
    revision: int = 1
    kind: str
    urgency: str
    issuer: Issuer
    public_number: str
    texts: Mapping[str, Mapping[str, str]]
    layout_version: str
    facts: Facts = Facts()
    created_at: AwareDatetime
    not_before: AwareDatetime
    expires_at: AwareDatetime
    replaces: str | None = None
    recalls: str | None = None
    approvals: tuple[Approval, ...]
    rules_version: str

    @property
    def single_approval(self) -> bool:
        return any(approval.single for approval in self.approvals)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A published key. Revocation is dated: what was signed before stays valid."""

    kid: str
    unit_code: str
    purpose: str
    public: bytes
    valid_from: datetime
    valid_to: datetime | None = None
    revoked_at: datetime | None = None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _written(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def sign(record: Record, kid: str, private_key: bytes) -> bytes:
    """The signed record as bytes. `private_key`: the 32 bytes of an Ed25519 seed."""
    key = OKPKey.import_key(_private_jwk(private_key))
    member: Any = {"protected": {"alg": _ALGORITHM, "kid": kid, "typ": _TYPE}}
    signed = jws.serialize_json([member], canonical(_plain(record.model_dump())), key, algorithms=[_ALGORITHM])
    return canonical(dict(signed))


def verify(signed: bytes, keys: Mapping[str, PublicKey]) -> None:
    """Returns nothing, or raises a `VerificationError`. Every signature on it must hold."""
    open_record(signed, keys)


def open_record(signed: bytes, keys: Mapping[str, PublicKey]) -> Record:
    """The record, verified. Raises a `VerificationError`."""
    payload, kids = _opened(signed, keys)
    try:
        record = Record.model_validate_json(payload)
    except ValidationError as error:
        raise NotARecord("not the shape of a record") from error
    if canonical(_plain(record.model_dump())) != payload:
        raise NotARecord("not in canonical form")
    for kid in kids:
        _require_valid(keys[kid], record.created_at)
    return record


def _opened(signed: bytes, keys: Mapping[str, PublicKey]) -> tuple[bytes, Sequence[str]]:
    try:
        envelope = json.loads(signed)
        heads = [json.loads(_b64(each["protected"])) for each in envelope["signatures"]]
        kids = [str(head["kid"]) for head in heads]
        right = all(head["alg"] == _ALGORITHM and head["typ"] == _TYPE for head in heads)
    except (ValueError, KeyError, TypeError) as error:
        raise NotARecord("not a JWS of general JSON serialisation") from error
    if not kids or not right or any("header" in each for each in envelope["signatures"]):
        raise NotARecord("not signed as a record is")
    for kid in kids:
        if kid not in keys:
            raise UnknownKey(kid)
    payload = b""
    for each, kid in zip(envelope["signatures"], kids, strict=True):
        alone: Any = {"payload": envelope["payload"], "signatures": [each]}
        try:
            payload = jws.deserialize_json(alone, OKPKey.import_key(jwk(keys[kid])), algorithms=[_ALGORITHM]).payload
        except BadSignatureError as error:
            raise BadSignature(kid) from error
        except (JoseError, ValueError) as error:
            raise NotARecord("not a JWS of general JSON serialisation") from error
    return payload, kids


def _require_valid(key: PublicKey, at: datetime) -> None:
    ended = min((moment for moment in (key.valid_to, key.revoked_at) if moment is not None), default=None)
    if at < key.valid_from or (ended is not None and at >= ended):
        raise KeyNotValid(key.kid)


def _b64(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def b64(data: bytes) -> str:
    """Base64 for URLs, without padding, as JWK and JWS write bytes."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwk(key: PublicKey) -> dict[str, str]:
    """A public key as a JWK (RFC 8037)."""
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(key.public), "kid": key.kid, "use": "sig", "alg": _ALGORITHM}


def _private_jwk(seed: bytes) -> dict[str, str]:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(public), "d": b64(seed)}
