"""The schema's files: what is issued stays, a function stands once, what a release adds the one before can do without."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from service.database.schema import SCHEMA, SOURCE, schema_files
from tests.architecture.sources import ROOT

ISSUED = [line.split() for line in (ROOT / "tests/vectors/schema.sha256").read_text(encoding="utf-8").splitlines()]
"""SHA-256 and what has it: a file that is applied once, or the number of a schema that was released, which has all of its files."""

FUNCTIONS = sorted(SOURCE.glob("functions/*.sql"))
CHANGES = sorted(SOURCE.glob("changes/*.sql"))
OVERLOADED = {"deliver_round", "door_take_outbox"}
_DEFINES = re.compile(r"^CREATE (?:OR REPLACE )?FUNCTION (\w+)", re.MULTILINE | re.IGNORECASE)
# Older processes go on beside a new schema: nothing they use may go or change its shape under them (docs/operating.md).
_CONTRACTS = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN|FUNCTION|TYPE|VIEW)\b|\bRENAME\b|\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b|\bSET\s+NOT\s+NULL\b",
    re.IGNORECASE,
)
_ADDS = re.compile(r"\bADD\s+COLUMN\s+(?:IF\s+NOT\s+EXISTS\s+)?[^,;]+", re.IGNORECASE)


def test_what_is_issued_stays_as_it_was() -> None:
    files = schema_files()
    now = files | {SCHEMA: sha256("".join(f"{digest} {name}\n" for name, digest in files.items()).encode()).hexdigest()}
    assert {name: now[name] for _, name in ISSUED if name in now} == {name: digest for digest, name in ISSUED if name in now}
    assert {name for _, name in ISSUED if "/" in name} <= files.keys()
    assert all(name <= SCHEMA for _, name in ISSUED if "/" not in name)


def test_no_function_is_defined_twice() -> None:
    defined = [
        name for file in [*FUNCTIONS, *SOURCE.glob("tables/*.sql")] for name in _DEFINES.findall(file.read_text(encoding="utf-8"))
    ]
    assert {name for name in defined if defined.count(name) > 1} == OVERLOADED


@pytest.mark.parametrize("file", FUNCTIONS, ids=lambda file: file.name)
def test_a_file_of_functions_can_be_applied_again_and_says_who_may_call_them(file: Path) -> None:
    sql = file.read_text(encoding="utf-8")
    assert len(sql.splitlines()) <= 250
    assert re.findall(r"^CREATE (?!OR REPLACE FUNCTION)[^\n]*", sql, re.MULTILINE) == []
    revoked = re.search(
        r"^REVOKE ALL ON FUNCTION ([^;]*) FROM PUBLIC, loa_web, loa_worker, loa_lookup;\n(?:GRANT [^;]*;\n)*\Z", sql, re.MULTILINE
    )
    assert revoked, "its end is who may call what"
    assert sorted(re.findall(r"(?:\A|,)\s*(\w+)", re.sub(r"\([^)]*\)", "", revoked[1]))) == sorted(_DEFINES.findall(sql))


def objections(change: str) -> list[str]:
    """What a change may not do."""
    sql = re.sub(r"--[^\n]*", "", change)
    new_columns = [column for column in _ADDS.findall(sql) if "NOT NULL" in column.upper() and "DEFAULT" not in column.upper()]
    return [*_DEFINES.findall(sql), *_CONTRACTS.findall(sql), *new_columns]


def test_changes_alter_and_take_nothing_away_from_those_who_run() -> None:
    assert {file.name: objections(file.read_text(encoding="utf-8")) for file in CHANGES} == {file.name: [] for file in CHANGES}


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE broadcasts ADD COLUMN note text, ADD COLUMN n integer NOT NULL DEFAULT 0;",
        "CREATE INDEX broadcasts_note ON broadcasts (note);",
        "-- DROP TABLE broadcasts\nCREATE TABLE notes (id bigint);",
    ],
)
def test_a_change_that_adds_is_let_through(change: str) -> None:
    assert objections(change) == []


@pytest.mark.parametrize(
    "change",
    [
        "CREATE OR REPLACE FUNCTION door_note() RETURNS void LANGUAGE sql AS '';",  # it stands in functions/
        "ALTER TABLE broadcasts DROP COLUMN note;",
        "ALTER TABLE broadcasts ALTER COLUMN note SET NOT NULL;",
        "ALTER TABLE broadcasts ALTER note TYPE bigint;",
        "ALTER TABLE broadcasts RENAME note TO remark;",
        "ALTER TABLE broadcasts ADD COLUMN note text NOT NULL;",  # an older process would insert without it
    ],
)
def test_a_change_that_takes_something_away_is_noticed(change: str) -> None:
    assert len(objections(change)) == 1
