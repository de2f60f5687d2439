"""Whether a connection is one session of PostgreSQL's. Behind a pooler in transaction mode it is not:
each transaction is another's.

The locks by which one worker of all sweeps would then stay behind with a session that is somebody else's, for ever.
"""

from contextlib import AsyncExitStack

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.database.schema import SchemaProblem
from service.database.session import single_statement

_WHO = text("SELECT pg_backend_pid()")
_BUSY = 4  # transactions at once: a pooler gives the session that was used last to the next who asks


class SharedSessions(SchemaProblem):
    """A connection is not one session."""

    def __init__(self) -> None:
        super().__init__("schema.shared_sessions")


async def require_own_sessions(engine: AsyncEngine) -> None:
    """Returns nothing, or raises `SharedSessions`: what one connection asks before and while others are
    busy, two sessions answer.
    """
    async with single_statement(engine) as one:
        before = await _who(one)
        async with AsyncExitStack() as busy:
            for _ in range(_BUSY):
                await _who(await busy.enter_async_context(engine.connect()))  # in a transaction that stays open
            after = await _who(one)
    if before != after:
        raise SharedSessions


async def _who(conn: AsyncConnection) -> int:
    return int((await conn.execute(_WHO)).scalar_one())
