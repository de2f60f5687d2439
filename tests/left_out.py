"""A line of every run: what was not run, and why. So nobody takes a run for more than it was."""

from collections import Counter
from typing import Any

import pytest

_SLOW = "marked slow (pytest -m slow)"
_OTHERS = "not asked for by -m, -k or --quick"
_NAME = "loa_left_out"


class LeftOut:
    """The plugin. With xdist each process that runs tests tells the one that prints what it deselected: all of them the same."""

    def __init__(self) -> None:
        self._deselected: Counter[str] = Counter()

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._deselected.update(_SLOW if item.get_closest_marker("slow") else _OTHERS for item in items)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[_NAME] = dict(self._deselected)

    @pytest.hookimpl(optionalhook=True)  # without xdist nobody asks
    def pytest_testnodedown(self, node: Any) -> None:
        self._deselected |= Counter(getattr(node, "workeroutput", {}).get(_NAME, {}))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        skipped = Counter(_why(report) for report in terminalreporter.stats.get("skipped", ()))
        terminalreporter.write_line(line(self._deselected + skipped))


def line(left_out: Counter[str]) -> str:
    """`left_out`: how many by the reason."""
    return f"Left out: {'; '.join(f'{many} {why}' for why, many in left_out.most_common()) or 'nothing'}."


def _why(report: Any) -> str:
    told = report.longrepr
    return str(told[2] if isinstance(told, tuple) else told).removeprefix("Skipped: ")
