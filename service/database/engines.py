"""Engines. Pools are small: a worker holds no connection while a carrier is called, a request holds one briefly."""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from service.database.away import only_reads


def make_engine(url: str, *, name: str, pool_size: int = 5, patience: float = 0) -> AsyncEngine:
    """Makes an asynchronous engine over psycopg. `name` shows in pg_stat_activity; `url` names the login.

    `patience`: seconds after which PostgreSQL ends a session that says nothing in the middle of a transaction, and frees what it
    had locked: its process is frozen, with its machine perhaps. 0: never.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,  # a restarted PostgreSQL costs a reconnect, not an error
        pool_timeout=10,
        hide_parameters=True,  # an error's text never carries a bound value: it could be a person's
        connect_args={"application_name": name, "connect_timeout": 5},
    )
    event.listen(engine.sync_engine, "handle_error", _leave_a_server_that_only_reads)
    if patience:  # said afterwards, not in `options`: a pooler refuses those, and the URL may have some of its own
        event.listen(engine.sync_engine, "connect", _ending_silent_transactions(patience))
    return engine


def _leave_a_server_that_only_reads(context: ExceptionContext) -> OperationalError | None:
    """Drops the connection, which a ping would find in order, and says what happened as of a server that is away."""
    if not only_reads(context.original_exception):
        return None
    context.is_disconnect = True
    return OperationalError(
        context.statement, None, context.original_exception, hide_parameters=True, connection_invalidated=True
    )


def _ending_silent_transactions(seconds: float) -> Callable[[DBAPIConnection, object], None]:
    def say(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{seconds:g}s'")
        cursor.close()
        connection.commit()

    return say
