"""Why the database does not do what it was asked, for the log; and a server that only reads, which is one that is away."""

import psycopg
from psycopg.errors import ReadOnlySqlTransaction


class ReadOnly(psycopg.OperationalError):
    """The server takes no writes: a standby, or a primary in the middle of a failover.
    Its connections are of no use when that is over.
    """


def why_away(error: BaseException) -> str:
    """Names the trouble as the driver does (`DiskFull`, `AdminShutdown`, `QueryCanceled`): whoever is woken up must not take a
    full disk for a server that is gone. Never a value of the statement.
    """
    return type(getattr(error, "orig", None) or error).__name__


def only_reads(error: BaseException | None) -> bool:
    """Tells whether the server refused a write because it takes none now. The driver calls that an internal error, and keeps the
    connection.
    """
    return isinstance(error, ReadOnlySqlTransaction)
