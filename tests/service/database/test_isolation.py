"""Rule 9: with an application's login nobody reads a row of another unit, and nothing at all without a unit."""

from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from contact_registry.sealing import MasterKey
from service.database.roles import LOOKUP, WEB, WORKER
from tests.conftest import Engines, Urls
from tests.factories.world import READINESS, World, make_world

UNIT_COLUMN = {"units": "id", "unit_closure": "ancestor_id"}
PUBLIC_TO_LOOKUP = {"records", "number_blocks", "record_revocations"}
WITHOUT_UNIT = {
    "deployment_keys",
    "number_counter",
    "worker_heartbeats",
    "messages_of_day",
    "lost_numbers",
    "carrier_troubles",
    "carrier_accounts",
    "schema_state",
}

# One row of everything for one unit. :unit, :account, :key are of that unit; :n is different for each.
ROWS = (
    "INSERT INTO api_keys (unit_id, account_id, label, key_hash, scopes) VALUES (:unit, :account, 'x', :h, '{}')",
    "INSERT INTO invitations VALUES (:unit, :account, :h, now(), now())",
    "INSERT INTO sms_scripts (unit_id, script, set_by, set_at) VALUES (:unit, 'unicode', :account, now())",
    "INSERT INTO idempotency_keys (unit_id, account_id, key, request_hash) VALUES (:unit, :account, 'k', :h)",
    "INSERT INTO audit_events (unit_id, at, action, subject_kind, subject_id) VALUES (:unit, now(), 'a', 'b', 'c')",
    "INSERT INTO outbox (unit_id, lane, command, payload) VALUES (:unit, 'bulk', 'x', '{}')",
    "INSERT INTO imports (unit_id, state, school_year, created_by) VALUES (:unit, 'checked', '2026-2027', :account)",
    (
        "INSERT INTO import_files (import_id, unit_id, data_key_id, sealed) SELECT id, :unit, :key, :h FROM imports"
        " WHERE unit_id = :unit"
    ),
    (
        "INSERT INTO import_rows (import_id, position, unit_id, row, data_key_id, sealed)"
        " SELECT id, 1, :unit, 1, :key, :h FROM imports WHERE unit_id = :unit"
    ),
    (
        "INSERT INTO import_problems (import_id, unit_id, code, severity)"
        " SELECT id, :unit, 'contact.none', 'error' FROM imports WHERE unit_id = :unit"
    ),
    "INSERT INTO import_columns SELECT id, :unit, :key, :h FROM imports WHERE unit_id = :unit",
    "INSERT INTO import_changes SELECT id, :unit, 1, 'parent', NULL FROM imports WHERE unit_id = :unit",
    "INSERT INTO column_meanings VALUES (:unit, 'parents', 'sdt', 'phone', 'parent', :account, now())",
    "INSERT INTO contacts (unit_id, role) VALUES (:unit, 'parent')",
    (
        "INSERT INTO contact_points (unit_id, contact_id, channel, address_hash, address_sealed, data_key_id)"
        " SELECT :unit, id, 'sms', 'the same parent', :h, :key FROM contacts WHERE unit_id = :unit"
    ),
    (
        "INSERT INTO enrolments (unit_id, contact_id, school_year, class_name)"
        " SELECT :unit, id, '2026-2027', '6A1' FROM contacts WHERE unit_id = :unit"
    ),
    "INSERT INTO suppressions (unit_id, channel, address_hash, reason) VALUES (:unit, 'sms', 'the same parent', 'opt_out')",
    (
        "INSERT INTO consents (unit_id, channel, address_hash, basis, proof, given_on, recorded_by, recorded_at)"
        " VALUES (:unit, 'sms', 'the same parent', 'consent', 'meeting', '2026-09-05', :account, now())"
    ),
    "INSERT INTO test_contacts SELECT :unit, id, :account, now() FROM contacts WHERE unit_id = :unit",
    (
        "INSERT INTO contact_looks (unit_id, at, account_id, contact, reason)"
        " VALUES (:unit, now(), :account, gen_random_uuid(), 'called_us')"
    ),
    *READINESS,
    "INSERT INTO retention_runs (unit_id, rule, began_at, counts) VALUES (:unit, 'ended', now(), '{}')",
    "INSERT INTO retention_checks VALUES (:unit, now())",
    "INSERT INTO key_rotations (unit_id, data_key_id, began_at) VALUES (:unit, :key, now())",
    (
        "INSERT INTO takedowns (unit_id, url, checked_on, found, checked_by, recorded_at)"
        " VALUES (:unit, 'https://truong.example/ds.xlsx', '2026-09-05', true, :account, now())"
    ),
    (
        "INSERT INTO takedown_statements (unit_id, school_year, checked, stated_by, stated_at)"
        " VALUES (:unit, '2026-2027', 1, :account, now())"
    ),
    (
        "INSERT INTO registered_texts (unit_id, provider, name, template, status, dated, reference, put_at)"
        " VALUES (:unit, 'twilio', 'a', '{number}', 'approved', '2026-09-01', '', now())"
    ),
    "INSERT INTO unregistered_texts VALUES (:unit, 'warn', :account, now())",
    "INSERT INTO signing_keys VALUES (:n, :unit, 'record', decode(repeat('00', 32), 'hex'), :h, now(), NULL, NULL)",
    "INSERT INTO records VALUES (gen_random_uuid(), :unit, :h, :h, :n::bigint, now(), now())",
    "INSERT INTO record_revocations (record_id, unit_id, jws) SELECT id, :unit, :h FROM records WHERE unit_id = :unit",
    (
        "INSERT INTO number_blocks SELECT :n::bigint * 1000, :n::bigint * 1000 + 9, :unit, id, 'deliveries' FROM records"
        " WHERE unit_id = :unit"
    ),
    (
        "INSERT INTO broadcasts (unit_id, kind, urgency, title, texts, audience, channels, expires_at, author_id)"
        " VALUES (:unit, 'scam_alert', 'urgent', 't', '{}', '{}', '{sms}', now(), :account)"
    ),
    (
        "INSERT INTO delivery_chunks (broadcast_id, chunk, unit_id, lane, channel, first_number, last_number, waiting)"
        " SELECT id, 0, :unit, 'urgent', 'sms', 1, 1, 1 FROM broadcasts WHERE unit_id = :unit"
    ),
    (
        "INSERT INTO deliveries"
        " (broadcast_id, number, unit_id, recipient_unit, data_key_id, chunk, channel, address_hash, address_sealed)"
        " SELECT id, 1, :unit, :unit, :key, 0, 'sms', :h, :h FROM broadcasts WHERE unit_id = :unit"
    ),
    "INSERT INTO delivery_turns SELECT id, 'sms', :unit, now() FROM broadcasts WHERE unit_id = :unit",
    "INSERT INTO failures_met SELECT id, :unit, '30007', 1 FROM broadcasts WHERE unit_id = :unit",
    "INSERT INTO fallbacks_due (broadcast_id, unit_id, number) SELECT id, :unit, :n FROM broadcasts WHERE unit_id = :unit",
    (
        "INSERT INTO receipts_inbox (unit_id, broadcast_id, number, attempt, provider_id, status, received_at)"
        " SELECT :unit, id, 1, 1, 'SM0', 'sent', now() FROM broadcasts WHERE unit_id = :unit"
    ),
)


@pytest.fixture
async def full(engines: Engines, master: MasterKey) -> World:
    """Rows of every table for every unit."""
    world = await make_world(engines.owner, master)
    async with engines.owner.begin() as conn:
        for n, (code, unit) in enumerate(sorted(world.units.items()), start=1):
            keys = await conn.execute(text("SELECT id FROM data_keys WHERE unit_id = :unit"), {"unit": unit})
            values = {
                "unit": unit,
                "account": world.actor(code).account_id,
                "key": keys.scalar_one(),
                "n": str(n),
                "h": code.encode(),
            }
            for statement in ROWS:
                await conn.execute(text(statement.replace(":n::bigint", "CAST(:n AS bigint)")), values)
        await conn.execute(text("SELECT door_heartbeat(gen_random_uuid(), 'urgent', now())"))
    return world


def plain(url: str) -> psycopg.Connection:
    """A connection with a login's URL, as psycopg writes it."""
    return psycopg.connect(url.replace("+psycopg", ""))


def tables(urls: Urls) -> list[str]:
    """Every table, also partitions by their own name."""
    with plain(urls.owner) as conn:
        rows = conn.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace")
        return sorted(name for (name,) in rows)


def _units_seen(conn: psycopg.Connection, table: str, unit: int | None, scope: str = "") -> set[Any]:
    """The units whose rows a login sees in a table; `{"?"}` for rows of a table without units. Refused counts as none."""
    what = "'?'" if table in WITHOUT_UNIT else UNIT_COLUMN.get(table, "unit_id")
    try:
        conn.execute(
            "SELECT set_config('loa.unit', %s, true), set_config('loa.scope', %s, true)",
            ["" if unit is None else str(unit), scope],
        )
        return {seen for (seen,) in conn.execute(f"SELECT DISTINCT {what} FROM {table}".encode())}
    except psycopg.errors.InsufficientPrivilege:
        return set()
    finally:
        conn.rollback()


def _sweep(urls: Urls, world: World) -> list[str]:
    """Every leak, in words."""
    leaks = []
    all_tables = tables(urls)
    department = world.units["sgddt-dongnai"]
    for login, url in ((WEB, urls.web), (WORKER, urls.worker), (LOOKUP, urls.lookup)):
        with plain(url) as conn:
            for table in all_tables:
                if login == LOOKUP and table in PUBLIC_TO_LOOKUP:
                    continue
                for scope in ("", "subtree"):
                    if seen := _units_seen(conn, table, None, scope):
                        leaks.append(f"{login} sees {table} of {seen} without a unit")
                    for code in ("nbk-thcs", "lqd-th"):
                        unit = world.units[code]
                        if others := _units_seen(conn, table, unit, scope) - {unit}:
                            leaks.append(f"{login} acting for {code} sees {table} of {others}")
                # Above the schools: its own rows only, unless it asked to read below itself.
                if others := _units_seen(conn, table, department) - {department}:
                    leaks.append(f"{login} acting for the department, without asking, sees {table} of {others}")
    return leaks


async def test_no_login_sees_a_row_of_another_unit_and_none_without_a_unit(urls: Urls, full: World) -> None:
    assert _sweep(urls, full) == []


async def test_the_sweep_looks_at_every_table_and_each_has_rows_of_every_unit(urls: Urls, full: World) -> None:
    with plain(urls.owner) as conn:
        for table in tables(urls):
            if table in WITHOUT_UNIT or table == "deliveries_0":
                continue
            column = UNIT_COLUMN.get(table, "unit_id")
            units = {unit for (unit,) in conn.execute(f"SELECT DISTINCT {column} FROM {table}".encode())}
            assert units == set(full.units.values()), table


@pytest.mark.parametrize(
    "mistake",
    [
        "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY too_wide ON deliveries FOR SELECT TO loa_worker USING (true)",
        "GRANT SELECT ON deployment_keys TO loa_web; ALTER TABLE deployment_keys DISABLE ROW LEVEL SECURITY",
        "GRANT SELECT ON deliveries_0 TO loa_web",
        "CREATE TABLE forgotten AS SELECT unit_id, 1 AS x FROM contacts; GRANT SELECT ON forgotten TO loa_web",
    ],
)
async def test_the_sweep_notices_a_planted_mistake(urls: Urls, engines: Engines, full: World, mistake: str) -> None:
    async with engines.owner.begin() as conn:
        for statement in mistake.split("; "):
            await conn.execute(text(statement))
    assert _sweep(urls, full) != []


async def test_the_sweep_notices_a_wrong_login(urls: Urls, full: World) -> None:
    assert _sweep(replace(urls, worker=urls.owner), full) != []


async def test_no_login_owns_a_table_or_may_step_around_the_policies(urls: Urls) -> None:
    with plain(urls.owner) as conn:
        owners = {owner for (owner,) in conn.execute("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'")}
        powers = conn.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'loa_%' AND (rolsuper OR rolbypassrls OR rolcreaterole)"
        )
        assert owners == {"loa_owner"}
        assert powers.fetchall() == []


async def test_a_row_cannot_be_written_for_another_unit(engines: Engines, full: World) -> None:
    async with engines.web.connect() as conn:
        await conn.execute(text("SELECT set_config('loa.unit', :u, true)"), {"u": str(full.units["nbk-thcs"])})
        with pytest.raises(Exception, match="row-level security"):
            await conn.execute(
                text("INSERT INTO contacts (unit_id, role) VALUES (:unit, 'parent')"), {"unit": full.units["lqd-th"]}
            )


async def test_every_door_is_closed_to_the_public(urls: Urls) -> None:
    with plain(urls.owner) as conn:
        open_doors = conn.execute(
            "SELECT p.proname FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a"
            " WHERE p.pronamespace = 'public'::regnamespace AND a.grantee = 0"
        )
        assert open_doors.fetchall() == []
