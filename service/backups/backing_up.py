"""A backup: pg_dump's archive and a manifest whose counts are of the same moment, while everything goes on."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contact_registry.sealing import MasterKey
from service.audit import Action, Subject, note_event
from service.backups.manifest import ARCHIVE, Manifest, hash_of, seal_for, write_manifest
from service.backups.programs import run
from service.clock import LOCAL
from service.database import act_for
from service.errors import NotFound
from service.units import root_unit


async def back_up(
    engine: AsyncEngine, url: str, *, binaries: Path, directory: Path, master: MasterKey, kind: str | None, now: datetime
) -> Path:
    """Makes `directory`/loa-<time>, whole or not at all; its path. For the owner's login.

    Raises `Unavailable("backup.no_program")`, `ProgramFailed`, `OSError`.
    """
    name = f"loa-{now:%Y%m%dT%H%M%SZ}"
    with _whole_or_not(directory, name) as partial:
        archive = partial / ARCHIVE
        async with engine.connect() as conn:
            await conn.execution_options(isolation_level="REPEATABLE READ")
            snapshot = (await conn.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
            await run(binaries, "pg_dump", url, "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={archive}")
            rows = await rows_of_tables(conn)
            schema = (await conn.execute(text("SELECT number FROM schema_state"))).scalar_one()
            next_number = (await conn.execute(text("SELECT next_number FROM number_counter"))).scalar_one()
        manifest = Manifest(
            made_at=now,
            schema=schema,
            rows=rows,
            next_number=next_number,
            kind=kind,
            sha256=await asyncio.to_thread(hash_of, archive),
            bytes=archive.stat().st_size,
            sealed=seal_for(master),
        )
        write_manifest(partial, manifest)
    async with engine.begin() as conn:
        await note(conn, Action.BACKUP_MADE, name, {"rows": sum(rows.values())}, now)
    return directory / name


@contextmanager
def _whole_or_not(directory: Path, name: str) -> Iterator[Path]:
    """A directory to write into, which gets its name when all of it is on the disk, and goes if something fails."""
    partial = directory / f".{name}.partial"
    directory.mkdir(parents=True, exist_ok=True)
    partial.mkdir(mode=0o700)
    try:
        yield partial
        for file in partial.iterdir():
            file.chmod(0o600)
            _on_the_disk(file)
        _on_the_disk(partial)
        partial.rename(directory / name)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


async def rows_of_tables(conn: AsyncConnection) -> dict[str, int]:
    """Counts the rows each table has for this transaction; partitions count with their table."""
    tables = await conn.execute(
        text(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            "   AND NOT c.relispartition ORDER BY c.relname"
        )
    )
    return {table: (await conn.execute(text(f'SELECT count(*) FROM "{table}"'))).scalar_one() for table in tables.scalars().all()}


async def note(conn: AsyncConnection, action: Action, backup: str, counts: dict[str, int], now: datetime) -> None:
    """Writes an event into the trail of the topmost unit; in an empty deployment there is nobody to tell."""
    try:
        top = await root_unit(conn, now.astimezone(LOCAL).date())
    except NotFound:
        return
    await act_for(conn, top.id)
    await note_event(conn, None, Subject(top.id, "backup", backup), action, now, **counts)


def _on_the_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
