"""docs/first-warning.md, as it stands there: a live system with the simulators in the carriers' place,
from nothing to a look-up.
"""

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

from tests.acceptance.system import ROOT
from tests.factories.ports import free_port

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]
PORTS = ("8000", "8090", "2525")


def page() -> list[str]:
    return re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "docs/first-warning.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )


@pytest.fixture
def checkout() -> Iterator[Path]:
    """What is committed, with a `.venv` that is this one."""
    with tempfile.TemporaryDirectory(prefix="loa-w-", dir="/tmp") as directory:
        Path(directory).chmod(0o755)
        target = Path(directory) / "loa"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(target)], check=True)
        (target / ".venv" / "bin").mkdir(parents=True)
        command = target / ".venv" / "bin" / "loa"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m service "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        yield target


def test_a_person_with_that_page_alone_comes_from_nothing_to_a_warning_that_is_found(checkout: Path) -> None:
    script = "\n".join(page())
    ports = {was: str(free_port()) for was in PORTS}
    for was, ours in ports.items():
        script = re.sub(rf"\b{was}\b", ours, script)
    settings = zip(("LOA_WEB_PORT", "LOA_SIMULATORS_PORT", "LOA_SMTP_INBOX_PORT"), PORTS, strict=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOA_", "LC_", "LANG"))}
    environment = clean | {name: ports[was] for name, was in settings} | {"LANG": "en_US.UTF-8", "COLUMNS": "160"}
    log = checkout.parent / "said"
    with log.open("wb") as out:  # a file: what goes on in the background holds a pipe open
        typing = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=checkout,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            status = typing.wait(240)
        finally:
            family = [each for each in psutil.process_iter() if _of_session(each, typing.pid)]
            for each in family:  # the runner stops what it has started
                each.send_signal(signal.SIGTERM)
            _, left = psutil.wait_procs(family, timeout=40)
            for each in left:
                each.kill()
    said = log.read_text(encoding="utf-8")
    assert status == 0, said
    assert left == []
    assert "Traceback" not in said
    assert "\nfound\n" in said, said
    assert '"status":"ready"' in said
    assert "NOT ENOUGH" not in said
    assert "simulators" not in said, "a live system has none"
    assert f"Look-up and API: http://127.0.0.1:{ports['8000']}/" in said
    assert said.count("\nTrue\n") == 1, "ready with the last part, not before"
    assert re.search(r"\d+ messages: \d+ (delivered|accepted)", said)
    assert "; by Trần Văn Thư, approved by Lê Thị Hiệu" in said
    assert "Everything is stopped." in said


def _of_session(process: psutil.Process, session: int) -> bool:
    try:
        return os.getsid(process.pid) == session
    except (ProcessLookupError, PermissionError):
        return False
