"""Migrations beside a system at work: they give way, they say what they did,
and code and schema are never mismatched in silence.
"""

import asyncio
import gzip
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from contact_registry.sealing import MasterKey
from service.database import make_engine
from service.database.schema import SCHEMA, SchemaNewer, SchemaOlder, SchemaOther, SchemaTooOld, require_schema
from service.schema import Migrated, MigrationBlocked, upgrade
from service.standalone.postgres import binaries
from tests.conftest import Engines, Postgres, Urls
from tests.factories.waiting import until
from tests.service.cli.test_commands import loa
from tests.service.simulators.running import Simulators, running_simulators
from tests.workers.sending import School, wipe

ROOT = Path(__file__).parents[3]
# What a later release may do to tables under load: add what older code can do without.
LATER = """
ALTER TABLE broadcasts ADD COLUMN later text, ADD COLUMN later_count integer NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN later text;
ALTER TABLE delivery_chunks ADD COLUMN later integer NOT NULL DEFAULT 0;
ALTER TABLE receipts_inbox ADD COLUMN later text;
CREATE TABLE later (unit_id integer NOT NULL REFERENCES units, word text NOT NULL);
SELECT loa_protect('later');
UPDATE schema_state SET number = '9999';
"""


CHAIN = gzip.decompress((ROOT / "tests/vectors/schema_0016.sql.gz").read_bytes())
"""A database as the last of the migrations before service/schema left it (commit b0e0c1d), without data: pg_dump's."""


HELD = """
INSERT INTO units (code, level) VALUES ('nbk-thcs', 'school');
INSERT INTO data_keys (unit_id, wrapped) VALUES (1, 'k');
INSERT INTO accounts (unit_id, email_hash, email_sealed, name_sealed, data_key_id, password_hash, roles)
  VALUES (1, 'e', 'e', 'n', 1, '!', '{author}');
INSERT INTO broadcasts (unit_id, kind, urgency, title, texts, audience, channels, expires_at, author_id, state,
                        pause_reason)
  VALUES (1, 'scam_alert', 'urgent', 'Giả danh giáo viên', '{}', '{}', '{sms}', '2026-12-03T00:00Z', 1, 'paused',
          'provider.30007');
INSERT INTO delivery_chunks (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting, failed)
  VALUES (1, 1, 1, 'urgent', 'sms', 1, 6, 1, 5);
INSERT INTO deliveries (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, state, address_hash,
                        address_sealed, reason)
  SELECT 1, n, 1, 1, 1, 1, 'sms', CASE WHEN reason IS NULL THEN 'waiting' ELSE 'failed' END, n::text::bytea, 'a', reason
    FROM unnest(ARRAY['provider.30005', 'twilio.30004', 'provider.30003', 'twilio.20429', 'smtp.550.5.1.1', NULL])
           WITH ORDINALITY AS r (reason, n);
INSERT INTO receipts_inbox (unit_id, broadcast_id, number, attempt, provider_id, status, error_code, received_at)
  VALUES (1, 1, 1, 1, 'a', 'undelivered', '30005', now()), (1, 1, 2, 1, 'b', 'delivered', NULL, now());
INSERT INTO failures_met (broadcast_id, unit_id, code, met) VALUES (1, 1, '30007', 40);
"""


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[str]:
    """The owner's URL of a database without a schema."""
    postgres.run("CREATE DATABASE t_empty OWNER loa_owner")
    yield postgres.url("loa_owner", "t_empty")
    postgres.run("DROP DATABASE t_empty WITH (FORCE)")


@pytest.fixture
def chain(empty: str) -> str:
    """The owner's URL of a database that the chain of migrations made."""
    with psycopg.connect(empty.replace("+psycopg", "")) as conn:
        conn.execute(CHAIN)
    return empty


def later(urls: Urls) -> None:
    """As `upgrade` does it: whoever waits for a worker that waits for it gives way and tries again."""
    while True:
        try:
            with psycopg.connect(urls.owner.replace("+psycopg", "")) as conn:
                conn.execute(LATER.encode())
        except psycopg.errors.DeadlockDetected:
            continue
        return


def dumped(url: str) -> list[str]:
    """The schema of the database at `url`, each statement of it: in no order,
    nor the columns of a table or whom something is granted.
    """
    program = [str(binaries() / "pg_dump"), "--schema-only", "--no-owner", "--dbname", url.replace("+psycopg", "")]
    said = subprocess.run(program, capture_output=True, text=True, timeout=60, check=True).stdout
    statements = re.split(r"\n{3,}", re.sub(r"^(?:--|\\).*\n", "", said, flags=re.MULTILINE))
    return sorted(
        "\n".join(sorted(line.rstrip(",") for line in each.split("\n")))
        if each.startswith(("CREATE TABLE", "GRANT", "REVOKE"))
        else each
        for each in map(str.strip, statements)
    )


def test_migrating_says_from_what_to_what(empty: str, master_text: str) -> None:
    deployment = {"LOA_DATABASE_URL_OWNER": empty, "LOA_MASTER_KEY": master_text}
    assert loa("migrate", **deployment).stdout.strip() == f"The database was migrated: - → {SCHEMA}."
    assert loa("migrate", **deployment).stdout.strip() == f"The database is up to date ({SCHEMA})."
    assert upgrade(empty) == Migrated(SCHEMA, SCHEMA)


def test_a_schema_newer_than_the_code_is_refused_with_words(urls: Urls, master_text: str) -> None:
    later(urls)
    refused = loa("migrate", LOA_DATABASE_URL_OWNER=urls.owner, LOA_MASTER_KEY=master_text)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "schema 9999" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [("service", "web"), ("workers", "urgent")])
@pytest.mark.parametrize(
    ("mismatch", "said"),
    [
        ("number = '0003'", f"The database is older than schema {SCHEMA}, which this version needs. Run `loa migrate` first."),
        (
            "files = files - 'tables/0001_units.sql'",
            "The database was made with another tables/0001_units.sql than this version's.",
        ),
    ],
    ids=["older", "of other files"],
)
def test_web_and_workers_leave_with_words_where_the_schema_is_not_theirs(
    mismatch: str, said: str, command: tuple[str, ...], urls: Urls, valkey_url: str, master_text: str
) -> None:
    with psycopg.connect(urls.owner.replace("+psycopg", "")) as conn:
        conn.execute(f"UPDATE schema_state SET {mismatch}".encode())
    environment = {
        "LOA_DATABASE_URL_WEB": urls.web,
        "LOA_DATABASE_URL_WORKER": urls.worker,
        "LOA_DATABASE_URL_LOOKUP": urls.lookup,
        "LOA_VALKEY_URL": valkey_url,
        "LOA_MASTER_KEY": master_text,
    }
    ended = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", [("service", "web"), ("workers", "urgent"), ("service", "migrate")])
def test_who_cannot_reach_the_database_leaves_with_words(command: tuple[str, ...], valkey_url: str, master_text: str) -> None:
    nowhere = "postgresql+psycopg://loa@127.0.0.1:1/loa?password=a-secret"
    environment = {f"LOA_DATABASE_URL_{login}": nowhere for login in ("OWNER", "WEB", "WORKER", "LOOKUP")}
    environment |= {"LOA_VALKEY_URL": valkey_url, "LOA_MASTER_KEY": master_text}
    ended = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "refused" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert "a-secret" not in ended.stderr


async def test_a_database_from_before_it_could_be_asked_is_older(urls: Urls) -> None:
    with psycopg.connect(urls.owner.replace("+psycopg", "")) as conn:
        conn.execute("DROP FUNCTION door_schema()")
    engine = make_engine(urls.worker, name="test")
    with pytest.raises(SchemaOlder):
        await require_schema(engine)
    await engine.dispose()


async def test_a_migration_that_waits_for_a_lock_gives_way_and_is_run_when_it_can(empty: str) -> None:
    with psycopg.connect(empty.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('loa migrate'))")  # another one is at it
        with pytest.raises(MigrationBlocked):
            await asyncio.to_thread(upgrade, empty, pauses=())
        waiting = asyncio.create_task(asyncio.to_thread(upgrade, empty, pauses=(0.2,) * 50))
        waits = "SELECT 1 FROM pg_locks WHERE NOT granted"
        await until("it waits for the other", lambda: other.execute(waits).fetchone(), 10)
        other.execute("SELECT pg_advisory_unlock_all()")
        assert await waiting == Migrated(None, SCHEMA)


def test_a_migration_makes_nobody_wait_long_for_a_table_it_cannot_have(chain: str) -> None:
    with psycopg.connect(chain.replace("+psycopg", "")) as reader:
        reader.execute("SELECT FROM alembic_version")  # a transaction that stays open, as a backup's
        with pytest.raises(MigrationBlocked):
            upgrade(chain, pauses=())
    assert upgrade(chain) == Migrated("0016", SCHEMA), "nothing was half done"


def test_what_a_database_of_the_chain_holds_means_the_same_afterwards(chain: str) -> None:
    owner = chain.replace("+psycopg", "")
    with psycopg.connect(owner, options="-c search_path=public") as conn:
        conn.execute(HELD.encode())
    upgrade(chain)
    with psycopg.connect(owner) as conn:
        deliveries = conn.execute("SELECT reason, fault FROM deliveries ORDER BY number").fetchall()
        (broadcast,) = conn.execute("SELECT title, pause_reason, expires_at FROM broadcasts").fetchall()
        (chunk,) = conn.execute("SELECT waiting, failed FROM delivery_chunks").fetchall()
        receipts = conn.execute("SELECT status, error_code FROM receipts_inbox ORDER BY id").fetchall()
        met = conn.execute("SELECT code, met FROM failures_met").fetchall()
    assert deliveries == [
        ("twilio.30005", "dead_address"),
        ("twilio.30004", "number"),
        ("twilio.30003", "unreachable"),
        ("twilio.20429", "unknown"),
        ("smtp.550.5.1.1", "dead_address"),
        (None, None),
    ]
    assert broadcast == ("Giả danh giáo viên", "twilio.30007", datetime(2026, 12, 3, tzinfo=UTC))
    assert chunk == (1, 5)
    assert receipts == [("failed", "twilio.30005"), ("delivered", None)]
    assert met == [("twilio.30007", 40)]


def test_a_database_of_the_chain_becomes_as_a_new_one(chain: str, urls: Urls, master_text: str) -> None:
    migrated = loa("migrate", LOA_DATABASE_URL_OWNER=chain, LOA_MASTER_KEY=master_text)
    assert migrated.stdout.strip() == f"The database was migrated: 0016 → {SCHEMA}."
    brought, new = dumped(chain), dumped(urls.owner)
    assert sorted(set(brought) ^ set(new)) == [], "service/schema/tables/ and from_0016.sql differ in these"
    assert brought == new


@pytest.mark.parametrize(("found", "refusal"), [("0015", SchemaTooOld), ("0018", SchemaNewer)])
def test_another_database_of_the_chain_is_refused_with_words(
    found: str, refusal: type[Exception], chain: str, master_text: str
) -> None:
    with psycopg.connect(chain.replace("+psycopg", "")) as conn:
        conn.execute("UPDATE public.alembic_version SET version_num = %s", [found])
    with pytest.raises(refusal):
        upgrade(chain)
    said = {
        language: loa("migrate", LOA_DATABASE_URL_OWNER=chain, LOA_MASTER_KEY=master_text, LANG=language).stderr.splitlines()
        for language in ("vi_VN.UTF-8", "C.UTF-8")
    }
    assert [len(lines) for lines in said.values()] == [1, 1]
    assert all(found in lines[0] for lines in said.values())
    assert said["vi_VN.UTF-8"] != said["C.UTF-8"]


async def test_a_database_made_with_another_function_is_refused_until_it_is_migrated(urls: Urls) -> None:
    with psycopg.connect(urls.owner.replace("+psycopg", "")) as conn:
        conn.execute("UPDATE schema_state SET files = jsonb_set(files, '{functions/turns.sql}', '\"another\"')")
        conn.execute(
            "CREATE OR REPLACE FUNCTION door_due_broadcasts() RETURNS TABLE (unit_id integer, broadcast_id bigint, lane text)"
            " LANGUAGE sql AS 'SELECT 1, 2::bigint, NULL'"
        )
    engine = make_engine(urls.worker, name="test")
    with pytest.raises(SchemaOther, match=r"functions/turns\.sql"):
        await require_schema(engine)
    assert await asyncio.to_thread(upgrade, urls.owner) == Migrated(SCHEMA, SCHEMA)
    await require_schema(engine)
    async with engine.connect() as conn:
        assert (await conn.execute(text("SELECT * FROM door_due_broadcasts()"))).all() == []
    await engine.dispose()


def test_a_database_made_with_another_table_stays_as_it_is(urls: Urls) -> None:
    with psycopg.connect(urls.owner.replace("+psycopg", "")) as conn:
        conn.execute("UPDATE schema_state SET files = jsonb_set(files, '{tables/0001_units.sql}', '\"another\"')")
    before = dumped(urls.owner)
    with pytest.raises(SchemaOther, match=r"tables/0001_units\.sql"):
        upgrade(urls.owner)
    assert dumped(urls.owner) == before


def test_a_function_that_cannot_run_is_found_when_it_is_made(urls: Urls) -> None:
    with psycopg.connect(urls.owner.replace("+psycopg", "")) as conn:
        conn.execute("ALTER TABLE carrier_accounts RENAME since TO begun")
        conn.execute("UPDATE schema_state SET files = files - 'functions/carriers.sql'")
    before = dumped(urls.owner)
    with pytest.raises(ProgrammingError, match="since"):
        upgrade(urls.owner)
    assert dumped(urls.owner) == before


def test_a_newer_schema_is_refused_before_anything_is_touched(urls: Urls) -> None:
    later(urls)
    with pytest.raises(SchemaNewer):
        upgrade(urls.owner)


@pytest.fixture
async def simulators() -> AsyncIterator[Simulators]:
    async with running_simulators() as made:
        yield made


@pytest.mark.acceptance
async def test_a_worker_that_is_at_work_goes_on_beside_a_newer_schema_and_another_of_its_version_starts(
    engines: Engines, urls: Urls, master: MasterKey, master_text: str, valkey_url: str, simulators: Simulators
) -> None:
    school = School(engines, urls, master, master_text, valkey_url, simulators)
    await wipe(valkey_url)
    broadcast = await school.approved(phones=600, emails=600)
    await simulators.fault("sms", latency_ms=50)
    await school.start("urgent")
    await school.until_sent(broadcast, 50)
    await asyncio.to_thread(later, urls)  # while it sends
    await school.start("urgent")
    progress = await school.until_completed(broadcast, 90)
    assert (progress.accepted + progress.delivered, progress.total) == (1_200, 1_200)
    assert set((await school.arrived()).values()) == {1}
    await school.stop()
