"""CI runs a test that starts processes once more where it failed, says so, and is lenient with no other (`.ci/test`)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

pytestmark = pytest.mark.acceptance

PROJECT = {
    "Makefile": ".venv/%: ;\n",
    "pyproject.toml": (
        '[tool.pytest.ini_options]\naddopts = ["--strict-markers", "-m", "not slow"]\nmarkers = ["acceptance", "browser", '
        '"slow"]\n'
    ),
    "test_steady.py": "def test_steady():\n    pass\n",
}
AT_THE_SECOND_TRY = """
def {name}(tmp_path):
    from pathlib import Path
    tries = Path("{name}.txt")
    tries.write_text(tries.read_text() + "x" if tries.exists() else "x")
    assert len(tries.read_text()) == {good}
"""


def planted(name: str, *marks: str, good: int = 2, parameter: str = "") -> str:
    """A test that holds at its second try, or whichever is said."""
    written = AT_THE_SECOND_TRY.format(name=name, good=good).lstrip()
    if parameter:
        marks = (*marks, f"parametrize('a', [{parameter!r}])")
        written = written.replace("(tmp_path)", "(tmp_path, a)")
    return "import pytest\n\n\n" + "".join(f"@pytest.mark.{mark}\n" for mark in marks) + written


def run(where: Path, **tests: str) -> tuple[int, list[str], str]:
    """`.ci/test` as CI calls it, two processes side by side: how it ended, the tests that it named, and all it said."""
    for name, content in (PROJECT | {f"test_{name}.py": content for name, content in tests.items()}).items():
        (where / name).write_text(content, encoding="utf-8")
    (where / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "test", where / ".ci" / "test")
    (where / ".venv").symlink_to(sys.prefix)
    done = subprocess.run(
        ["bash", ".ci/test"],
        cwd=where,
        # of the plugins only the one in question: the others take seconds to load
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-q -p xdist.plugin -n 2 --dist loadgroup"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    named = [line.partition(": ")[2] for line in done.stdout.splitlines() if line.startswith("RE-RUN NEEDED: ")]
    return done.returncode, named, done.stdout


def tries(where: Path, name: str) -> int:
    return len((where / f"{name}.txt").read_text(encoding="utf-8"))


def test_one_that_holds_alone_is_named_and_the_run_holds(tmp_path: Path) -> None:
    status, named, said = run(
        tmp_path,
        browser=planted("test_page", "browser", parameter="một a@b.vn [x]::y"),
        processes=planted("test_killed", "acceptance"),
    )
    assert status == 0, said
    assert [name.partition("[")[0] for name in named] == ["test_browser.py::test_page", "test_processes.py::test_killed"]
    assert "2 passed" in said.splitlines()[-1]


def test_one_that_fails_again_fails_the_run(tmp_path: Path) -> None:
    status, named, said = run(
        tmp_path, processes=planted("test_killed", "acceptance"), more=planted("test_broken", "acceptance", good=9)
    )
    assert (status, named) == (1, ["test_more.py::test_broken", "test_processes.py::test_killed"]), said
    assert tries(tmp_path, "test_broken") == 2


def test_an_ordinary_test_gets_no_second_try_and_neither_does_what_failed_beside_it(tmp_path: Path) -> None:
    status, named, said = run(tmp_path, processes=planted("test_killed", "acceptance"), ordinary=planted("test_sum"))
    assert (status, named) == (1, []), said
    assert (tries(tmp_path, "test_sum"), tries(tmp_path, "test_killed")) == (1, 1)


def test_a_run_that_did_not_come_to_its_end_is_not_mended(tmp_path: Path) -> None:
    status, named, said = run(
        tmp_path, processes=planted("test_killed", "acceptance"), unreadable="import nothing_of_this_name\n"
    )
    assert (status, named) == (1, []), said
    assert "nothing_of_this_name" in said
