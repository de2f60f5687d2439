import asyncio
import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from service.restarts import read_restarts
from service.settings import Settings
from service.standalone.home import Home
from service.standalone.ports import PortBusy, check_different, check_free
from service.standalone.programs import Program, clear_leftovers, start, stop
from service.standalone.supervisor import ProgramFailed, Supervisor
from tests.factories import waiting
from tests.factories.processes import gone

pytestmark = pytest.mark.acceptance

_SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


def program(name: str = "sleeper", *command: str) -> Program:
    return Program(name=name, command=command or _SLEEP, environment=dict(os.environ))


async def until(what: Callable[[], object], seconds: float = 20) -> None:
    await waiting.until("the processes are so", what, seconds)


async def test_a_child_that_dies_is_started_again_and_stopped_at_the_end(home: Home) -> None:
    home.prepare()
    supervisor = Supervisor(home)
    supervisor.keep(program())
    await until(lambda: supervisor.pid("sleeper"))
    first = supervisor.pid("sleeper")
    assert first is not None

    psutil.Process(first).kill()
    await until(lambda: supervisor.pid("sleeper") not in (None, first))
    second = supervisor.pid("sleeper")
    assert second is not None
    await supervisor.stop()

    assert not psutil.pid_exists(second)
    assert list(home.run.glob("*.pid")) == []


async def test_a_program_that_cannot_start_ends_the_run_with_its_own_words(home: Home) -> None:
    home.prepare()
    supervisor = Supervisor(home)
    supervisor.keep(program("broken", sys.executable, "-c", "raise SystemExit('no such door')"))

    with pytest.raises(ProgramFailed, match="no such door"):
        await asyncio.wait_for(supervisor.failed, 20)
    await supervisor.stop()


async def test_a_program_that_was_well_and_keeps_dying_is_told_of_once_and_started_on(home: Home) -> None:
    home.prepare()
    supervisor, told = Supervisor(home), list[tuple[str, Path]]()
    supervisor.keeps_dying = lambda name, log: told.append((name, log))
    supervisor.keep(program("shaky", sys.executable, "-c", "print('born', flush=True)"))
    supervisor.settled("shaky")

    log = home.logs / "shaky.log"
    await until(lambda: log.exists() and log.read_text(encoding="utf-8").count("born") == 6, 30)
    await supervisor.stop()

    assert told == [("shaky", log)]


async def test_what_died_how_and_when_it_was_started_again_stands_in_a_log_and_is_counted(home: Home) -> None:
    home.prepare()
    supervisor = Supervisor(home)
    supervisor.keep(program())
    supervisor.keep(program("other"))
    await until(lambda: supervisor.pid("sleeper") and supervisor.pid("other"))
    first = supervisor.pid("sleeper")
    assert first is not None
    assert read_restarts(home.root) == {"sleeper": 0, "other": 0}
    psutil.Process(first).kill()
    await until(lambda: read_restarts(home.root) == {"sleeper": 1, "other": 0})
    await supervisor.stop()

    told = [json.loads(line) for line in (home.logs / "run.log").read_text(encoding="utf-8").splitlines()]
    (died,) = [each for each in told if each["event"] == "process.died"]
    assert (died["program"], died["how"], died["times"], died["level"]) == ("sleeper", "SIGKILL", 1, "warning")
    assert 0 <= died["lived_seconds"] < 30
    (again,) = [each for each in told if each["event"] == "process.started_again"]
    assert (again["program"], again["times"], again["pid"] != first) == ("sleeper", 1, True)
    assert told.index(died) < told.index(again)
    assert sorted(each["program"] for each in told if each["event"] == "process.started") == ["other", "sleeper"]


async def test_one_that_a_nameless_signal_ended_is_started_again(home: Home) -> None:
    home.prepare()
    supervisor = Supervisor(home)
    supervisor.keep(program())
    await until(lambda: supervisor.pid("sleeper"))
    first = supervisor.pid("sleeper")
    assert first is not None
    os.kill(first, signal.SIGRTMIN + 6)  # real-time signals have numbers only
    await until(lambda: supervisor.pid("sleeper") not in (None, first))
    await supervisor.stop()
    assert f"signal {signal.SIGRTMIN + 6}" in (home.logs / "run.log").read_text(encoding="utf-8")


async def test_one_that_could_not_be_started_for_a_moment_is_tried_again(home: Home) -> None:
    home.prepare()
    supervisor, tried = Supervisor(home), list[int]()

    def before() -> None:
        tried.append(1)
        if len(tried) == 1:
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    supervisor.keep(replace(program(), before=before))
    await until(lambda: supervisor.pid("sleeper"))
    await supervisor.stop()
    assert os.strerror(errno.ENOMEM) in (home.logs / "run.log").read_text(encoding="utf-8")


async def test_one_that_can_never_be_started_ends_the_run_and_says_why(home: Home) -> None:
    home.prepare()
    supervisor = Supervisor(home)
    supervisor.keep(program("nothing", str(home.root / "no-such-program")))
    with pytest.raises(ProgramFailed, match=os.strerror(errno.ENOENT)):
        await asyncio.wait_for(supervisor.failed, 20)
    await supervisor.stop()


async def test_one_that_cannot_be_recorded_is_started_all_the_same(home: Home) -> None:
    home.prepare()
    with (home.logs / "sleeper.log").open("ab") as log:
        process = await start(program(), log, home.root / "no-such-place")  # as a full disk refuses it
    assert process.returncode is None
    await stop(process, program(), home.root / "no-such-place")


async def test_a_child_that_will_not_stop_is_ended(home: Home) -> None:
    home.prepare()
    stubborn = program(
        "stubborn",
        sys.executable,
        "-c",
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
    )
    with (home.logs / "x.log").open("wb") as log:
        process = await start(stubborn, log, home.run)
    said = home.logs / "x.log"
    await until(lambda: said.read_bytes() == b"deaf\n")  # before that the signal would end it

    await stop(process, stubborn, home.run, grace=0.3)

    assert process.returncode == -signal.SIGKILL


def test_what_a_killed_run_left_is_stopped_and_a_reused_process_id_is_not_touched(home: Home) -> None:
    home.prepare()
    left = subprocess.Popen(_SLEEP)
    innocent = subprocess.Popen(_SLEEP)
    born = psutil.Process(left.pid).create_time()
    try:
        (home.run / "web.pid").write_text(f'{{"pid": {left.pid}, "started": {born}, "stop_signal": 15}}', encoding="utf-8")
        (home.run / "old.pid").write_text(f'{{"pid": {innocent.pid}, "started": 12.5, "stop_signal": 15}}', encoding="utf-8")
        (home.run / "torn.pid").write_text("{", encoding="utf-8")

        assert clear_leftovers(home.run) == ["web"]

        assert not psutil.pid_exists(left.pid)
        assert innocent.poll() is None
        assert list(home.run.glob("*.pid")) == []
    finally:
        for process in (left, innocent):
            process.kill()
            process.wait()


@pytest.mark.skipif(sys.platform != "linux", reason="for want of Linux, whose kernel has a death signal")
async def test_children_do_not_outlive_a_runner_that_is_killed(home: Home) -> None:
    home.prepare()
    runner = (
        "import asyncio, os, sys\nfrom pathlib import Path\n"
        "from service.standalone.home import Home\nfrom service.standalone.programs import Program, start\n"
        "async def main():\n"
        "    home = Home.at(Path(sys.argv[1]))\n"
        "    child = Program('child', (sys.executable, '-c', 'import time; time.sleep(600)'), dict(os.environ))\n"
        "    with (home.logs / 'c.log').open('wb') as log:\n"
        "        process = await start(child, log, home.run)\n"
        "    print(process.pid, flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", runner, str(home.root), stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = psutil.Process(int(await parent.stdout.readline()))

    parent.kill()
    await parent.wait()

    await until(lambda: gone(child))


def test_a_busy_port_names_the_setting_to_change() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        free = [_free_port() for _ in range(2)]
        settings = Settings(web_port=free[0], simulators_port=port, smtp_inbox_port=free[1])

        with pytest.raises(PortBusy, match=rf"Port {port} is in use\. Set LOA_SIMULATORS_PORT"):
            check_free(settings, simulators=True)
        check_free(settings, simulators=False)


def test_the_port_that_is_proposed_is_free_and_no_other_setting_has_it() -> None:
    with socket.socket() as first, socket.socket() as second:
        for taken in (first, second):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = _three_in_a_row()
        first.bind(("127.0.0.1", port))
        second.bind(("127.0.0.1", port + 1))
        for taken in (first, second):
            taken.listen()

        with pytest.raises(PortBusy) as busy:
            check_free(Settings(web_port=port, simulators_port=port + 2), simulators=False)

    proposed = int(re.findall(r"LOA_WEB_PORT=(\d+)", str(busy.value))[0])
    assert proposed > port + 2
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", proposed))


def test_above_the_last_port_another_is_proposed() -> None:
    with socket.socket() as taken:
        try:
            taken.bind(("127.0.0.1", 65535))
        except OSError:
            pytest.fail("somebody has the last port")
        taken.listen()
        with pytest.raises(PortBusy, match=r"LOA_WEB_PORT=\d+"):
            check_free(Settings(web_port=65535), simulators=False)


def _three_in_a_row() -> int:
    while True:
        port = _free_port()
        with ExitStack() as held:
            try:
                for each in range(port, port + 3):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", each))
            except OSError:
                continue
            return port


def test_two_settings_with_the_same_port_are_named_before_anything_is_started() -> None:
    same = Settings(web_port=8100, simulators_port=8101, smtp_inbox_port=8100)

    with pytest.raises(PortBusy, match="LOA_WEB_PORT and LOA_SMTP_INBOX_PORT are both port 8100"):
        check_different(same, simulators=True)
    check_different(same, simulators=False)


def _first_open_port() -> int:
    limit = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    return int(limit.read_text(encoding="ascii")) if limit.exists() else 1024


@pytest.mark.skipif(os.geteuid() == 0 or _first_open_port() < 2, reason="for want of an account that may not use every port")
def test_a_port_that_this_account_may_not_use_is_not_called_busy() -> None:
    with pytest.raises(PortBusy, match="may not use port 1 "):
        check_free(Settings(web_port=1), simulators=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
