"""Revocations at rest, beside the records they end: written once, never changed, read by the look-up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def store_revocation(conn: AsyncConnection, *, unit_id: int, record_id: UUID, jws: bytes) -> None:
    """Stores a revocation just signed. The first one stands."""
    await conn.execute(
        text(
            "INSERT INTO record_revocations (record_id, unit_id, jws) VALUES (:record, :unit, :jws)"
            " ON CONFLICT (unit_id, record_id) DO NOTHING"
        ),
        {"record": record_id, "unit": unit_id, "jws": jws},
    )


async def revocations_since(conn: AsyncConnection, since: datetime | None) -> tuple[dict[UUID, bytes], datetime | None]:
    """Revocations stored since then (None: all), not verified, by record; and up to when. Ask again from a little before: rows
    may be committed in another order than they were dated.
    """
    rows = (
        await conn.execute(
            text(
                "SELECT record_id, jws, stored_at FROM record_revocations"
                " WHERE CAST(:since AS timestamptz) IS NULL OR stored_at > CAST(:since AS timestamptz) - interval '1 minute'"
            ),
            {"since": since},
        )
    ).all()
    return {row.record_id: bytes(row.jws) for row in rows}, max((row.stored_at for row in rows), default=since)
