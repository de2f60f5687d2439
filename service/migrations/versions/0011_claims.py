"""A chunk is claimed and given back in one statement each."""

from service.migrations.sql_files import run

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run("010?_*.sql")
