"""The contact registry, whole: lists corrected, compared and undone, staff, consent, readiness of units, retention, rotation."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

_SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for file in sorted(_SQL.glob("001?_*.sql")):
        # psycopg takes several statements in one string as long as nothing is bound
        op.get_bind().exec_driver_sql(file.read_text(encoding="utf-8").replace("%", "%%"))
