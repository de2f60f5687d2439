"""Records at rest: stored once, never changed, given back byte for byte."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import NotFound
from service.signing.public_keys import PublicKey, Purpose
from service.signing.records import Record, open_record


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A signed record as stored. Not verified: `service.signing.records.open_record` does that."""

    id: UUID
    jws: bytes
    expires_at: datetime
    purpose: Purpose = "record"


async def store_record(conn: AsyncConnection, *, unit_id: int, jws: bytes, record: Record, public_serial: int) -> None:
    """Stores a record just signed. `public_serial`: the delivery number behind its public look-up number."""
    await conn.execute(
        text(
            "INSERT INTO records (id, unit_id, jws, sha256, public_number, signed_at, expires_at, purpose)"
            " VALUES (:id, :unit, :jws, :sha256, :public_serial, :signed_at, :expires_at, :purpose)"
        ),
        {
            "id": record.id,
            "unit": unit_id,
            "jws": jws,
            "sha256": hashlib.sha256(jws).digest(),
            "public_serial": public_serial,
            "signed_at": record.created_at,
            "expires_at": record.expires_at,
            "purpose": record.purpose,
        },
    )


async def find_record(conn: AsyncConnection, record_id: UUID) -> StoredRecord | None:
    """Finds a record by its id, as far as the login sees it (the look-up's sees all)."""
    find = text("SELECT id, jws, expires_at, purpose FROM records WHERE id = :id")
    row = (await conn.execute(find, {"id": record_id})).one_or_none()
    return None if row is None else StoredRecord(row.id, bytes(row.jws), row.expires_at, row.purpose)


async def record_jws(conn: AsyncConnection, record_id: UUID) -> bytes:
    """Returns the signed bytes. Raises `NotFound("record.unknown")`."""
    found = await find_record(conn, record_id)
    if found is None:
        raise NotFound("record.unknown")
    return found.jws


async def opened_record(conn: AsyncConnection, record_id: UUID, public_keys: Mapping[str, PublicKey]) -> Record:
    """Loads a record and verifies it for the purpose it was stored for. Raises a `VerificationError`,
    `NotFound("record.unknown")`.
    """
    found = await find_record(conn, record_id)
    if found is None:
        raise NotFound("record.unknown")
    return open_record(found.jws, public_keys, purpose=found.purpose)
