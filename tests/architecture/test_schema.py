"""The schema's files: what is issued stays, a function stands once, what a release adds the one before can do without."""

import re
from functools import cache
from pathlib import Path

import pytest

from service.database.schema import SCHEMA, SOURCE
from tests.architecture.sources import modules, strings
from tests.vectors.issue_schema import issued, standing

FUNCTIONS = sorted(SOURCE.glob("functions/*.sql"))
CHANGES = sorted(SOURCE.glob("changes/*.sql"))
OVERLOADED = set[str]()
"""Functions with a new overload beside the one that older processes still call: it goes a release later."""
_DEFINES = re.compile(r"^CREATE (?:OR REPLACE )?FUNCTION (\w+)", re.MULTILINE | re.IGNORECASE)
# Older processes go on beside a new schema: nothing they use may go or change its shape under them (docs/operating.md).
_CONTRACTS = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN|FUNCTION|TYPE|VIEW)\b|\bRENAME\b|\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b"
    r"|\bSET\s+NOT\s+NULL\b",
    re.IGNORECASE,
)
_ADDS = re.compile(r"\bADD\s+COLUMN\s+(?:IF\s+NOT\s+EXISTS\s+)?[^,;]+", re.IGNORECASE)


def test_what_is_issued_stays_as_it_was() -> None:
    """Before the first release nothing is. What shouts here stays as it was; another text of a function raises `SCHEMA`."""
    once, now = issued(), standing()
    assert {name: digest for name, digest in once.items() if now.get(name, "gone" if "/" in name else digest) != digest} == {}
    assert all(name <= SCHEMA for name in once if "/" not in name)


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


@cache
def doors() -> dict[str, str]:
    """Every door by its name: what stands between it and its body."""
    defined = re.compile(r"^CREATE OR REPLACE FUNCTION (door_\w+)(.*?)\bAS \$", re.MULTILINE | re.DOTALL)
    return dict(pair for file in FUNCTIONS for pair in defined.findall(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", doors())
def test_a_door_opens_with_its_owners_eyes_on_fixed_names(name: str) -> None:
    wanted = "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
    assert wanted in " ".join(doors()[name].split()), f"{name} lacks: {wanted}"


@pytest.mark.parametrize("name", doors())
def test_somebody_may_open_a_door_and_somebody_does(name: str) -> None:
    granted = "".join(re.findall(r"^GRANT EXECUTE [^;]*;", "".join(file.read_text("utf-8") for file in FUNCTIONS), re.MULTILINE))
    assert re.search(rf"\b{name}\b", granted), f"{name} is granted to nobody: to the login of the process whose code calls it"
    assert name in called() | called_in_sql(), f"{name} is called by nobody"


def test_a_door_that_is_called_is_there() -> None:
    assert called() - doors().keys() == set()


def called_in_sql() -> set[str]:
    """The doors that policies and other functions call."""
    sql = "".join(file.read_text(encoding="utf-8") for file in [*FUNCTIONS, *SOURCE.glob("tables/*.sql")])
    kept = re.sub(r"--[^\n]*|^CREATE OR REPLACE FUNCTION \w+|^(?:REVOKE|GRANT) [^;]*;", "", sql, flags=re.MULTILINE)
    return set(re.findall(r"\bdoor_\w+(?=\()", kept))


@cache
def called() -> set[str]:
    """The doors that our code names in its SQL."""
    texts = [text for _, path in modules() for _, text in strings(path)]
    texts += [call for _, path in modules() for call in re.findall(r"\bfunc\.door_\w+", path.read_text(encoding="utf-8"))]
    return {name for text in texts for name in re.findall(r"\bdoor_\w+", text)}


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


def test_lines_of_the_schema_end_where_all_lines_do() -> None:
    lines = [(file.name, line) for file in SOURCE.rglob("*.sql") for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(name, line) for name, line in lines if len(line) > 130] == []


_EXPLAINED = {
    "id",
    "public_id",
    "unit_id",
    "data_key_id",
    "created_at",
    "broadcast_id",
    "channel",
    "language",
}  # at the head of tables/0001_units.sql


def unexplained(table: str) -> list[str]:
    """The columns of a CREATE TABLE that nothing is said of: neither beside them, nor by what they may hold."""
    silent = []
    lines = table.splitlines()[1:]
    for line, behind in zip(lines, [*lines[1:], ""], strict=True):
        column = re.match(r"  ([a-z_0-9]+) +(?:[a-z]+)(?:\[\])?\b", line)
        said = "--" in line or " IN (" in line or re.match(r"   +--", behind)
        if column and column[1] not in _EXPLAINED and not said:
            silent.append(column[1])
    return silent


@pytest.mark.parametrize("file", sorted(SOURCE.glob("tables/*.sql")), ids=lambda file: file.name)
def test_every_column_is_explained_at_home(file: Path) -> None:
    tables = re.findall(r"^CREATE TABLE (\w+) (\(.*?\n\))", file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert tables
    assert {name: unexplained(columns) for name, columns in tables if unexplained(columns)} == {}
