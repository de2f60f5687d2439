"""Brings a database to today's schema, in one transaction, under a lock: one at a time, and whole or not at all.

A migration that cannot have its locks soon gives way and asks again, so that nobody's sending waits in a queue behind it.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg.errors
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import OperationalError

from service.database.schema import FROM, SCHEMA, SOURCE, SchemaNewer, SchemaOther, SchemaProblem, SchemaTooOld, schema_files

_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between tries: a minute in all
_ADOPTING = "from_0016.sql"
_NEW_SINCE = "tables/0013_schema.sql"

# Whoever waits for a lock makes all wait who come after: so not for long. `upgrade` tries again.
_LIMITS = "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '15min'"
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('loa migrate'))"
# A function may call one of a later file: bodies are looked at when all are there.
_UNSEEN = "SET LOCAL check_function_bodies = off"
_LOOKED_AT = """
SET LOCAL check_function_bodies = on;
SELECT CASE l.lanname WHEN 'sql' THEN fmgr_sql_validator(p.oid) ELSE plpgsql_validator(p.oid) END
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
 WHERE p.pronamespace = 'public'::regnamespace AND l.lanname IN ('sql', 'plpgsql')
"""
_NOTE = """
INSERT INTO schema_state (number, files, applied_at) VALUES (:number, CAST(:files AS jsonb), now())
ON CONFLICT (one) DO UPDATE SET number = excluded.number, files = excluded.files, applied_at = excluded.applied_at
"""


class MigrationBlocked(SchemaProblem):
    """Somebody held what the migration needs for longer than it may make others wait."""

    def __init__(self) -> None:
        super().__init__("schema.blocked")


@dataclass(frozen=True, slots=True)
class Migrated:
    """The schema before (None: there was none) and now."""

    was: str | None
    now: str


def upgrade(url: str, *, pauses: tuple[float, ...] = _PAUSES) -> Migrated:
    """Applies to the database at `url` (the owner's login) what it has not seen of service/schema. Safe to run twice.

    Raises `SchemaNewer`, `SchemaTooOld`, `SchemaOther` where a table's file is not the one that the database was made with, and
    `MigrationBlocked` after the last of `pauses` (seconds) between its tries.
    """
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    for pause in _tries(pauses):
        try:
            with engine.begin() as conn:
                return _migrate(conn)
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
                raise
            if pause is None:
                raise MigrationBlocked from None
            time.sleep(pause)
    raise AssertionError  # the last try has no pause


def _tries(pauses: tuple[float, ...]) -> Iterator[float | None]:
    """How long to wait after each try; None after the last."""
    yield from pauses
    yield None


def _migrate(conn: Connection) -> Migrated:
    conn.exec_driver_sql(_LIMITS)
    conn.exec_driver_sql(_ALONE)
    files = schema_files()
    was, applied = _found(conn, files)
    if was == SCHEMA and applied == files:
        return Migrated(was, SCHEMA)
    conn.exec_driver_sql(_UNSEEN)
    if was == FROM:
        _run(conn, _ADOPTING)
    for name, checksum in files.items():
        if applied.get(name) != checksum:
            _run(conn, name)
    conn.exec_driver_sql(_LOOKED_AT)
    conn.execute(text(_NOTE), {"number": SCHEMA, "files": json.dumps(files)})
    return Migrated(was, SCHEMA)


def _found(conn: Connection, files: dict[str, str]) -> tuple[str | None, dict[str, str]]:
    """The number that the database has (None: none) and the files applied to it;
    those that are applied once are as they were then.
    """
    if _has(conn, "schema_state"):
        state = conn.execute(text("SELECT number, files FROM schema_state")).one()
        if state.number > SCHEMA:
            raise SchemaNewer(state.number)
        for name, checksum in state.files.items():
            if not name.startswith("functions/") and files.get(name) != checksum:
                raise SchemaOther(name)
        return state.number, state.files
    if _has(conn, "alembic_version"):
        number = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        if number != FROM:
            raise SchemaNewer(number) if number > FROM else SchemaTooOld(number)
        return FROM, {name: checksum for name, checksum in files.items() if name.startswith("tables/") and name != _NEW_SINCE}
    return None, {}


def _has(conn: Connection, table: str) -> bool:
    return bool(conn.execute(text("SELECT to_regclass(:table) IS NOT NULL"), {"table": f"public.{table}"}).scalar_one())


def _run(conn: Connection, name: str) -> None:
    """Applies one file. psycopg takes several statements in one string as long as nothing is bound."""
    conn.exec_driver_sql((SOURCE / name).read_text(encoding="utf-8").replace("%", "%%"))
