"""Tests that share what is slow to start are run by one process, where CI has several (`tests/conftest.py`)."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests.architecture.sources import ROOT

PROJECT = {
    "conftest.py": "from tests.conftest import pytest_xdist_make_scheduler\n",
    **dict.fromkeys(
        ("acceptance/test_a.py", "acceptance/test_b.py", "acceptance/faults/test_c.py", "test_d.py", "test_e.py"),
        "import os, pathlib, time, pytest\n\n@pytest.mark.parametrize('n', range(6))\ndef test_it(n):\n    time.sleep(0.02)\n"
        "    with pathlib.Path(os.environ['WHO']).open('a') as who:\n"
        "        who.write(f\"{__file__} {os.environ['PYTEST_XDIST_WORKER']}\\n\")\n",
    ),
}


def test_a_files_tests_and_a_running_systems_stay_together(tmp_path: Path) -> None:
    project, who = tmp_path / "project", tmp_path / "who"
    for name, content in PROJECT.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content, encoding="utf-8")
    plain = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTHONPATH": str(ROOT), "WHO": str(who)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "xdist.plugin",
        "-n",
        "2",
        "--dist",
        "loadgroup",
        "--rootdir",
        str(project),
    ]
    done = subprocess.run(
        [*command, str(project)], cwd=project, env=os.environ | plain, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ran: dict[str, set[str]] = defaultdict(set)
    for line in who.read_text(encoding="utf-8").splitlines():
        file, _, process = line.partition(" ")
        where = Path(file).relative_to(project)
        ran["acceptance" if where.parent.name == "acceptance" else str(where)].add(process)
    assert {name: len(processes) for name, processes in ran.items()} == {
        "acceptance": 1,
        "acceptance/faults/test_c.py": 1,
        "test_d.py": 1,
        "test_e.py": 1,
    }
    assert set().union(*ran.values()) == {"gw0", "gw1"}
