"""`loa web` as its operator starts it, on a test's own database, and a parent who asks it."""

import asyncio
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from tests.architecture.sources import ROOT
from tests.conftest import Urls
from tests.factories.ports import free_port
from tests.factories.waiting import takes, wait_for


@dataclass
class WebProcess:
    """A running web process: its address, its log, the process."""

    url: str
    log: Path
    process: psutil.Process


@contextmanager
def web_process(urls: Urls, valkey_url: str, master_text: str, log: Path, *, files: int | None = None) -> Iterator[WebProcess]:
    """`files`: how many it may have open."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LOA_")} | {
        "LOA_DATABASE_URL_WEB": urls.web,
        "LOA_DATABASE_URL_LOOKUP": urls.lookup,
        "LOA_VALKEY_URL": valkey_url,
        "LOA_MASTER_KEY": master_text,
        "LOA_WEB_PORT": str(port),
        "LOA_QUIET_HOURS": "none",
    }
    with log.open("wb") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", "service", "web"], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            if files is not None:
                resource.prlimit(started.pid, resource.RLIMIT_NOFILE, (files, files))
            url = f"http://127.0.0.1:{port}"
            wait_for("it answers or has ended", lambda: _answers(url) or started.poll() is not None, 60)
            assert started.poll() is None, log.read_text(encoding="utf-8")
            yield WebProcess(url, log, psutil.Process(started.pid))
        finally:
            started.terminate()
            try:
                started.wait(20)
            finally:
                started.kill()


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=5).is_success
    except httpx.HTTPError:
        return False


@dataclass
class Parent:
    """A parent who compares a text again and again, each time on a new connection; how long each answer took, and what it was."""

    url: str
    text: str
    seconds: list[float] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def ask(self) -> None:
        """Once."""
        began = time.perf_counter()
        try:
            # Nothing to verify: loading the authorities takes longer than an answer.
            async with httpx.AsyncClient(timeout=20, verify=False) as client:  # noqa: S501
                answer = await client.post(f"{self.url}/api/v1/lookups", json={"text": self.text})
            said = answer.json().get("comparison", {}).get("verdict", f"{answer.status_code}: {answer.text}")
        except httpx.HTTPError as error:
            said = repr(error)
        self.answers.append(said)
        self.seconds.append(time.perf_counter() - began)

    async def keep_asking(self, until: asyncio.Event, pause: float = 0.05) -> None:
        """Until told to stop."""
        while not until.is_set():
            await self.ask()
            await takes(pause)

    def at(self, share: float) -> float:
        """The seconds that this share of the answers took at most."""
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(len(self.seconds) * share))]
