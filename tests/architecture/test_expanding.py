"""Expand first, contract a release later: what a release adds, the one before can do without (docs/operating.md)."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

SQL = sorted((ROOT / "service/migrations/sql").glob("*.sql"))
# Older processes go on beside a new schema: nothing they use may go or change its shape under them.
_CONTRACTS = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN|FUNCTION|TYPE|VIEW)\b|\bRENAME\b|\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b|\bSET\s+NOT\s+NULL\b",
    re.IGNORECASE,
)
_ADDS = re.compile(r"\bADD\s+COLUMN\s+(?:IF\s+NOT\s+EXISTS\s+)?[^,;]+", re.IGNORECASE)


def _statements(file: Path) -> str:
    return re.sub(r"--[^\n]*", "", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", [file for file in SQL if file.name >= "0030"], ids=lambda file: file.name)
def test_a_migration_takes_nothing_away_from_those_who_run(file: Path) -> None:
    sql = _statements(file)
    assert _CONTRACTS.findall(sql) == []
    new_columns = [column for column in _ADDS.findall(sql) if "NOT NULL" in column.upper() and "DEFAULT" not in column.upper()]
    assert new_columns == [], "an older process would insert without it"
