"""Rounds that cost less: room on a page for every move of a delivery, and counts in one pass."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"

_SQL = Path(__file__).parents[1] / "sql"


def upgrade() -> None:
    op.get_bind().exec_driver_sql((_SQL / "0070_room.sql").read_text(encoding="utf-8").replace("%", "%%"))
