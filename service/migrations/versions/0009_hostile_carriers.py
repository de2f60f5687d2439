"""What a carrier that is wrong about everybody, or slow for everybody, can do less of."""

from service.migrations.sql_files import run

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run("008?_*.sql")
