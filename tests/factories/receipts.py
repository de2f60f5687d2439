"""Receipts applied, whatever they say leading to nothing but what became of their delivery."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from service.database import unit_transaction
from service.deliveries import apply_batch


async def apply_receipts(worker: AsyncEngine, unit_id: int) -> int:
    """All that a unit's inbox holds; how many."""
    taken = 0
    while True:
        async with unit_transaction(worker, unit_id) as conn:
            batch = (await apply_batch(conn, now=datetime.now(UTC))).taken
        if batch == 0:
            return taken
        taken += batch
