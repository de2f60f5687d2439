"""`make quick`: the tests that need nothing but this process. Nobody marks them: what a test asks for decides.

Left out as they are collected: who is marked `acceptance`, `browser`, `slow` or `thorough` (a whole space gone through), and
whose code, or a fixture's or factory's that it names, starts a process or listens on a port. The product is followed within one
module only; a process that it starts further inside skips the test there and then, so that none is ever started. Folders in which
every test is such are not even read.
"""

import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

_FOLDERS = ("acceptance", "clients", "pictures")
_MARKS = frozenset({"acceptance", "browser", "slow", "thorough"})
_STARTING = frozenset(
    [
        "subprocess",
        "Popen",
        "create_subprocess_exec",
        "create_subprocess_shell",
        "start_server",
        "start_unix_server",
        "create_server",
        "uvicorn",
        "get_server",
        "ValkeyServer",
        "socket",
        "pytester",
    ]
)
"""Names of what starts a process or listens, wherever they stand in a function."""
_OURS = ("tests", "service", "workers", "contact_registry")


class Quick:
    """The plugin. An audit hook is never taken away again: it is deaf outside a test."""

    def __init__(self) -> None:
        self._running = False
        sys.addaudithook(self._heard)

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        return True if collection_path.parent.name == "tests" and collection_path.name in _FOLDERS else None

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        left_out = [item for item in items if needs_more(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not needs_more(item)]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        self._running = True
        try:
            return (yield)
        finally:
            self._running = False

    def _heard(self, event: str, _: tuple[Any, ...]) -> None:
        if self._running and event in {"subprocess.Popen", "os.posix_spawn", "os.fork"}:
            pytest.skip("that start a process, which is not of the quick ring")


def needs_more(item: pytest.Item) -> bool:
    """Whether a test needs a server, another process or a browser, as far as that shows before it is run."""
    if not isinstance(item, pytest.Function) or any(mark.name in _MARKS for mark in item.iter_markers()):
        return True
    fixtures = item._fixtureinfo.name2fixturedefs
    asked = [definition.func for name in item.fixturenames for definition in fixtures.get(name, ())]
    return "pytester" in item.fixturenames or any(_starts(inspect.unwrap(each)) for each in (item.function, *asked))


@cache
def _starts(what: object) -> bool:
    """Whether a function or class, or what it names of ours, starts something."""
    seen: set[object] = set()
    waiting = [what]
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        if isinstance(each, type):
            waiting += [inspect.unwrap(part) for part in vars(each).values() if isinstance(part, FunctionType)]
            waiting += each.__bases__ if each.__module__.startswith(_OURS) else ()
        elif isinstance(each, FunctionType):
            names = set(_names(each.__code__))
            if names & _STARTING:
                return True
            named = [inspect.unwrap(found) for name in names if callable(found := each.__globals__.get(name))]
            waiting += [found for found in named if _follow(each.__module__, found)]
    return False


def _follow(where: str, found: object) -> bool:
    there = str(getattr(found, "__module__", ""))
    return isinstance(found, FunctionType | type) and there.startswith(_OURS) and (where.startswith("tests") or there == where)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
