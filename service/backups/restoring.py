"""A backup brought back, into an empty database that nobody else can enter before it is settled.

    doors shut ──► the archive, one transaction ──► counted ──► migrated ──► ONE TRANSACTION: settled, told, doors open

Breaks it off anywhere, the doors stay shut: no worker ever sees what was under way as if it still were.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contact_registry.sealing import MasterKey
from service.audit import Action
from service.backups.backing_up import note, rows_of_tables
from service.backups.manifest import ARCHIVE, read_manifest
from service.backups.programs import run
from service.database.roles import LOOKUP, WEB, WORKER
from service.database.schema import FROM, SCHEMA, SchemaNewer, SchemaTooOld
from service.errors import Conflict, Invalid

_LOGINS = f"{WEB}, {WORKER}, {LOOKUP}"


@dataclass(frozen=True, slots=True)
class Restored:
    """As of when; how many broadcasts wait for a person, and how many deliveries nobody knows the fate of."""

    made_at: datetime
    paused: int
    in_doubt: int
    next_number: int


async def restore(
    engine: AsyncEngine,
    url: str,
    *,
    binaries: Path,
    directory: Path,
    master: MasterKey,
    issued: Callable[[int], int],
    migrate: Callable[[str], object],
    now: datetime,
) -> Restored:
    """Restores the backup in `directory`. For the owner's login. `issued`: the highest number that may have been issued, given
    where the backup's counter stood.

    Raises `Invalid("backup.damaged")`, `SchemaNewer`, `SchemaTooOld`, `Conflict` with `backup.other_master_key`,
    `backup.not_empty` or `backup.processes_running`, `Unavailable("backup.no_program")`, `ProgramFailed`.
    """
    manifest = read_manifest(directory)
    manifest.require_key(master)
    if manifest.schema > SCHEMA:
        raise SchemaNewer(manifest.schema)
    if manifest.schema < FROM:
        raise SchemaTooOld(manifest.schema)
    manifest.require_archive(directory)
    async with engine.begin() as conn:
        await _shut(conn)
    await run(binaries, "pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", str(directory / ARCHIVE))
    async with engine.connect() as conn:
        if await rows_of_tables(conn) != manifest.rows:
            raise Invalid("backup.damaged")
    migrate(url)
    async with engine.begin() as conn:
        settled = (
            await conn.execute(
                text("SELECT * FROM settle_restored(:made_at, :issued, :now)"),
                {"made_at": manifest.made_at, "issued": issued(manifest.next_number), "now": now},
            )
        ).one()
        counts = {"broadcasts": settled.paused, "in_doubt": settled.in_doubt}
        await note(conn, Action.BACKUP_RESTORED, f"loa-{manifest.made_at:%Y%m%dT%H%M%SZ}", counts, now)
        next_number = (await conn.execute(text("SELECT next_number FROM number_counter"))).scalar_one()
        await conn.execute(text(f"GRANT CONNECT ON DATABASE {await _database(conn)} TO {_LOGINS}"))
    return Restored(manifest.made_at, settled.paused, settled.in_doubt, next_number)


async def _shut(conn: AsyncConnection) -> None:
    """Lets nobody in but the owner; raises where there is something already, or somebody."""
    if await rows_of_tables(conn):
        raise Conflict("backup.not_empty")
    await conn.execute(text(f"REVOKE CONNECT ON DATABASE {await _database(conn)} FROM PUBLIC, {_LOGINS}"))
    inside = await conn.execute(
        text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = ANY (:logins)"),
        {"logins": [WEB, WORKER, LOOKUP]},
    )
    if inside.scalar_one():
        raise Conflict("backup.processes_running")


async def _database(conn: AsyncConnection) -> str:
    return str((await conn.execute(text("SELECT quote_ident(current_database())"))).scalar_one())
