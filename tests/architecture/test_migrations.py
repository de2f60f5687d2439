"""What homes were made with does not change: a mended door is a new one in a later file."""

from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
_SQL = ROOT / "service" / "migrations" / "sql"
_ISSUED = ROOT / "tests" / "vectors" / "migrations.sha256"


def test_the_sql_of_an_issued_migration_stays_as_it_was() -> None:
    issued = {name: digest for digest, name in map(str.split, _ISSUED.read_text(encoding="utf-8").splitlines())}
    assert issued
    assert {name: sha256((_SQL / name).read_bytes()).hexdigest() for name in issued} == issued
