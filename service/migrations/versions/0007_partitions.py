"""Room for the deliveries of the next broadcasts. Homes of some days have it already: it came with 0005 for a while."""

from service.migrations.sql_files import run

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run("006?_*.sql")
