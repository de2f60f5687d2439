"""The schema's history. `upgrade(url)` brings a database to the newest, as its owner.

A migration that cannot have its locks soon gives way and asks again, so that nobody's sending waits in a queue behind it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg.errors
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text
from sqlalchemy.exc import OperationalError

from service.database.schema import SchemaNewer, SchemaProblem

_HERE = Path(__file__).parent
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between tries: a minute in all


class MigrationBlocked(SchemaProblem):
    """Somebody held what the migration needs for longer than it may make others wait."""

    def __init__(self) -> None:
        super().__init__(
            "The database is busy with something long (a backup?), so the migration gave way. Nothing was half done; run it again."
        )


@dataclass(frozen=True, slots=True)
class Migrated:
    """The schema before (None: there was none) and now."""

    was: str | None
    now: str


def upgrade(url: str, *, pauses: tuple[float, ...] = _PAUSES) -> Migrated:
    """Runs every migration that the database at `url` (the owner's login) has not seen, each in its own transaction. Safe to run twice.

    Raises `SchemaNewer`, and `MigrationBlocked` after the last of `pauses` (seconds) between its tries.
    """
    config = _config(url)
    scripts = ScriptDirectory.from_config(config)
    was = _schema(url)
    if was is not None and was not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaNewer(was)
    for pause in _tries(pauses):
        try:
            command.upgrade(config, "head")
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
                raise
            if pause is None:
                raise MigrationBlocked from None
            time.sleep(pause)
        else:
            break
    return Migrated(was, str(scripts.get_current_head()))


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))  # % is a variable to ConfigParser
    config.attributes["url"] = url
    return config


def _tries(pauses: tuple[float, ...]) -> Iterator[float | None]:
    """How long to wait after each try; None after the last."""
    yield from pauses
    yield None


def _schema(url: str) -> str | None:
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as conn:
        if conn.execute(text("SELECT to_regclass('public.alembic_version')")).scalar_one() is None:
            return None
        return conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
