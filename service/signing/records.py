"""The record: what was said, by whom, approved by whom, frozen and signed. It refers to nothing that can change.

A record is RFC 8785 JSON, signed as JWS in general JSON serialisation (`alg: Ed25519`; a list of signatures, so that another
algorithm can join). It is stored, served and verified byte for byte. It never holds recipients or blocks of numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from service.signing.canonical import canonical
from service.signing.envelope import open_envelope, seal_envelope
from service.signing.errors import KeyNotValid, Unreadable, VerificationError
from service.signing.public_keys import PublicKey, Purpose

__all__ = ["SLOT", "Approval", "Facts", "Issuer", "Record", "VerificationError", "open_record", "sign", "verify"]

SLOT = "{number}"
"""Stands in every signed text where each message has its own look-up number."""

_FORMAT = "loa-record/1"


@dataclass(frozen=True, slots=True)
class Issuer:
    """A unit, with the name it had."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved what. `single`: an emergency approved by its own author, to be shown and reviewed."""

    role: str
    account_id: int
    at: datetime
    digest: str
    single: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """The closed list of what the texts may state as facts: phone numbers, hosts, dates, as written in them."""

    phones: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """A frozen broadcast. Times are aware and kept to the second.

    `texts`: final texts by channel, each with one `{number}` slot: `{"sms": {"ascii": …}, "email": {"subject", "text", "html"}}`.
    `public_number`: the record's own look-up number, as written. `replaces`, `recalls`: SHA-256 of another record's bytes.
    """

    id: UUID
    kind: str
    urgency: str
    issuer: Issuer
    public_number: str
    texts: Mapping[str, Mapping[str, str]]
    layout_version: str
    created_at: datetime
    not_before: datetime
    expires_at: datetime
    approvals: tuple[Approval, ...]
    rules_version: str
    revision: int = 1
    facts: Facts = Facts()
    replaces: str | None = None
    recalls: str | None = None
    purpose: Purpose = "record"

    @property
    def single_approval(self) -> bool:
        return any(approval.single for approval in self.approvals)


def sign(record: Record, kid: str, private_key: bytes) -> bytes:
    """Signs a record with 32 bytes of Ed25519; returns the bytes of a JWS."""
    return seal_envelope(canonical(_document(record)), kid, private_key)


def verify(jws: bytes, public_keys: Mapping[str, PublicKey], *, purpose: Purpose = "record") -> None:
    """Returns nothing, or raises a `VerificationError` (`service.signing.errors`)."""
    open_record(jws, public_keys, purpose=purpose)


def open_record(jws: bytes, public_keys: Mapping[str, PublicKey], *, purpose: Purpose = "record") -> Record:
    """Verifies a signed record and returns it. Raises a `VerificationError`."""
    document, key = open_envelope(jws, public_keys, purpose=purpose)
    try:
        record = _record(document)
        closed = _document(record) == document
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unreadable("not a record") from None
    # What a field does not know how to say again was added by somebody: the form is closed.
    if record.purpose != purpose or not closed:
        raise Unreadable("not a record of this form")
    if not record.approvals:
        raise Unreadable("nobody approved it")
    try:
        key.require_valid(record.created_at)
    except KeyNotValid:
        raise KeyNotValid(f"{key.kid} at {_moment(record.created_at)}") from None
    return record


def _document(record: Record) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "purpose": record.purpose,
        "id": str(record.id),
        "revision": record.revision,
        "kind": record.kind,
        "urgency": record.urgency,
        "issuer": {"code": record.issuer.code, "name": record.issuer.name},
        "public_number": record.public_number,
        "texts": {channel: dict(variants) for channel, variants in record.texts.items()},
        "layout_version": record.layout_version,
        "facts": {
            "phones": list(record.facts.phones),
            "hosts": list(record.facts.hosts),
            "dates": list(record.facts.dates),
        },
        "created_at": _moment(record.created_at),
        "not_before": _moment(record.not_before),
        "expires_at": _moment(record.expires_at),
        "replaces": record.replaces,
        "recalls": record.recalls,
        "approvals": [
            {"role": a.role, "account": a.account_id, "at": _moment(a.at), "digest": a.digest, "single": a.single}
            for a in record.approvals
        ],
        "rules_version": record.rules_version,
    }


def _record(document: Mapping[str, Any]) -> Record:
    for name in ("kind", "urgency", "public_number", "layout_version", "rules_version"):
        _require(document[name], str)
    _require(document["revision"], int)
    for variants in document["texts"].values():
        for written in variants.values():
            _require(written, str)
    purpose: Literal["record", "drill"] = "drill" if document["purpose"] == "drill" else "record"
    return Record(
        id=UUID(document["id"]),
        revision=document["revision"],
        kind=document["kind"],
        urgency=document["urgency"],
        issuer=Issuer(**document["issuer"]),
        public_number=document["public_number"],
        texts=document["texts"],
        layout_version=document["layout_version"],
        facts=Facts(**{name: tuple(values) for name, values in document["facts"].items()}),
        created_at=datetime.fromisoformat(document["created_at"]),
        not_before=datetime.fromisoformat(document["not_before"]),
        expires_at=datetime.fromisoformat(document["expires_at"]),
        replaces=document["replaces"],
        recalls=document["recalls"],
        approvals=tuple(
            Approval(a["role"], a["account"], datetime.fromisoformat(a["at"]), a["digest"], a["single"])
            for a in document["approvals"]
        ),
        rules_version=document["rules_version"],
        purpose=purpose,
    )


def _require(value: Any, kind: type) -> None:
    if type(value) is not kind:
        raise TypeError(kind.__name__)


def _moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("a record's times are aware")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
