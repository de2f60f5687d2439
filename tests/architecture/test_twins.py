"""A length of time that stands in Python and in a function of the database is the same in both: one moved alone leaves a gap.

Where behaviour shows it, its own test does (`PLAN_AHEAD`: test_planning); here are those that only agree.
"""

import re
from datetime import timedelta
from itertools import chain

import pytest

from service.contacts.forgetting import FILES_KEPT
from service.deliveries.rounds.polling import SILENT_FOR, SOON
from tests.architecture.sources import ROOT
from workers.rounds.loops import HEART, LOOPS

FUNCTIONS = ROOT / "service" / "schema" / "functions"
_INTERVAL = r"interval '(\d+) (second|minute|hour|day)s?'"


def lengths(before: str, sql: str) -> set[timedelta]:
    """Every interval that stands right behind `before`, a pattern."""
    return {timedelta(**{f"{unit}s": int(many)}) for many, unit in re.findall(before + _INTERVAL, sql)}


def _sql() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(FUNCTIONS.glob("*.sql")))


def test_a_file_that_was_read_is_deleted_when_retention_says() -> None:
    assert lengths(r"import_files f WHERE f\.created_at < now\(\) - ", _sql()) == {FILES_KEPT}


def test_silent_sms_are_asked_for_when_the_database_names_their_chunk() -> None:
    door = re.search(r"FUNCTION door_silent\(.*?\$\$(.*?)\$\$", _sql(), re.DOTALL)
    assert door is not None
    assert lengths(r"ELSE ", door[1]) == {SOON}
    assert min(lengths(r"THEN ", door[1])) == SILENT_FOR


def test_a_worker_is_dead_for_every_function_at_once_and_after_some_missed_beats() -> None:
    (silence,) = set(chain(lengths(r"seen_at > now\(\) - ", _sql()), lengths(r"seen_at > clock_timestamp\(\) - ", _sql())))
    assert silence >= 3 * timedelta(seconds=LOOPS[HEART].every)


@pytest.mark.parametrize(
    ("sql", "found"),
    [("x < interval '2 hours'", {timedelta(hours=2)}), ("x < interval '1 day'", {timedelta(days=1)}), ("x", set())],
)
def test_lengths_are_read(sql: str, found: set[timedelta]) -> None:
    assert lengths("x < ", sql) == found
