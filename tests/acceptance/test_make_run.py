"""`ONCE=1 make run`: what it exits with, what it leaves in `demo.json`, and what stands in its way."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance.system import ROOT, System, short_home
from tests.factories.ports import free_port
from tests.factories.waiting import wait_for

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

COMMAND = [sys.executable, "-m", "service", "run"]


def environment(home: Path, **settings: str) -> dict[str, str]:
    """On ports of its own, in English."""
    ports = {name: str(free_port()) for name in ("LOA_WEB_PORT", "LOA_SIMULATORS_PORT", "LOA_SMTP_INBOX_PORT")}
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("LOA_", "LC_", "LANG"))}
    return clean | ports | {"LOA_HOME": str(home), "ONCE": "1"} | settings


@contextmanager
def run_once(home: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    told = environment(home, **settings)
    with subprocess.Popen(COMMAND, cwd=ROOT, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        try:
            yield run, told
        finally:
            run.terminate()


def test_sixteen_digits_behind_an_address_this_machine_cannot_reach_come_to_a_good_end() -> None:
    public = "http://loa.invalid:9"
    with short_home() as home, run_once(home, LOA_NUMBER_DIGITS="16", LOA_PUBLIC_URL=public) as (run, told):
        said, _ = run.communicate(timeout=200)
        demo = json.loads((home / "demo.json").read_text(encoding="utf-8"))

    assert run.returncode == 0, said
    assert set(demo) == {
        *("lookup_url", "api_url", "inbox_url"),
        *("accounts", "api_keys", "broadcast_id", "sample"),
    }
    assert set(demo["sample"]) == {"lookup_number", "channel", "text"}
    assert all(set(account) == {"email", "password", "role", "unit"} for account in demo["accounts"])
    assert set(demo["api_keys"]) >= {"clerk", "approver", "officer"}
    assert (demo["lookup_url"], demo["api_url"]) == (f"{public}/", f"{public}/api/v1")
    assert demo["inbox_url"] == f"http://127.0.0.1:{told['LOA_SIMULATORS_PORT']}/"
    assert demo["sample"]["channel"] == "sms"
    assert re.fullmatch(r"[2-7]\d{3}( \d{4}){3}", demo["sample"]["lookup_number"])
    assert demo["sample"]["text"].endswith(f"Số tra cứu: {demo['sample']['lookup_number']}")


def test_messages_that_fail_are_told_and_make_it_end_badly() -> None:
    with short_home() as home, run_once(home) as (run, told):
        faults = f"http://127.0.0.1:{told['LOA_SIMULATORS_PORT']}/faults"
        fault = {"channel": "sms", "twilio_code": 21211, "error_rate": 0.3}
        wait_for("the simulators take the fault", lambda: run.poll() is not None or _posted(faults, fault), 100)
        said, _ = run.communicate(timeout=200)

    assert run.returncode == 1, said
    assert "Not every message arrived" in said


def test_in_quiet_hours_it_says_until_when_the_sample_waits() -> None:
    with short_home() as home, run_once(home, LOA_QUIET_HOURS="00:00-23:59") as (run, _):
        said, _ = run.communicate(timeout=200)

    assert run.returncode == 1, said
    assert re.search(r"Quiet hours .* from \d\d/\d\d/\d{4} 23:59", " ".join(said.split()))


def _posted(url: str, fault: dict[str, Any]) -> bool:
    try:
        return httpx.post(url, json=fault).is_success
    except httpx.TransportError:
        return False


def test_a_second_run_in_the_same_home_is_refused_and_the_first_goes_on(system: System) -> None:
    before = (system.home / "demo.json").read_bytes()

    with run_once(system.home) as (run, _):
        said, _ = run.communicate(timeout=60)

    assert run.returncode == 1
    assert "Loa seems to be running already" in said
    assert (system.home / "demo.json").read_bytes() == before
    assert httpx.get(system.demo["lookup_url"] + "readyz").is_success
    assert sorted(record.stem for record in (system.home / "run").glob("*.pid")) == [
        *("postgres", "simulators", "valkey", "web", "workers-bulk", "workers-urgent"),
    ]


@pytest.mark.parametrize("path", ["", "?so=", "healthz"])
def test_a_monitor_that_asks_by_head_gets_no_body(system: System, path: str) -> None:
    asked, got = (httpx.request(method, system.demo["lookup_url"] + path) for method in ("HEAD", "GET"))

    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == got.headers["content-length"]


def test_whoever_stops_reading_ends_the_run_without_a_traceback() -> None:
    with (
        short_home() as home,
        subprocess.Popen(
            COMMAND, cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as run,
    ):
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline().startswith("Starting")
        run.stdout.close()
        said = run.stderr.read()

        assert (run.wait(60), said) == (1, "")
