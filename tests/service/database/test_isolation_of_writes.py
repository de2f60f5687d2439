"""Rule 9, the other half: nobody changes, deletes or adds another unit's rows, and no unique index answers for another unit."""

import psycopg
import pytest
from sqlalchemy import text

from service.database.roles import LOOKUP, WEB, WORKER
from tests.conftest import Engines, Urls
from tests.factories.world import World
from tests.service.database.test_isolation import ROWS, UNIT_COLUMN, WITHOUT_UNIT, full, plain

__all__ = ["full"]

_REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)


def _written(conn: psycopg.Connection, sql: str, acting: int | None, scope: str, values: dict[str, object]) -> int:
    """Rows a statement would write; it is taken back. Refused counts as none."""
    try:
        conn.execute(
            "SELECT set_config('loa.unit', %s, true), set_config('loa.scope', %s, true)",
            ["" if acting is None else str(acting), scope],
        )
        return conn.execute(sql.encode(), values).rowcount
    except _REFUSED:
        return 0
    except psycopg.errors.IntegrityError:  # it was reached: a duplicate or a reference says that it is there
        return 1
    finally:
        conn.rollback()


def _changes(conn: psycopg.Connection) -> list[str]:
    """An UPDATE, of a column the login may update if there is any, and a DELETE for every table with a unit."""
    rows = conn.execute(
        "SELECT DISTINCT ON (t.relname) t.relname, a.attname FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid"
        " WHERE t.relkind IN ('r', 'p') AND t.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND a.attidentity = ''"
        " ORDER BY t.relname, has_column_privilege(t.oid, a.attnum, 'UPDATE') DESC, a.attnum"
    ).fetchall()
    units = {table: UNIT_COLUMN.get(table, "unit_id") for table, _ in rows if table not in WITHOUT_UNIT}
    updates = [f"UPDATE {t} SET {column} = {column} WHERE {units[t]} = %(unit)s" for t, column in rows if t in units]
    return updates + [f"DELETE FROM {t} WHERE {unit} = %(unit)s" for t, unit in units.items()]


def _sweep(urls: Urls, world: World) -> list[str]:
    """Every way of writing another unit's rows, in words."""
    theirs = world.units["lqd-th"]
    values = {"unit": theirs, "account": world.actor("lqd-th").account_id, "key": 1, "n": "77", "h": b"another"}
    inserts = [statement.replace(":n::bigint", "CAST(%(n)s AS bigint)") for statement in ROWS]
    for name in values:
        inserts = [statement.replace(f":{name}", f"%({name})s") for statement in inserts]
    found = []
    for login, url in ((WEB, urls.web), (WORKER, urls.worker), (LOOKUP, urls.lookup)):
        with plain(url) as conn:
            statements = [*_changes(conn), *inserts]
            for acting, scope in ((None, ""), (world.units["nbk-thcs"], "subtree"), (world.units["sgddt-dongnai"], "subtree")):
                found += [
                    f"{login} acting for {acting}: {sql}" for sql in statements if _written(conn, sql, acting, scope, values) > 0
                ]
    return found


async def test_no_login_writes_a_row_of_another_unit(urls: Urls, full: World) -> None:
    assert _sweep(urls, full) == []


@pytest.mark.parametrize(
    "mistake",
    [
        "CREATE POLICY too_wide ON contacts TO loa_web USING (true)",
        "ALTER TABLE suppressions DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY too_wide ON imports FOR INSERT TO loa_web WITH CHECK (true)",
    ],
)
async def test_the_sweep_notices_a_planted_mistake(urls: Urls, engines: Engines, full: World, mistake: str) -> None:
    async with engines.owner.begin() as conn:
        for statement in mistake.split("; "):
            await conn.execute(text(statement))
    assert _sweep(urls, full) != []


# Unique without the unit: what nobody chooses (ids, keys, digests), and an account's email, which is how it signs in anywhere.
_ANSWER_FOR_ALL = {
    "accounts_email_hash_key",
    "accounts_public_id_key",
    "api_keys_key_hash_key",
    "api_keys_public_id_key",
    "broadcasts_public_id_key",
    "imports_public_id_key",
    "invitations_token_hash_key",
    "number_blocks_last_number_key",
    "number_blocks_pkey",
    "records_public_number_key",
    "records_sha256_key",
    "signing_keys_pkey",
    "units_code_key",
}


async def test_no_unique_index_answers_for_another_unit(urls: Urls) -> None:
    """An id of ours, alone or leading, cannot be taken by anybody: those indexes say nothing."""
    with plain(urls.owner) as conn:
        rows = conn.execute(
            "SELECT i.relname, array_agg(a.attname::text ORDER BY k.place) FROM pg_index x"
            " JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid"
            " CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k (attnum, place)"
            " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum"
            " WHERE x.indisunique AND t.relrowsecurity AND t.relnamespace = 'public'::regnamespace GROUP BY 1"
        )
        without = {
            name
            for name, columns in rows
            if "unit_id" not in columns and columns[0] not in ("id", "broadcast_id", "import_id", "ancestor_id")
        }
    assert without - {f"{table}_pkey" for table in WITHOUT_UNIT} == _ANSWER_FOR_ALL


async def test_the_planner_s_statistics_tell_an_application_nothing(urls: Urls, engines: Engines, full: World) -> None:
    """pg_stats holds the commonest values of a column. It shows none where row-level security holds the reader."""
    async with engines.owner.connect() as conn:
        await (await conn.execution_options(isolation_level="AUTOCOMMIT")).execute(text("ANALYZE"))
    for url in (urls.web, urls.worker, urls.lookup):
        with plain(url) as conn:
            seen = conn.execute("SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'public'")
            assert {name for (name,) in seen} <= {"records", "number_blocks"}
