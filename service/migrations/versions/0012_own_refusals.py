"""A delivery that its provider's trouble met is not counted as refused for reasons of its own."""

from service.migrations.sql_files import run

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run("011?_*.sql")
