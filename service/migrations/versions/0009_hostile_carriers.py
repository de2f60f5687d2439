"""What a carrier that is wrong about everybody, or slow for everybody, can do less of."""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"

_SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for file in sorted(_SQL.glob("008?_*.sql")):
        # psycopg takes several statements in one string as long as nothing is bound
        op.get_bind().exec_driver_sql(file.read_text(encoding="utf-8").replace("%", "%%"))
