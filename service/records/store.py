"""Signed records, byte for byte, and which numbers lead to them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.signing.canonical import sha256
from service.signing.records import Record


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it lies in the store. Not verified: `service.signing.records.open_record` does that."""

    id: UUID
    jws: bytes
    signed_at: datetime


async def store_record(conn: AsyncConnection, *, unit_id: int, jws: bytes, record: Record, public_serial: int) -> None:
    """Keeps a signed record of the acting unit for ever. `public_serial`: the delivery number behind its public look-up number."""
    await conn.execute(
        text(
            "INSERT INTO records (id, unit_id, jws, sha256, public_number, signed_at, expires_at)"
            " VALUES (:id, :unit, :jws, :sha256, :number, :signed, :expires)"
        ),
        {
            "id": record.id,
            "unit": unit_id,
            "jws": jws,
            "sha256": sha256(jws),
            "number": public_serial,
            "signed": record.created_at,
            "expires": record.expires_at,
        },
    )


async def record_of(conn: AsyncConnection, record_id: UUID) -> StoredRecord | None:
    """The stored record, as far as the login may see it."""
    row = (await conn.execute(text("SELECT id, jws, signed_at FROM records WHERE id = :id"), {"id": record_id})).one_or_none()
    return StoredRecord(row.id, bytes(row.jws), row.signed_at) if row else None


async def record_jws(conn: AsyncConnection, record_id: UUID) -> bytes:
    """The signed bytes. Raises LookupError when there is no such record here."""
    stored = await record_of(conn, record_id)
    if stored is None:
        raise LookupError("no such record")
    return stored.jws


async def all_blocks(conn: AsyncConnection, *, after: int = -1) -> list[tuple[int, int, UUID]]:
    """(first number, last number, record) of every block that begins behind `after`, in order."""
    rows = await conn.execute(
        text("SELECT first_number, last_number, record_id FROM number_blocks WHERE first_number > :after ORDER BY first_number"),
        {"after": after},
    )
    return [(row.first_number, row.last_number, row.record_id) for row in rows]
