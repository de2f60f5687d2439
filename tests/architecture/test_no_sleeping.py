"""Tests wait for a state, never for a time: whoever sleeps is too slow on one machine and too quick on another."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

WAITS = "tests/factories/waiting.py"
ALLOWED = {
    WAITS: "the one place in which is slept",
    "tests/benchmarks/": "measures what passes: looks now and then, and must not take what it measures",
}
INVENTED = {
    "tests/factories/rude_smtp.py": "a relay that thinks",
    "tests/factories/web_process.py": "a parent who asks again after a while",
    "tests/acceptance/test_busy_web.py": "people who send workbook after workbook, and wait where they are told to",
    "tests/acceptance/faults/test_receipts.py": "a carrier that says so many words a second",
    "tests/workers/channels/test_email_smtp.py": "a relay whose letters overlap",
    "tests/workers/channels/test_rude_relays.py": "a connection that nobody uses for a second",
    "tests/workers/test_pacing.py": "urgent messages that trickle, and somebody who wipes Valkey again and again",
    "tests/workers/test_stopping.py": "an approver who stops and goes on again and again",
}
"""Who may call `waiting.takes`: invented people and carriers, and what takes them so long."""


def sleeps(source: str) -> Iterator[int]:
    """The lines that sleep, whatever name `time` or `asyncio` goes by, or the function itself."""
    for node in ast.walk(ast.parse(source)):
        if (isinstance(node, ast.Attribute) and node.attr == "sleep" and isinstance(node.value, ast.Name)) or (
            isinstance(node, ast.ImportFrom) and any(each.name == "sleep" for each in node.names)
        ):
            yield node.lineno


def _tests() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "tests").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def test_no_test_sleeps() -> None:
    found = {f"{name}:{line}" for name, source in _tests() for line in sleeps(source) if not name.startswith(tuple(ALLOWED))}
    assert found == set(), f"wait for what is to come: `until`, `wait_for` or `stays` of {WAITS}"


def test_only_who_invents_somebody_slow_lets_time_pass() -> None:
    assert {name for name, source in _tests() if "takes" in source and _imports(source, "takes")} == set(INVENTED)


def _imports(source: str, name: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "tests.factories.waiting"
        and name in {each.name for each in node.names}
        for node in ast.walk(ast.parse(source))
    )


@pytest.mark.parametrize(
    "source",
    [
        "await asyncio.sleep(1)",
        "time.sleep(1)",
        "from time import sleep",
        "import asyncio as a\na.sleep(0)",
        "nap = asyncio.sleep",
    ],
)
def test_who_sleeps_is_noticed(source: str) -> None:
    assert list(sleeps(source))


def test_nobody_is_allowed_who_is_not_there() -> None:
    assert [name for name in (*ALLOWED, *INVENTED) if not Path(ROOT / name).exists()] == []
