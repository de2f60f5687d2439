"""One program as a child of the runner: started so that it cannot outlive us, recorded so that the next run finds it.

On Linux the kernel signals the child when the thread that started it ends, `kill -9` of the runner included; so children are
started from the main thread. The record (process id and start time, since ids are reused) serves where that is not enough.
"""

import asyncio
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

_PR_SET_PDEATHSIG = 1
_GRACE_SECONDS = 20.0  # a worker waits at most 15 s for the carriers' answers it is owed, and then closes what it has open


@dataclass(frozen=True, slots=True)
class Account:
    """The system user a program runs as, where it is not ours."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """What to start and how to stop it. `before` runs ahead of every start, to clear what a killed one left."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    before: Callable[[], None] | None = None


def _dying_with(parent: int, death_signal: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: nothing may be looked up after it

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # it died between the fork and this line
            os._exit(1)

    return ask


async def start(program: Program, log: IO[bytes], records: Path) -> asyncio.subprocess.Process:
    """Starts a program in a session of its own (so that Ctrl-C reaches the runner only) and records it."""
    if program.before:
        program.before()
    account = program.account
    process = await asyncio.create_subprocess_exec(
        *program.command,
        env=dict(program.environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        # runs after the change of user, which would clear the death signal
        preexec_fn=_dying_with(os.getpid(), program.stop_signal),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    _record(records, program, process.pid)
    return process


async def stop(process: asyncio.subprocess.Process, program: Program, records: Path, *, grace: float = _GRACE_SECONDS) -> None:
    """Asks a program to stop, waits, then insists. Returns when it is gone."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.send_signal(program.stop_signal)
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    _file(records, program.name).unlink(missing_ok=True)


def clear_leftovers(records: Path, *, grace: float = _GRACE_SECONDS) -> list[str]:
    """Stops what a killed run left, and returns the names. For whoever holds the home's lock: nobody else's are touched."""
    left: dict[str, tuple[psutil.Process, int]] = {}
    for file in sorted(records.glob("*.pid")):
        with suppress(psutil.Error, ValueError, KeyError, TypeError):
            record = json.loads(file.read_text(encoding="utf-8"))
            process = psutil.Process(record["pid"])
            if abs(process.create_time() - record["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE:
                left[file.stem] = (process, record["stop_signal"])
        file.unlink(missing_ok=True)
    servers = {"postgres", "valkey"}  # last: the others still want to write down what they know
    for group in (left.keys() - servers, left.keys() & servers):
        processes = [left[name] for name in sorted(group)]
        for process, stop_signal in processes:
            with suppress(psutil.Error):
                process.send_signal(stop_signal)
        _, alive = psutil.wait_procs([process for process, _ in processes], timeout=grace)
        for process in alive:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(alive, timeout=5)
    return sorted(left)


def _record(records: Path, program: Program, pid: int) -> None:
    # Gone already: the supervisor will see it. No room on the disk: it runs, and must not be started twice.
    with suppress(psutil.Error, OSError):
        started = psutil.Process(pid).create_time()
        record = {"pid": pid, "started": started, "stop_signal": int(program.stop_signal)}
        _file(records, program.name).write_text(json.dumps(record), encoding="utf-8")


def _file(records: Path, name: str) -> Path:
    return records / f"{name}.pid"
