"""The transaction at the edge: begun for one unit, committed whole or not at all.

Row-level security shows a login the rows of the unit set here, and nothing without one (schema/tables/0001_units.sql).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_ACT = text("SELECT set_config('loa.unit', :unit, true), set_config('loa.scope', :scope, true)")


async def act_for(conn: AsyncConnection, unit_id: int, *, subtree: bool = False) -> None:
    """Acts for `unit_id` from here to the end of the transaction. `subtree` lets reads go below it."""
    await conn.execute(_ACT, {"unit": str(unit_id), "scope": "subtree" if subtree else ""})


@asynccontextmanager
async def unit_transaction(engine: AsyncEngine, unit_id: int | None, *, subtree: bool = False) -> AsyncIterator[AsyncConnection]:
    """Opens one transaction acting for one unit. Commits on leaving, rolls back on any error. With None, only doors open."""
    async with engine.begin() as conn:
        if unit_id is not None:  # a transaction begins by acting for nobody
            await act_for(conn, unit_id, subtree=subtree)
        yield conn


@asynccontextmanager
async def single_statement(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Lends a connection for one statement that is a transaction by itself and says itself for which unit it acts: one way there
    and back.
    """
    async with engine.connect() as conn:
        yield await conn.execution_options(isolation_level="AUTOCOMMIT")
