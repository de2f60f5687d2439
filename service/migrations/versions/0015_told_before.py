"""The script of a unit's SMS, and what is told before approval: carriers that take nothing, and what stands before a warning."""

from service.migrations.sql_files import run

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    run("0150_*.sql")
