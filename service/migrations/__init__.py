"""The schema's history. `upgrade(url)` brings a database to the newest, as its owner."""

from pathlib import Path

from alembic import command
from alembic.config import Config

_HERE = Path(__file__).parent


def upgrade(url: str) -> None:
    """Runs every migration that the database at `url` (the owner's login) has not seen. Safe to run twice."""
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))  # % is a variable to ConfigParser
    config.attributes["url"] = url
    command.upgrade(config, "head")
