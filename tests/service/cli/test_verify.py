"""`loa verify` says in plain words whether a record is genuine, and if not, why and what to do."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from service.signing.errors import BadSignature, KeyNotValid, UnknownKey, Unreadable, VerificationError
from service.signing.public_keys import PublicKey, key_id, write_jwks
from tests.service.cli.test_commands import loa
from tests.service.signing.test_records import KEY, NOW, SIGNED


def verify(folder: Path, record: bytes, keys: list[PublicKey]) -> tuple[int, str, str]:
    (folder / "record.json").write_bytes(record)
    (folder / "jwks.json").write_text(json.dumps(write_jwks(keys)))
    done = loa("verify", str(folder / "record.json"), "--jwks", str(folder / "jwks.json"))
    return done.returncode, done.stdout, done.stderr


def tampered() -> bytes:
    """The signed record with another text in it, everything else as it was."""
    envelope = json.loads(SIGNED)
    payload = base64.urlsafe_b64decode(envelope["payload"] + "==").replace(b"Goi so truong", b"Goi so nay ok")
    return json.dumps(envelope | {"payload": base64.urlsafe_b64encode(payload).decode().rstrip("=")}).encode()


def other_key() -> PublicKey:
    public = Ed25519PrivateKey.from_private_bytes(b"x" * 32).public_key().public_bytes_raw()
    return PublicKey(key_id(public), "sgddt-dongnai", "record", public, NOW - timedelta(days=1))


def test_a_genuine_record_is_shown_with_its_issuer_and_text(tmp_path: Path) -> None:
    code, said, problem = verify(tmp_path, SIGNED, [KEY])
    assert (code, problem) == (0, "")
    assert "Trường THCS Nguyễn Bỉnh Khiêm" in said
    assert "Goi so truong da luu." in said


@pytest.mark.parametrize(
    ("record", "keys", "why"),
    [
        (tampered(), [KEY], BadSignature),
        (SIGNED, [other_key()], UnknownKey),
        (SIGNED, [replace(KEY, revoked_at=datetime(2026, 9, 1, tzinfo=UTC))], KeyNotValid),
        (SIGNED[: len(SIGNED) // 2], [KEY], Unreadable),
        (b"", [KEY], Unreadable),
    ],
    ids=["tampered text", "wrong key", "revoked key", "truncated file", "empty file"],
)
def test_a_record_that_is_not_genuine_is_named_with_what_to_do(
    tmp_path: Path, record: bytes, keys: list[PublicKey], why: type[VerificationError]
) -> None:
    code, said, problem = verify(tmp_path, record, keys)
    assert (code, said) == (1, "")
    words = " ".join(problem.split())
    assert "NOT VERIFIED" in words
    assert why.found in words
    assert why.advice in words
    assert "Traceback" not in problem


def test_it_is_said_in_the_terminals_language(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_bytes(b"")
    (tmp_path / "jwks.json").write_text(json.dumps(write_jwks([KEY])))
    asked = ("verify", str(tmp_path / "record.json"), "--jwks", str(tmp_path / "jwks.json"))
    said = loa(*asked, LANG="vi_VN.UTF-8").stderr
    assert said.startswith("KHÔNG XÁC MINH ĐƯỢC. Đây không phải là một bản ghi nguyên vẹn")
    assert said.endswith("Hãy tải lại từ nơi phát hành, dưới /api/v1/records/.\n")
    assert loa(*asked, LANG="fr_FR.UTF-8").stderr.startswith("NOT VERIFIED."), "what has no catalogue is English"


def test_a_file_that_is_no_key_set_is_named(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_bytes(SIGNED)
    done = loa("verify", str(tmp_path / "record.json"), "--jwks", str(tmp_path / "record.json"))
    assert done.returncode == 1
    assert "holds no key set" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_every_way_to_fail_has_words_of_its_own() -> None:
    kinds = VerificationError.__subclasses__()
    assert len({kind.found for kind in kinds} | {VerificationError.found}) == len(kinds) + 1
    assert len({kind.advice for kind in kinds} | {VerificationError.advice}) == len(kinds) + 1
