"""People and the letter's gate: consent, looks, readiness of units, invitations, retention, rotation of keys."""

from service.migrations.sql_files import run

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run("002?_*.sql")
