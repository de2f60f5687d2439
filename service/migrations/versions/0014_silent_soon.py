"""SMS of which no word came are asked for after minutes where most of a chunk is silent."""

from service.migrations.sql_files import run

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run("0140_*.sql")
