"""The schema as SQL, where SQL is read: a migration runs the files that it names."""

from pathlib import Path

from alembic import op

_SQL = Path(__file__).parent / "sql"


def run(names: str) -> None:
    """Runs the files of these names (`003?_*.sql`), in their order, in the migration's transaction."""
    for file in sorted(_SQL.glob(names)):
        # psycopg takes several statements in one string as long as nothing is bound
        op.get_bind().exec_driver_sql(file.read_text(encoding="utf-8").replace("%", "%%"))
