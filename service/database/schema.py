"""Which schema this code needs, and whether a database has it.

Code runs beside a schema that is newer (a release only adds what an older process can do without: docs/operating.md), never on
one that is older or made of other files. Web and workers ask at their start and leave with these words; whoever supervises them
starts them again.
"""

import hashlib
from pathlib import Path

from psycopg.errors import UndefinedFunction
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from service.languages import Language
from service.sentences import sentence

SCHEMA = "0017"
"""The number of the schema in service/schema, compared as text. A release that changes a file there raises it: a test holds both
against tests/vectors/schema.sha256.
"""

FROM = "0016"
"""The number of the chain of migrations before the files, and the oldest schema that can still be brought further."""

SOURCE = Path(__file__).parents[1] / "schema"


class SchemaProblem(Exception):
    """A database with which this code must not work. `code` has a sentence, which says what to do (service.sentences)."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values

    def __str__(self) -> str:
        return self.said("en")

    def said(self, language: Language) -> str:
        """Says the sentence in this language."""
        return sentence(self.code, language, self.values)


class SchemaOlder(SchemaProblem):
    """The database lacks what this code needs."""

    def __init__(self) -> None:
        super().__init__("schema.older", needed=SCHEMA)


class SchemaNewer(SchemaProblem):
    """The database was migrated by a later version."""

    def __init__(self, found: str) -> None:
        super().__init__("schema.newer", found=found, known=SCHEMA)


class SchemaTooOld(SchemaProblem):
    """The database was made before what can still be brought further."""

    def __init__(self, found: str) -> None:
        super().__init__("schema.too_old", found=found, oldest=FROM)


class SchemaOther(SchemaProblem):
    """The database was made with another text of `file` than this code has."""

    def __init__(self, file: str) -> None:
        super().__init__("schema.other", file=file)


def schema_files() -> dict[str, str]:
    """Lists the SQL files of the schema in the order in which they are applied: name below `SOURCE` to SHA-256."""
    functions = sorted(SOURCE.glob("functions/*.sql"))
    triggers = SOURCE / "functions" / "triggers.sql"  # tables name them: the only functions that come before
    ordered = [triggers, *sorted(SOURCE.glob("tables/*.sql")), *sorted(SOURCE.glob("changes/*.sql"))]
    ordered += [file for file in functions if file != triggers]
    return {file.relative_to(SOURCE).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in ordered}


async def require_schema(engine: AsyncEngine) -> None:
    """Returns nothing, or raises `SchemaOlder` or `SchemaOther`. For the logins of web and workers."""
    try:
        async with engine.connect() as conn:
            found = (await conn.execute(text("SELECT door_schema() AS number, door_schema_files() AS files"))).one()
    except ProgrammingError as error:
        if isinstance(error.orig, UndefinedFunction):
            raise SchemaOlder from None
        raise
    if found.number is None or found.number < SCHEMA:
        raise SchemaOlder
    if found.number == SCHEMA:
        require_same(found.files, schema_files())


def require_same(applied: dict[str, str], files: dict[str, str]) -> None:
    """Returns nothing, or raises `SchemaOther` for the first file by name that is not the same, or not there, on one side."""
    for name in sorted(applied.keys() | files.keys()):
        if applied.get(name) != files.get(name):
            raise SchemaOther(name)
