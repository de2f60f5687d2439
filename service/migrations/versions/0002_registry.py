"""The contact registry, whole: lists corrected, compared and undone, staff, consent, readiness of units, retention, rotation."""

from service.migrations.sql_files import run

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run("001?_*.sql")
