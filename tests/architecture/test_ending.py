"""A test run that is told to end leaves nothing running."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.architecture.sources import ROOT

pytestmark = pytest.mark.acceptance

WAITING = """
import time
from pathlib import Path

def test_waits(postgres, valkey_url):
    print("ready", Path(postgres.host).parent, flush=True)
    time.sleep(600)
"""


COMMAND = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "pyproject.toml"]


@pytest.mark.timeout(120)
def test_a_test_run_ended_by_sigterm_stops_the_servers_it_started(tmp_path: Path) -> None:
    waiting = tmp_path / "test_waiting.py"
    waiting.write_text(WAITING, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    with subprocess.Popen([*COMMAND, str(waiting)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        place = next(line.split()[-1] for line in run.stdout if "ready" in line)
        valkey = psutil.Process(run.pid).children()
        postgres = [each for each in psutil.process_iter(["cmdline"]) if f"{place}/pg" in (each.info["cmdline"] or ())]
        run.send_signal(signal.SIGTERM)
        run.stdout.read()

    assert (len(postgres), len(valkey), run.returncode) == (1, 1, 2), "2: interrupted"
    _, left = psutil.wait_procs([*postgres, *valkey], timeout=10)
    assert left == []
