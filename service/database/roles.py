"""The four logins. Made by a superuser before the first migration; none but the owner ever owns a table."""

OWNER = "loa_owner"
WEB = "loa_web"
WORKER = "loa_worker"
LOOKUP = "loa_lookup"
DATABASE = "loa"


def create_logins_sql() -> str:
    """Writes the SQL by which a superuser makes the logins, safe to run twice. Passwords are the operator's to set (standalone
    trusts its own socket).
    """
    logins = "\n".join(
        f"IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE {name} LOGIN; END IF;"
        for name in (OWNER, WEB, WORKER, LOOKUP)
    )
    return f"DO $$ BEGIN\n{logins}\nEND $$;"
