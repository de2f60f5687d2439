"""Every command that can be put into the outbox has its job, no job waits for a command that does not exist; every round of a
worker stands in the table of its loops, and the table stands in the docs.
"""

import importlib
import inspect
import re
from collections.abc import Callable

from service.outbox.commands import COMMANDS
from tests.architecture.sources import ROOT
from workers.jobs import JOBS
from workers.kept.taking_turns import queue_next
from workers.rounds.loops import LOOPS
from workers.rounds.reconciling import accounts_since

_ONCE = {accounts_since}
"""Run once, when a worker starts."""


def test_commands_and_jobs_are_the_same_names() -> None:
    assert set(JOBS) == set(COMMANDS)


def _is_round(each: Callable[..., object], module: str) -> bool:
    needs = [name for name, one in inspect.signature(each).parameters.items() if one.default is one.empty]
    return each.__module__ == module and not each.__name__.startswith("_") and needs == ["tools"]


def test_every_round_stands_in_the_table_of_loops() -> None:
    there = {queue_next}
    for file in (ROOT / "workers" / "rounds").glob("*.py"):
        module = importlib.import_module(f"workers.rounds.{file.stem}")
        there |= {each for _, each in inspect.getmembers(module, inspect.iscoroutinefunction) if _is_round(each, module.__name__)}
    assert there - _ONCE == {loop.round for loop in LOOPS.values()}


def test_the_docs_show_the_loops_as_they_are() -> None:
    page = (ROOT / "docs" / "watching" / "README.md").read_text(encoding="utf-8")
    rows = [
        f"| `{loop.name}` | {loop.every:g} s | {'one of all workers' if loop.alone else 'every worker'} "
        f"| {'yes' if loop.needed else 'no'} | {loop.does} |"
        for loop in LOOPS.values()
    ]
    assert re.findall(r"^\| `\w+` \| [\d.]+ s \|.*$", page, re.MULTILINE) == rows
