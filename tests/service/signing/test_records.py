"""Signed records: opened only as they were signed, by a key that was valid, for its purpose."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.signing.canonical import canonical
from service.signing.envelope import seal_envelope
from service.signing.errors import BadSignature, KeyNotValid, UnknownKey, Unreadable, VerificationError, WrongPurpose
from service.signing.public_keys import PublicKey, key_id, read_jwks, write_jwks
from service.signing.records import Approval, Issuer, Record, open_record, sign, verify

NOW = datetime(2026, 9, 7, tzinfo=UTC)
PRIVATE = bytes(range(32))
PUBLIC = Ed25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
KID = key_id(PUBLIC)
KEY = PublicKey(KID, "sgddt-dongnai", "record", PUBLIC, NOW - timedelta(days=1))
KEYS = {KID: KEY}
RECORD = Record(
    id=UUID(int=7),
    kind="scam_alert",
    urgency="urgent",
    issuer=Issuer("nbk-thcs", "Trường THCS Nguyễn Bỉnh Khiêm"),
    public_number="4071 8826 3163",
    texts={"sms": {"ascii": "SGDDTDNAI: Goi so truong da luu.\nSo tra cuu: {number}"}},
    layout_version="1",
    created_at=NOW,
    not_before=NOW,
    expires_at=NOW + timedelta(days=14),
    approvals=(Approval("approver", 3, NOW, "d" * 64),),
    rules_version="1",
)
SIGNED = sign(RECORD, KID, PRIVATE)


def payload() -> dict[str, Any]:
    written = json.loads(SIGNED)["payload"]
    document: dict[str, Any] = json.loads(base64.urlsafe_b64decode(written + "=="))
    return document


def test_a_record_comes_back_as_it_was_signed() -> None:
    assert open_record(SIGNED, KEYS) == RECORD
    verify(SIGNED, KEYS)


def test_the_same_record_is_the_same_bytes() -> None:
    assert sign(RECORD, KID, PRIVATE) == SIGNED


def test_no_byte_of_it_can_be_changed() -> None:
    for at in range(len(SIGNED)):
        changed = SIGNED[:at] + bytes([SIGNED[at] ^ 1]) + SIGNED[at + 1 :]
        try:
            opened = open_record(changed, KEYS)
        except VerificationError:
            continue
        assert opened == RECORD  # a letter of the envelope's own that says nothing


def test_the_times_are_kept_to_the_second() -> None:
    late = replace(RECORD, created_at=NOW + timedelta(microseconds=999_999))
    assert open_record(sign(late, KID, PRIVATE), KEYS).created_at == NOW


def test_another_key_signs_nothing() -> None:
    with pytest.raises(BadSignature):
        verify(sign(RECORD, KID, b"x" * 32), KEYS)
    with pytest.raises(UnknownKey):
        verify(SIGNED, {})


@pytest.mark.parametrize(
    "key",
    [
        replace(KEY, valid_from=NOW + timedelta(seconds=1)),
        replace(KEY, valid_to=NOW),
        replace(KEY, revoked_at=NOW),
        replace(KEY, revoked_at=NOW - timedelta(hours=1)),
    ],
)
def test_the_key_must_have_been_valid_when_it_was_signed(key: PublicKey) -> None:
    with pytest.raises(KeyNotValid):
        verify(SIGNED, {KID: key})


@pytest.mark.parametrize("ended", [{"valid_to": NOW + timedelta(hours=1)}, {"revoked_at": NOW + timedelta(hours=1)}])
def test_old_records_stay_valid_when_their_key_ends(ended: dict[str, Any]) -> None:
    assert open_record(SIGNED, {KID: replace(KEY, **ended)}) == RECORD


def test_a_drill_key_makes_no_warning_and_a_drill_is_none() -> None:
    with pytest.raises(WrongPurpose):
        verify(SIGNED, {KID: replace(KEY, purpose="drill")})
    with pytest.raises(Unreadable):
        verify(sign(replace(RECORD, purpose="drill"), KID, PRIVATE), KEYS)


def test_another_signature_may_stand_beside_ours() -> None:
    envelope = json.loads(SIGNED)
    header = base64.urlsafe_b64encode(b'{"alg":"ML-DSA-65","kid":"pq"}').decode().rstrip("=")
    envelope["signatures"].insert(0, {"protected": header, "signature": "AA"})
    assert open_record(json.dumps(envelope).encode(), KEYS) == RECORD


@pytest.mark.parametrize(
    "changes", [{"recipients": ["x"]}, {"format": "loa-record/2"}, {"revision": "1"}, {"approvals": []}, {"texts": 1}]
)
def test_the_form_is_closed(changes: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        verify(seal_envelope(canonical(payload() | changes), KID, PRIVATE), KEYS)


def test_only_canonical_bytes_are_a_record() -> None:
    with pytest.raises(Unreadable):
        verify(seal_envelope(json.dumps(payload()).encode(), KID, PRIVATE), KEYS)


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"null", b'{"signatures":[{}]}', b"\xff", b"[" * 100_000, b"x" * 300_000])
def test_junk_is_unreadable(junk: bytes) -> None:
    with pytest.raises(Unreadable):
        verify(junk, KEYS)


def test_keys_are_published_and_read_back() -> None:
    key = replace(KEY, valid_to=NOW + timedelta(days=365), revoked_at=NOW + timedelta(days=3))
    published = json.loads(json.dumps(write_jwks([key])))
    assert read_jwks(published) == {KID: key}
    verify(SIGNED, read_jwks(published))


@pytest.mark.parametrize(
    "document", [{}, {"keys": 1}, {"keys": [1]}, {"keys": [write_jwks([KEY])["keys"][0] | {"kid": "other"}]}]
)
def test_a_key_set_that_is_none_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read_jwks(document)
