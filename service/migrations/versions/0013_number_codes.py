"""Further codes by which a carrier says that a number takes no SMS."""

from service.migrations.sql_files import run

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run("0130_*.sql")
