"""Which schema this code needs, and whether a database has it.

Code runs beside a schema that is newer (migrations only add what an older process can do without: docs/operating.md), never on one
that is older. Web and workers ask at their start and leave with these words; whoever supervises them starts them again.
"""

from psycopg.errors import UndefinedFunction
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

SCHEMA = "0016"
"""The newest migration this code knows and needs. A test holds it against service/migrations."""


class SchemaProblem(Exception):
    """A database with which this code must not work. The message says what to do."""


class SchemaOlder(SchemaProblem):
    """The database lacks what this code needs."""

    def __init__(self) -> None:
        super().__init__(f"The database is older than schema {SCHEMA}, which this version needs. Run `loa migrate` first.")


class SchemaNewer(SchemaProblem):
    """The database was migrated by a later version."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The database has schema {found}; this version knows {SCHEMA} and would not understand it. Use the newer version."
        )


async def require_schema(engine: AsyncEngine) -> None:
    """Returns nothing, or raises `SchemaOlder`. For the logins of web and workers."""
    try:
        async with engine.connect() as conn:
            found = (await conn.execute(text("SELECT door_schema()"))).scalar_one_or_none()
    except ProgrammingError as error:
        if isinstance(error.orig, UndefinedFunction):
            raise SchemaOlder from None
        raise
    if found is None or found < SCHEMA:
        raise SchemaOlder
