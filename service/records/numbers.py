"""Blocks of delivery numbers. Gaps are harmless; a number is never given twice."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def reserve_numbers(conn: AsyncConnection, how_many: int, record_id: UUID, purpose: str) -> int:
    """Reserves a contiguous block for the acting unit; its first number. `purpose`: "public" or "deliveries".

    The counter is held until the transaction ends: keep it short. The record may be stored later in the same transaction.
    """
    reserved = await conn.execute(
        text("SELECT door_reserve_numbers(:how_many, :record, :purpose)"),
        {"how_many": how_many, "record": record_id, "purpose": purpose},
    )
    return int(reserved.scalar_one())
