"""The means by which the fault suite breaks things do not break themselves."""

import subprocess
import sys

import psutil

from tests.factories.processes import gone
from tests.factories.waiting import wait_for


def _sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


class Vanishing(psutil.Process):
    """A process that ends, and is reaped, just behind the first question about it."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        super().__init__(child.pid)
        self.child = child

    def is_running(self) -> bool:
        ran = bool(super().is_running())
        self.child.kill()
        self.child.wait()
        return ran


def test_a_process_that_vanishes_between_two_questions_is_gone() -> None:
    assert gone(Vanishing(_sleeper()))


def test_a_process_that_runs_is_not_gone_one_that_is_not_reaped_is() -> None:
    child = _sleeper()
    process = psutil.Process(child.pid)
    assert not gone(process)
    process.kill()
    psutil.wait_procs([process], timeout=0)
    wait_for("it has ended", lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, 10)
    assert gone(process)
    child.wait()
    assert gone(process)
