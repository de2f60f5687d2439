"""What is not restored, and that a restore that breaks off leaves the doors shut."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from contact_registry.sealing import MasterKey
from service.backups import restore
from service.database import make_engine
from service.errors import Conflict
from service.records import AHEAD
from service.standalone.postgres import binaries
from tests.conftest import Engines, Urls
from tests.factories.world import make_world
from tests.service.cli.test_commands import loa


@pytest.fixture
async def backup(engines: Engines, urls: Urls, master: MasterKey, master_text: str, tmp_path: Path) -> Path:
    await make_world(engines.owner, master)
    made = loa("backup", str(tmp_path / "backups"), LOA_DATABASE_URL_OWNER=urls.owner, LOA_MASTER_KEY=master_text)
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.strip())


def enters(url: str) -> bool:
    try:
        psycopg.connect(url.replace("+psycopg", "")).close()
    except psycopg.OperationalError as refused:
        if "permission denied for database" in str(refused):
            return False
        raise
    return True


def restored(backup: Path, into: Urls, master: str, *options: str, **settings: str) -> tuple[int, str]:
    done = loa("restore", str(backup), *options, LOA_DATABASE_URL_OWNER=into.owner, LOA_MASTER_KEY=master, **settings)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


async def test_a_backup_says_what_is_in_it_and_holds_no_key(backup: Path, engines: Engines) -> None:
    manifest = json.loads((backup / "manifest.json").read_bytes())
    assert manifest["rows"]["units"] == 4
    assert manifest["rows"]["broadcasts"] == 0
    async with engines.owner.connect() as conn:
        told = (await conn.exec_driver_sql("SELECT details FROM audit_events WHERE action = 'backup.made'")).scalar_one()
    assert told["rows"] == sum(manifest["rows"].values())


def test_it_is_for_its_maker_alone(backup: Path, master_text: str) -> None:
    assert all(path.stat().st_mode & 0o077 == 0 for path in (backup, *backup.iterdir()))
    assert all(master_text.encode() not in file.read_bytes() for file in backup.iterdir())


async def test_it_is_restored_with_everything_in_it_and_says_so(
    backup: Path, empty: Urls, master_text: str, tmp_path: Path
) -> None:
    numbers = tmp_path / "numbers"
    assert restored(backup, empty, master_text)[0] == 1, "which numbers were issued?"
    numbers.write_text("123456\n", encoding="ascii")
    status, said = restored(backup, empty, master_text, LOA_NUMBERS_FILE=str(numbers))
    assert status == 0, said
    assert "Numbers go on from 123457" in said
    with psycopg.connect(empty.owner.replace("+psycopg", "")) as conn:
        assert conn.execute("SELECT count(*) FROM accounts").fetchone() == (20,)
        assert conn.execute("SELECT count(*) FROM audit_events WHERE action = 'backup.restored'").fetchone() == (1,)
    assert all(enters(url) for url in (empty.web, empty.worker, empty.lookup))
    with psycopg.connect(empty.worker.replace("+psycopg", "")) as conn:
        assert conn.execute("SELECT count(*) FROM accounts").fetchone() == (0,), "row-level security stands"
    assert int(numbers.read_text(encoding="ascii")) == 123457 + AHEAD


def test_without_the_file_of_numbers_it_jumps_only_when_told_to(backup: Path, empty: Urls, master_text: str) -> None:
    status, said = restored(backup, empty, master_text, "--numbers-lost")
    assert status == 0, said
    assert f"Numbers go on from {2 * AHEAD + 2}" in said


def test_into_a_database_with_something_in_it_nothing_is_restored(backup: Path, urls: Urls, master_text: str) -> None:
    status, said = restored(backup, urls, master_text, "--numbers-lost")
    assert (status, "not empty" in said) == (1, True)
    assert enters(urls.worker)


def test_a_damaged_archive_another_key_and_a_schema_not_known_are_refused_before_anything_is_done(
    backup: Path, empty: Urls, master_text: str
) -> None:
    status, said = restored(backup, empty, MasterKey.generate(), "--numbers-lost")
    assert (status, "master key does not open" in said) == (1, True)
    manifest, archive = backup / "manifest.json", backup / "database.dump"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole.replace(b'"schema": "0', b'"schema": "9'))
    status, said = restored(backup, empty, master_text, "--numbers-lost")
    assert (status, "schema 9" in said) == (1, True)
    manifest.write_bytes(whole.replace(b'"schema": "001', b'"schema": "000'))
    status, said = restored(backup, empty, master_text, "--numbers-lost")
    assert (status, "schema 0007" in said) == (1, True)
    manifest.write_bytes(whole)
    archive.write_bytes(archive.read_bytes()[:-1] + b"x")
    status, said = restored(backup, empty, master_text, "--numbers-lost")
    assert (status, "not a whole backup" in said) == (1, True)
    archive.unlink()
    assert restored(backup, empty, master_text, "--numbers-lost")[0] == 1
    assert restored(backup.parent, empty, master_text, "--numbers-lost")[0] == 1
    assert enters(empty.worker)


def test_a_demo_is_not_restored_where_real_carriers_are(backup: Path, empty: Urls, master_text: str) -> None:
    manifest = backup / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"kind": null', b'"kind": "demo"'))
    status, said = restored(backup, empty, master_text, "--numbers-lost")
    assert (status, "never meet" in said) == (1, True)


async def test_nobody_may_be_inside_and_nobody_gets_in_before_it_is_settled(backup: Path, empty: Urls, master: MasterKey) -> None:
    def breaks_off(_: str) -> None:
        raise KeyboardInterrupt

    async def run() -> None:
        await restore(
            engine,
            empty.owner,
            binaries=binaries(),
            directory=backup,
            master=master,
            issued=lambda number: number,
            migrate=breaks_off,
            now=datetime.now(UTC),
        )

    engine = make_engine(empty.owner, name="test")
    with psycopg.connect(empty.worker.replace("+psycopg", "")), pytest.raises(Conflict, match="processes_running"):
        await run()
    assert enters(empty.worker), "refused: as it was"
    with pytest.raises(KeyboardInterrupt):
        await run()
    with psycopg.connect(empty.owner.replace("+psycopg", "")) as conn:
        assert conn.execute("SELECT count(*) FROM units").fetchone() == (4,)
    assert not any(enters(url) for url in (empty.web, empty.worker, empty.lookup))
    with pytest.raises(Conflict, match="not_empty"):
        await run()
    await engine.dispose()
