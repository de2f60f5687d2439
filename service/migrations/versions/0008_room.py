"""Rounds that cost less: room on a page for every move of a delivery, and counts in one pass."""

from service.migrations.sql_files import run

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run("007?_*.sql")
