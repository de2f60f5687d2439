"""Since when a carrier's name stands for its present account."""

from service.migrations.sql_files import run

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    run("0160_*.sql")
