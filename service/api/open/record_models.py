"""The shapes of what is signed and of the keys it is verified with, for the OpenAPI document: records go out byte for byte."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from service.api.open.lookups import Issuer, OfficialTextsOut
from service.broadcasts import Kind, Urgency
from service.signing.public_keys import Purpose


class SignatureOut(BaseModel):
    """One signature over `protected` and the payload. `protected`: base64url of JSON with `alg`, `kid` and `typ`."""

    protected: str
    signature: str


class SignedRecord(BaseModel):
    """JWS, general JSON serialisation (RFC 7515, 7.2.1). `payload`: base64url of a `RecordDocument`."""

    payload: str
    signatures: list[SignatureOut]


class ApprovalOut(BaseModel):
    """Who approved what. `account`: known to the issuer. `digest`: of what was read and approved. `single`: by its own author, in
    an emergency.
    """

    role: str
    account: int
    at: AwareDatetime
    digest: str
    single: bool


class FactsOut(BaseModel):
    """What the texts state as facts: telephone numbers, hosts and days as they stand in them."""

    phones: list[str]
    hosts: list[str]
    dates: list[str]


class RecordDocument(BaseModel):
    """What a record's payload holds once it is decoded: RFC 8785 JSON. Times are UTC, to the second.

    `purpose`: `drill` for an exercise. `public_number`: its look-up number. `texts`: final, `{number}` where
    each message has its own. `replaces`, `recalls`: SHA-256 of another record's bytes.
    """

    format: Literal["loa-record/1"]
    purpose: Purpose
    id: UUID
    revision: int
    kind: Kind
    urgency: Urgency
    issuer: Issuer
    public_number: str
    texts: OfficialTextsOut
    layout_version: str
    facts: FactsOut
    created_at: AwareDatetime
    not_before: AwareDatetime
    expires_at: AwareDatetime
    replaces: str | None
    recalls: str | None
    approvals: list[ApprovalOut]
    rules_version: str


class JwkOut(BaseModel):
    """A public key. `loa_unit`: whose. `loa_purpose`: what it signs.
    It signs from `loa_valid_from` on, until the earliest of the others.
    """

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["Ed25519"]
    loa_unit: str
    loa_purpose: Purpose
    loa_valid_from: AwareDatetime
    loa_valid_to: AwareDatetime | None = None
    loa_revoked_at: AwareDatetime | None = None


class JwkSetOut(BaseModel):
    """A JWK set (RFC 7517): every key there ever was."""

    keys: list[JwkOut]


class UnitKeyOut(BaseModel):
    kid: str
    unit: str
    purpose: Purpose


class RevokedKeyOut(BaseModel):
    """A record dated before `at` stays valid."""

    kid: str
    at: AwareDatetime


class DirectoryOut(BaseModel):
    """Whose the keys are. `delegations`: none yet; a unit without a key of its own is signed for by the
    nearest above it that has one.
    """

    keys: list[UnitKeyOut]
    delegations: list[dict[str, str]] = Field(max_length=0)
    revocations: list[RevokedKeyOut]
