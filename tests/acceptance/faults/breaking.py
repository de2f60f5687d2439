"""The means of breaking a running system, all from outside: signals to its processes, and its own servers.
The product knows of none.

`holding` has the locks by which a worker is caught between two steps, `line` the connection to a carrier that breaks.
"""

import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

from service.database.roles import DATABASE, WORKER
from service.standalone import postgres
from service.standalone.home import Home
from tests.acceptance.system import ROOT, System
from tests.factories.processes import gone
from tests.factories.waiting import wait_for


def _running(system: System, name: str) -> psutil.Process | None:
    with suppress(OSError, ValueError, KeyError, psutil.Error):
        record = json.loads((Home.at(system.home).run / f"{name}.pid").read_text(encoding="utf-8"))
        process = psutil.Process(record["pid"])
        if process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - record["started"]) < 1:
            return process
    return None


def child(system: System, name: str) -> psutil.Process:
    """A program of the runner's by its name ("workers-urgent", "postgres", ...), as soon as it runs."""
    return wait_for(f"{name} runs", lambda: _running(system, name), 30)


def kill(system: System, name: str) -> None:
    """Kills a program (-9) and returns when it is gone. The supervisor starts another."""
    process = child(system, name)
    with suppress(psutil.NoSuchProcess):  # it has just died by itself
        process.kill()
    wait_for(f"{name} is gone", lambda: gone(process), 10)


@contextmanager
def unsupervised(system: System) -> Iterator[None]:
    """Nobody starts again what dies, until the end of it."""
    system.runner.suspend()
    try:
        yield
    finally:
        system.runner.resume()


@contextmanager
def held_down(system: System, name: str) -> Iterator[None]:
    """A program is killed, and again each time that the supervisor has started another."""
    over = threading.Event()

    def keep_down() -> None:
        while not over.is_set():
            if (process := _running(system, name)) is not None:
                with suppress(psutil.Error):
                    process.kill()
            over.wait(0.02)

    kill(system, name)
    thread = threading.Thread(target=keep_down)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def frozen(system: System, name: str) -> Iterator[None]:
    """A program stands still: it takes connections and answers nothing."""
    process = child(system, name)
    process.suspend()
    try:
        yield
    finally:
        with suppress(psutil.NoSuchProcess):
            process.resume()


@contextmanager
def own_worker(system: System, lane: str = "urgent", **settings: str) -> Iterator[psutil.Popen]:
    """A worker of the test's own beside the supervised ones, as on another machine. At the end it is killed if it still runs.

    `settings`: what it is told otherwise than they are.
    """
    # What a worker is told: the web side's part of it, and its own login.
    own = {"LOA_DATABASE_URL_WORKER": postgres.url(Home.at(system.home), WORKER)}
    told = {**child(system, "web").environ(), **own, **settings}
    with tempfile.NamedTemporaryFile(dir=system.home / "logs", prefix="own-worker-", suffix=".log") as log:
        worker = psutil.Popen([sys.executable, "-m", "workers", lane], cwd=ROOT, env=told, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for("the worker has started", lambda: b"worker.started" in Path(log.name).read_bytes(), 30)
            yield worker
        finally:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
            worker.wait(10)


def superuser(system: System) -> psycopg.Connection[Any]:
    """A session at the home's database, past row-level security. Each statement is a transaction."""
    return psycopg.connect(host=str(Home.at(system.home).postgres_socket), user="postgres", dbname=DATABASE, autocommit=True)


def ask(system: System, question: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows that answer one question."""
    with superuser(system) as conn:
        return conn.execute(question.encode(), values).fetchall()
