"""The registry's speed: what a department's count reads, and references checked once a statement."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"

_SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for file in sorted(_SQL.glob("004?_*.sql")):
        # psycopg takes several statements in one string as long as nothing is bound
        op.get_bind().exec_driver_sql(file.read_text(encoding="utf-8").replace("%", "%%"))
