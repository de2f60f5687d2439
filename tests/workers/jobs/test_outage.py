"""A database that is away is one pair of lines, whoever finds it so and however often."""

from typing import Any

import psycopg
import pytest
import structlog

from workers.kept.outage import Outage


class Told:
    """An outage with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0
        self.outage = Outage(lambda: self.at)

    def away(self, at: float) -> None:
        self.at = at
        self.outage.away(psycopg.errors.AdminShutdown("x"))

    def works(self, at: float) -> None:
        self.at = at
        self.outage.works()


@pytest.fixture
def told() -> Told:
    return Told()


def pair(lines: list[Any]) -> list[tuple[str, Any, Any]]:
    return [(each["event"], each.get("error", each.get("seconds")), each.get("failures")) for each in lines]


def test_many_loops_find_it_away_and_it_is_told_once_and_once_when_it_is_back(told: Told) -> None:
    with structlog.testing.capture_logs() as lines:
        told.works(0)
        for moment in (1.0, 1.1, 1.5):
            told.away(moment)
        told.works(1.6)  # one loop is answered while others still find it away
        told.away(1.7)
        told.works(3.6)
        told.works(3.8)
        told.works(4.0)
    assert pair(lines) == [("database.away", "AdminShutdown", None), ("database.back", 0.7, 4)]


def test_the_next_time_is_told_again(told: Told) -> None:
    with structlog.testing.capture_logs() as lines:
        told.away(0)
        told.works(10)
        told.away(20)
        told.works(30)
    assert [each["event"] for each in lines] == ["database.away", "database.back"] * 2
    assert {each["failures"] for each in lines if "failures" in each} == {1}
