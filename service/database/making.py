"""The four logins and the database, made by a superuser before the first migration.
Safe to run again: it sets the passwords anew.
"""

from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

from service.database.roles import DATABASE, OWNER, create_logins_sql


def make_database(
    superuser: Callable[[str], str], *, database: str = DATABASE, passwords: Mapping[str, str] | None = None
) -> None:
    """Makes the database and its four logins. `superuser`: the superuser's address of a database, as libpq takes it.
    `passwords`: by login; without one a login keeps its own.

    The server is given what proves a password, never the password: nothing to find in its log.
    """
    with psycopg.connect(superuser("postgres"), autocommit=True) as conn:
        conn.execute(create_logins_sql().encode())
        for login, password in (passwords or {}).items():
            proof = conn.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()
            conn.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(proof)))
        if not conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            conn.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(OWNER)))
    with psycopg.connect(superuser(database), autocommit=True) as conn:
        # whoever may log in here is one of ours; what they may see is row-level security's to say
        conn.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC; GRANT ALL ON SCHEMA public TO {OWNER}".encode())
