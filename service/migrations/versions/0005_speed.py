"""The registry's speed: what a department's count reads, and references checked once a statement."""

from service.migrations.sql_files import run

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run("004?_*.sql")
