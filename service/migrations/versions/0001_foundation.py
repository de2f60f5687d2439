"""The first schema: units, accounts, contacts, records, broadcasts, deliveries, doors, access."""

from service.migrations.sql_files import run

revision = "0001"
down_revision = None


def upgrade() -> None:
    run("000?_*.sql")
