"""What a restored system does not do by itself, and how long a carrier is asked about what is in doubt."""

from service.migrations.sql_files import run

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run("005?_*.sql")
