"""The system in figures, across all units: what is open, and how old the oldest of it is.
Through doors; nobody's figures in particular.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.database import unit_transaction

SEEN_LATELY = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Figure:
    """`lane`, `part` (a channel or a state): "" where the figure has none. Ages are in seconds, everything else is a count."""

    figure: str
    lane: str
    part: str
    value: float


@dataclass(frozen=True, slots=True)
class Reached:
    """A broadcast got so far: its `first` was accepted, or 95% (`most`). `seconds`: since it might leave."""

    broadcast_id: int
    lane: str
    reached: str
    seconds: float


async def missing_lanes(conn: AsyncConnection, *, now: datetime) -> list[str]:
    """Lanes of which no worker was seen lately. Needs no acting unit."""
    seen = {row.lane: row.seen_at for row in await conn.execute(text("SELECT * FROM door_workers_seen()"))}
    return [lane for lane in ("urgent", "bulk") if lane not in seen or now - seen[lane] > SEEN_LATELY]


async def system_figures(conn: AsyncConnection) -> list[Figure]:
    """Measures the whole system in one look at the database. Needs no acting unit."""
    return [Figure(*row) for row in await conn.execute(text("SELECT figure, lane, part, value FROM door_system_figures()"))]


async def measure_broadcasts(engine: AsyncEngine) -> list[Reached]:
    """Measures what broadcasts have reached since the last look. Each is told once, to whoever looks first."""
    async with unit_transaction(engine, None) as conn:
        rows = await conn.execute(text("SELECT broadcast_id, lane, reached, seconds FROM door_measure_broadcasts()"))
        return [Reached(*row) for row in rows]
