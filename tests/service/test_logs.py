import json
import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.logs import _OfPools, _without_people
from service.traces import span_of, trace_of


@pytest.mark.parametrize(
    "private",
    ["+84912345678", "0912 345 678", "4071 8826 3163", "407188263163", "4071 8826 3163 0574", "4071882631630574", "a@b.example"],
)
def test_numbers_and_addresses_are_blanked_in_every_value(private: str) -> None:
    event = _without_people(None, "", {"event": f"asked for {private}, refused", "count": 3})

    assert event == {"event": "asked for […], refused", "count": 3}


_ONE_CALLBACK = """
import structlog
from service.logs import configure_logs
from service.traces import follow_delivery
configure_logs("web", {level!r})
follow_delivery(7, 11)
structlog.get_logger().debug("request", status=204)
structlog.get_logger().info("told")
"""


@pytest.mark.parametrize(("level", "events"), [("DEBUG", ["request", "told"]), ("INFO", ["told"]), ("ERROR", [])])
def test_what_a_delivery_is_about_stands_in_every_line_of_its_level(level: str, events: list[str]) -> None:
    ran = subprocess.run([sys.executable, "-c", _ONE_CALLBACK.format(level=level)], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in ran.stderr.splitlines()]
    assert [line["event"] for line in lines] == events
    assert {(line["trace"], line["span"]) for line in lines} <= {(trace_of(7), span_of(7, 11))}


@given(st.integers(1, 2**62), st.integers(1, 10**14))
def test_no_trace_and_no_span_is_taken_for_a_number(broadcast: int, number: int) -> None:
    ids = {"trace": trace_of(broadcast), "span": span_of(broadcast, number)}
    assert _without_people(None, "", dict(ids)) == ids
    assert (len(ids["trace"]), len(ids["span"])) == (32, 16)


def test_of_the_drivers_pool_one_line_a_minute_says_why_and_none_what_it_throws_away() -> None:
    now = [0.0]
    fold = _OfPools(lambda: now[0])

    def passes(level: int, words: str) -> bool:
        return fold.filter(logging.LogRecord("psycopg.pool", level, "", 0, words, (), None))

    connecting = "error connecting in %r: %s"
    assert [passes(logging.WARNING, connecting) for _ in range(3)] == [True, False, False]
    assert not any(
        passes(logging.WARNING, said) for said in ("discarding closed connection: %s", "rolling back returned connection: %s")
    )
    now[0] = 60
    assert [passes(logging.WARNING, connecting) for _ in range(2)] == [True, False]
    assert passes(logging.WARNING, "something it never said before")
    assert passes(logging.ERROR, connecting)
