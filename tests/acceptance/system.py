"""A whole running system of the test's own, driven from outside as its users do."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil

from service.clock import LOCAL
from tests.factories.ports import free_port
from tests.factories.processes import gone
from tests.factories.waiting import wait_for

ROOT = Path(__file__).parents[2]
SOON_ABSENT = "20"
"""As little of `LOA_SMS_ABSENT_AFTER` as may be set: nobody waits ten minutes here for a carrier's list to prove something."""


@contextmanager
def short_home() -> Iterator[Path]:
    """A home with a short path (a socket's ends at 107 characters) that means something in a URL, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="loa-a-", dir="/tmp") as directory:
        Path(directory).chmod(0o755)  # as root, PostgreSQL runs as a user of its own and must pass through
        yield Path(directory) / "h +%41"


# One for all calls: each client reads the authorities of the whole world anew, and a test asks hundreds of times. No connection
# is kept: what it leads to is killed and started again.
_HTTP = httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))


@dataclass(frozen=True)
class System:
    """Addresses and keys of a running system, and its processes."""

    home: Path
    demo: dict[str, Any]
    simulators: str
    smtp_port: int
    runner: psutil.Process

    def call(self, method: str, path: str, key: str = "clerk", **options: Any) -> Any:
        """A call of the API with one of the demo's keys; its JSON. A refusal fails the test with its words."""
        answer = _HTTP.request(
            method,
            self.demo["api_url"] + path,
            headers={"Authorization": f"Bearer {self.demo['api_keys'][key]}"},
            timeout=60,
            **options,
        )
        assert answer.is_success, answer.text
        return answer.json()

    def faults(self, **fault: Any) -> None:
        _HTTP.post(f"{self.simulators}/faults", json=fault).raise_for_status()

    def no_faults(self) -> None:
        _HTTP.delete(f"{self.simulators}/faults").raise_for_status()

    def outbox(self) -> list[dict[str, Any]]:
        """Every message the outside world has, as it arrived."""
        return list(_HTTP.get(f"{self.simulators}/messages.json", timeout=60).raise_for_status().json())

    def another_sms(self) -> None:
        """The account sends one more SMS, not by Loa: what came before is in the carrier's list, or never will be."""
        simulators = self.process("simulators")
        assert simulators is not None
        told = simulators.environ()
        account = told["LOA_TWILIO_ACCOUNT_SID"]
        _HTTP.post(
            f"{self.simulators}/2010-04-01/Accounts/{account}/Messages.json",
            auth=(account, told["LOA_TWILIO_AUTH_TOKEN"]),
            data={"To": "+84911000000", "From": "SGDDTDNAI", "Body": "Tin khác"},
            timeout=10,
        ).raise_for_status()

    def empty_outbox(self) -> None:
        _HTTP.delete(f"{self.simulators}/messages.json").raise_for_status()

    def process(self, *words: str) -> psutil.Process | None:
        """The running child whose command line has all the words."""
        for child in self.runner.children(recursive=True):
            try:
                line = " ".join(child.cmdline())
            except psutil.Error:
                continue
            if all(word in line for word in words) and not gone(child):
                return child
        return None

    def new_school(self, code: str) -> None:
        """A school that may hold a list: made by the department, whose own lead answers for it."""
        new = {"code": code, "name": f"Trường {code}", "level": "school", "parent": "vhxh-an-phuoc", "valid_from": "2026-08-01"}
        self.call("POST", "/units", key="officer", json=new)
        today = datetime.now(LOCAL).date().isoformat()
        lead = next(
            each["email"]
            for each in self.demo["accounts"]
            if (each["unit"], each["role"]) == ("sgddt-dongnai", "data_protection_lead")
        )
        card = {"phone": "0251 3822 199", "hours": "07:00 - 17:00", "out_of_hours_phone": "0900 000 199"}
        path = f"/units/{code}"
        self.call("PUT", f"{path}/data-rule", key="officer", json={"number": "1", "dated": today, "sha256": "00" * 32})
        self.call("PUT", f"{path}/data-protection-lead", key="officer", json={"email": lead})
        self.call("POST", f"{path}/data-protection-lead/accept", key="department_lead")
        self.call("PUT", f"{path}/verification-card", key="officer", json=card | {"tested_on": today, "statements": []})

    def import_list(self, data: bytes, name: str, unit: str = "nbk-thcs") -> dict[str, Any]:
        """Uploads, waits until it is checked, applies; the report."""
        made = self.call("POST", "/imports", files={"file": (name, data)}, data={"unit": unit})
        path = f"/imports/{made['id']}"
        wait_for("the list is read", lambda: self.call("GET", path)["state"] != "reading", 60)
        gone = self.call("GET", f"{path}/difference")["contacts"]["gone"]
        self.call("POST", f"{path}/apply", json={"confirm_gone": gone})
        return dict(self.call("GET", path))

    def send(
        self,
        marker: str,
        *,
        urgency: str = "urgent",
        unit: str = "nbk-thcs",
        channels: Sequence[str] = ("sms", "email"),
        keys: tuple[str, str] = ("clerk", "approver"),
        before_approval: Callable[[str], object] = str,
        **audience: Any,
    ) -> str:
        """Drafts, submits and approves a warning; its id. `marker` stands in every text; `keys`: the author's, the approver's.

        `before_approval` is called with the id of what is about to leave.
        """
        author, approver = keys
        draft = {
            "unit": unit,
            "kind": "scam_alert",
            "urgency": urgency,
            "title": marker,
            "texts": {
                "sms": f"Tin {marker}: KHÔNG chuyển. Gọi số trường đã lưu.",
                "email": {"subject": f"Tin {marker}", "body": f"Tin {marker}: KHÔNG chuyển. Gọi số trường đã lưu."},
            },
            "audience": audience,
            "channels": list(channels),
            "expires_at": (datetime.now(UTC) + timedelta(days=7)).isoformat(),
        }
        broadcast = str(self.call("POST", "/broadcasts", key=author, json=draft)["id"])
        digest = self.call("POST", f"/broadcasts/{broadcast}/submit", key=author)["digest"]
        before_approval(broadcast)
        self.call("POST", f"/broadcasts/{broadcast}/approve", key=approver, json={"digest": digest})
        return broadcast

    def progress(self, broadcast: str, key: str = "clerk") -> dict[str, int]:
        return dict(self.call("GET", f"/broadcasts/{broadcast}", key=key)["progress"])

    def settled(self, broadcast: str, seconds: float, *, key: str = "clerk") -> dict[str, int]:
        """Waits until nothing is waiting or in flight (and no SMS uncertain); the seven parts."""

        def quiet() -> dict[str, int] | None:
            parts = self.progress(broadcast, key)
            return None if parts["total"] == 0 or parts["waiting"] or parts["sending"] else parts

        def done() -> dict[str, int] | None:
            parts = quiet()
            if parts is None:
                return None
            if self.uncertain(broadcast, "sms", parts, key):
                self.another_sms()
                return None
            return quiet()  # asked again: what was uncertain may have begun to wait in between

        return wait_for(f"broadcast settled (last: {self.progress(broadcast, key)})", done, seconds)

    def uncertain(self, broadcast: str, channel: str, parts: dict[str, int] | None = None, key: str = "clerk") -> int:
        """How many deliveries of a channel nobody knows the fate of."""
        if parts is not None and parts["uncertain"] == 0:
            return 0
        found: int = 0
        cursor = None
        while True:
            params = {"state": "uncertain", **({"cursor": cursor} if cursor else {})}
            page = self.call("GET", f"/broadcasts/{broadcast}/deliveries", key=key, params=params)
            found += sum(1 for item in page["items"] if item["channel"] == channel)
            cursor = page.get("next")
            if not cursor:
                return found


@contextmanager
def running_system(home: Path, **settings: str) -> Iterator[System]:
    """`loa run` in a home and on ports of its own; stopped by SIGTERM afterwards, with nothing left running."""
    ports = {"LOA_WEB_PORT": free_port(), "LOA_SIMULATORS_PORT": free_port(), "LOA_SMTP_INBOX_PORT": free_port()}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LOA_")}
    environment |= {"LOA_HOME": str(home), **{k: str(v) for k, v in ports.items()}, **settings}
    log = (home.parent / f"{home.name}.log").open("wb")
    started = subprocess.Popen(
        [sys.executable, "-m", "service", "run"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    runner = psutil.Process(started.pid)
    demo = home / "demo.json"

    def ready() -> dict[str, Any] | None:
        if started.poll() is not None:
            raise AssertionError(Path(log.name).read_text(encoding="utf-8", errors="replace")[-3000:])
        data = json.loads(demo.read_text(encoding="utf-8")) if demo.exists() else {}
        return data if data.get("sample") else None

    try:
        answers = wait_for("the system is up and its sample sent", ready, 120)
        yield System(home, answers, f"http://127.0.0.1:{ports['LOA_SIMULATORS_PORT']}", ports["LOA_SMTP_INBOX_PORT"], runner)
    finally:
        family = runner.children(recursive=True) if started.poll() is None else []
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(30)
        finally:
            started.kill()
            log.close()
        left = [each for each in family if not gone(each)]
        assert left == [], "left running"
