"""The README's own commands, as they stand there, in a fresh clone of what is committed."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from service.sentences import sentence
from tests.acceptance.system import ROOT
from tests.factories.ports import free_port
from tests.factories.processes import gone
from tests.factories.waiting import wait_for

AGAIN = "== once more"

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]


def blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def clone() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="loa-r-", dir="/tmp") as directory:
        Path(directory).chmod(0o755)
        target = Path(directory) / "lo a%41"  # a path like a person's
        subprocess.run(["git", "clone", "-q", str(ROOT), str(target)], check=True)
        yield target


def test_the_readme_runs_from_its_first_command_to_a_broadcast_of_ones_own(clone: Path) -> None:
    start, own = blocks()[0].splitlines()[0], "\n".join(blocks()[1:])
    assert start.split("#")[0].strip() == "make run"
    ports = {name: str(free_port()) for name in ("LOA_WEB_PORT", "LOA_SIMULATORS_PORT", "LOA_SMTP_INBOX_PORT")}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LOA_")} | ports
    environment["PYTHON"] = sys.executable
    log = (clone.parent / "run.log").open("wb")
    run = subprocess.Popen(
        ["bash", "-c", start], cwd=clone, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    family: list[psutil.Process] = []
    try:
        demo = clone / ".loa" / "demo.json"

        def up() -> bool:
            assert run.poll() is None, Path(log.name).read_text(encoding="utf-8")[-3000:]
            return demo.exists() and '"sample"' in demo.read_text(encoding="utf-8")

        wait_for("make run is up", up, 180)
        # The one thing that differs from the page: this machine's ports may be taken, so ours are others.
        script = own.replace("127.0.0.1:8000", f"127.0.0.1:{ports['LOA_WEB_PORT']}")
        script = script.replace("127.0.0.1:8090", f"127.0.0.1:{ports['LOA_SIMULATORS_PORT']}")
        # … and pasted once more into the same terminal, which does not end where something is refused
        twice = f"{script}\necho {AGAIN}; echo {AGAIN} >&2\nset +eu +o pipefail\n{script}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", twice],
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        (first, silent), (second, refusals) = zip(done.stdout.split(AGAIN), done.stderr.split(AGAIN), strict=True)
        assert silent.strip() == ""
        for said in (first, second):
            assert "'failed': 0" in said
            assert "'total': 0" not in said
            assert "\nfound\n" in said
            assert "\nTrue\n" in said, "the new school is ready"
            assert "'rows': 62" in said
            assert "phone.digits_lost" in said
            assert "\napplied\n" in said
            assert "\n{'left': " in said
            assert said.rstrip().endswith("Tin đã bị hủy. Phần chưa gửi không gửi nữa.")
        assert refusals.split("\n")[1:-1] == [
            sentence("unit.exists", "vi"),
            sentence("account.email_taken", "vi"),
        ], "what is there already is said in words, and nothing else"
        assert run.poll() is None, "it stays up: " + Path(log.name).read_text(encoding="utf-8")[-3000:]
        family = psutil.Process(run.pid).children(recursive=True)
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGINT)  # Ctrl-C reaches the whole terminal's group
        run.wait(30)
        psutil.wait_procs(family, timeout=30)
        left = [each for each in family if not gone(each)]
        for p in left:
            p.kill()
        log.close()
    assert left == []
