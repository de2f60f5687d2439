"""Room for the deliveries of the next broadcasts. Homes of some days have it already: it came with 0005 for a while."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"

_SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    for file in sorted(_SQL.glob("006?_*.sql")):
        # psycopg takes several statements in one string as long as nothing is bound
        op.get_bind().exec_driver_sql(file.read_text(encoding="utf-8").replace("%", "%%"))
