"""Blocks of delivery numbers: number → block → record answers every look-up, without a row per number."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers `first` to `last`, both included, lead to one record."""

    first: int
    last: int
    record_id: UUID


async def reserve_numbers(conn: AsyncConnection, how_many: int, record_id: UUID, purpose: Literal["public", "deliveries"]) -> int:
    """Reserves a contiguous block for the acting unit; returns its first number. Holds the counter until the transaction ends:
    keep it short.

    Gaps are harmless. The record must stand by the time the transaction commits.
    """
    reserve = text("SELECT door_reserve_numbers(:how_many, :record, :purpose)")
    first = (await conn.execute(reserve, {"how_many": how_many, "record": record_id, "purpose": purpose})).scalar_one()
    return int(first)


async def next_number(conn: AsyncConnection) -> int:
    """Reads where the counter stands: every number below it may have been issued. Through a door: needs no acting unit."""
    return int((await conn.execute(text("SELECT door_next_number()"))).scalar_one())


async def lost_numbers(conn: AsyncConnection) -> list[range]:
    """Lists numbers that may have been issued after the backup from which the system was restored. For the look-up's login."""
    rows = await conn.execute(text("SELECT first_number, last_number FROM door_lost_numbers()"))
    return [range(row.first_number, row.last_number + 1) for row in rows]


async def blocks_after(conn: AsyncConnection, number: int) -> list[Block]:
    """Blocks that begin above `number`, in order.

    Reservations wait for each other until they commit, so blocks appear in the order of their numbers: what was read once is
    whole up to its end and never read again.
    """
    rows = await conn.execute(
        text("SELECT first_number, last_number, record_id FROM number_blocks WHERE first_number > :number ORDER BY first_number"),
        {"number": number},
    )
    return [Block(row.first_number, row.last_number, row.record_id) for row in rows]
