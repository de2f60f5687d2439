"""Delivery: providers, control of a send under way, registered texts, and what is watched."""

from service.migrations.sql_files import run

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run("003?_*.sql")
