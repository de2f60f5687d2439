"""A retry leaves dead numbers as they are."""

from service.migrations.sql_files import run

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run("009?_*.sql")
