"""Engines. Pools are small: a worker holds no connection while a carrier is called, a request holds one briefly."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


def make_engine(url: str, *, name: str, pool_size: int = 5, patience: float = 0) -> AsyncEngine:
    """An asynchronous engine over psycopg. `name` shows in pg_stat_activity; `url` names the login.

    `patience`: seconds after which PostgreSQL ends a session that says nothing in the middle of a transaction, and frees what it had
    locked: its process is frozen, with its machine perhaps. 0: never.
    """
    options = f"-c idle_in_transaction_session_timeout={patience:g}s"
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,  # a restarted PostgreSQL costs a reconnect, not an error
        pool_timeout=10,
        hide_parameters=True,  # an error's text never carries a bound value: it could be a person's
        connect_args={"application_name": name, "connect_timeout": 5, "options": options},
    )
