"""Every fault's test fails when its guard is taken out: shown in a copy of the source, minutes for each."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.acceptance.faults.guards import GUARDS
from tests.acceptance.system import ROOT

pytestmark = [pytest.mark.acceptance]


def _copy(to: Path) -> Path:
    ignored = shutil.ignore_patterns(".git", ".venv", ".loa", "__pycache__", ".*_cache", ".hypothesis")
    return Path(shutil.copytree(ROOT, to / "loa", ignore=ignored))


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_is_where_it_is_said_to_be(name: str) -> None:
    assert GUARDS[name].places(ROOT)
    test, _, case = GUARDS[name].test.partition("::")
    assert f"def {case.partition('[')[0]}(" in (Path(__file__).parent / test).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", GUARDS)
def test_a_fault_is_seen_when_its_guard_is_taken_out(name: str) -> None:
    with tempfile.TemporaryDirectory(prefix="loa-g-") as directory:  # short: sockets lie below it
        source = _copy(Path(directory))
        GUARDS[name].take_out(source)
        tried = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"tests/acceptance/faults/{GUARDS[name].test}"],
            cwd=source,
            check=False,
            capture_output=True,
            text=True,
        )
    assert tried.returncode == 1, tried.stdout[-3_000:]
    assert "AssertionError" in tried.stdout or "\nE       assert " in tried.stdout, tried.stdout[-3_000:]
    assert "ERROR" not in tried.stdout, tried.stdout[-3_000:]
