"""`run.sh` in words: what a parent, a clerk and a carrier meet behind each of the four proxies. Exits with 1 where something is
not as it should be. The proxies are outside software: only valid requests are sent through them.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from service.sentences import sentence
from tests.acceptance.system import System, running_system
from tests.factories.ports import free_port
from tests.factories.waiting import wait_for
from tests.operation.proxies.files import HOST, PROXIES, Place, Started, certificate

TOKEN = "no-callback-of-ours-0912345678"
_TOO_LARGE = 11_800_000  # above what Loa takes, below what the proxies let through
_ALLOWED = 5_000_000
_TIMES = 8
_NOBODY = frozenset({502, 503})


@dataclass
class Verdicts:
    """What was looked at and how it came out."""

    bad: list[str] = field(default_factory=list)

    def look(self, what: str, found: object, expected: object) -> None:
        good = found == expected
        print(f"  {'ok ' if good else 'BAD'} {what}" + ("" if good else f": {found!r}, expected {expected!r}"))
        if not good:
            self.bad.append(what)


@dataclass
class Proxy:
    """One running proxy, asked by curl as HTTP/1.1 or HTTP/2."""

    name: str
    place: Place
    started: Started
    process: subprocess.Popen[bytes]

    def curl(self, *arguments: str, version: str, timeout: int = 60) -> tuple[int, str, float]:
        """Status, body and seconds. Status 0: there was no answer."""
        command = [
            "curl",
            "-sS",
            f"--{version}",
            "--max-time",
            str(timeout),
            "--cacert",
            str(self.place.folder / "fullchain.pem"),
        ]
        command += ["--connect-to", f"{HOST}:443:127.0.0.1:{self.place.tls}", "-w", r"\n%{http_code}", *arguments]
        began = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        body, _, status = done.stdout.rpartition("\n")
        return int(status or 0), body, time.monotonic() - began

    def logged(self) -> str:
        files = [self.place.folder / name for name in (*self.started.logs, "out.log")]
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in files if file.exists())


@contextmanager
def running(name: str, folder: Path, web: int, *, answers: frozenset[int] = frozenset({200})) -> Iterator[Proxy]:
    """The proxy with its file, up as soon as it answers so; gone afterwards."""
    folder.mkdir()
    folder.chmod(0o777)
    certificate(folder)
    place = Place(folder, free_port(), free_port(), web)
    started = PROXIES[name](place)
    environment = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    with (folder / "out.log").open("wb") as out:
        process = subprocess.Popen(
            started.command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    proxy = Proxy(name, place, started, process)
    try:
        wait_for(f"{name} is up", lambda: _up(proxy, answers), 20)
        yield proxy
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _up(proxy: Proxy, answers: frozenset[int]) -> bool:
    if proxy.process.poll() is not None:
        raise AssertionError(proxy.logged())
    return proxy.curl(f"https://{HOST}/healthz", version="http1.1", timeout=8)[0] in answers


def ask(proxy: Proxy, system: System, verdicts: Verdicts, version: str, files: Path) -> None:
    """Everything, by one version of HTTP."""
    url, number = f"https://{HOST}", system.demo["sample"]["lookup_number"].replace(" ", "")
    clerk = ("-H", f"Authorization: Bearer {system.demo['api_keys']['clerk']}")
    upload = ("-F", "unit=nbk-thcs", "-F")

    def curl(*arguments: str, timeout: int = 60) -> tuple[int, str, float]:
        return proxy.curl(*arguments, version=version, timeout=timeout)

    verdicts.look("a number is found", _field(curl(f"{url}/api/v1/lookups/{number}")[1], "outcome"), "found")
    verdicts.look("the parents' page answers", curl(f"{url}/?so={number}")[0], 200)
    with meanwhile(lambda: curl(f"{url}/api/v1/lookups/{number}", timeout=10)) as others:
        large = [curl(*clerk, *upload, f"file=@{files}/large.csv", f"{url}/api/v1/imports") for _ in range(_TIMES)]
        keyless = [curl(*upload, f"file=@{files}/list.csv", f"{url}/api/v1/imports") for _ in range(_TIMES)]
    told = {(status, _field(body, "detail")) for status, body, _ in large}
    verdicts.look("a list above 11 MB is refused in our words", told, {(413, sentence("import.too_large", "vi"))})
    verdicts.look("an upload without a key is told so", {(s, _field(b, "code")) for s, b, _ in keyless}, {(401, "auth.missing")})
    pasted = {curl("-d", f"@{files}/text.form", url)[0] for _ in range(_TIMES)}
    verdicts.look("a text of 900 kB is answered in words", pasted, {413})
    verdicts.look("look-ups go on meanwhile", {(s, _field(b, "outcome")) for s, b, _ in others}, {(200, "found")})
    slow = sorted((seconds for *_, seconds in others), reverse=True)[:3]
    verdicts.look(f"and nobody waits ({len(others)} asked, slowest {[round(each, 1) for each in slow]} s)", slow[0] < 5, True)
    status, _, _ = curl("-d", "MessageSid=SM1&MessageStatus=sent", f"{url}/webhooks/twilio/status/{TOKEN}")
    verdicts.look("a callback that is not signed is refused", status in (401, 403, 404), True)
    status, head, _ = curl("-i", *clerk, "-H", "Content-Type: application/json", "-d", "{}", f"{url}/api/v1/broadcasts/")
    verdicts.look("a slash too many leads nowhere over plain HTTP", (status, "location: http:" in head.lower()), (404, False))
    status, head, _ = curl("-i", "-H", "X-Forwarded-Host: elsewhere.example", f"{url}/healthz/")
    verdicts.look("nobody else's host comes back", "elsewhere.example" in head, False)
    stream = curl("-N", *clerk, f"{url}/api/v1/broadcasts/{system.demo['broadcast_id']}/events", timeout=3)[1]
    verdicts.look("the first event comes at once", "data:" in stream, True)


@contextmanager
def meanwhile(once: Callable[[], tuple[int, str, float]]) -> Iterator[list[tuple[int, str, float]]]:
    """Asks by two hands until it is left; the answers."""
    answers: list[tuple[int, str, float]] = []
    over = threading.Event()

    def again_and_again() -> None:
        while not over.is_set():
            answers.append(once())

    hands = [threading.Thread(target=again_and_again) for _ in range(2)]
    for hand in hands:
        hand.start()
    try:
        yield answers
    finally:
        over.set()
        for hand in hands:
            hand.join()


def _field(body: str, name: str) -> object:
    try:
        return json.loads(body).get(name)
    except (ValueError, AttributeError):
        return body[:120]


def main(chosen: list[str]) -> int:
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory(prefix="loa-x-", dir="/tmp") as made:
        top = Path(made)
        top.chmod(0o755)
        (top / "large.csv").write_bytes(b"x" * _TOO_LARGE)
        (top / "list.csv").write_bytes(b"x" * _ALLOWED)
        (top / "text.form").write_bytes(b"text=" + b"x" * 900_000)
        proxies: list[Proxy] = []
        with running_system(top / "home", LOA_TRUSTED_PROXIES="127.0.0.1") as system:
            web = httpx.URL(system.demo["api_url"]).port or 0
            for name in chosen or PROXIES:
                with running(name, top / name, web) as proxy:
                    proxies.append(proxy)
                    for version in ("http1.1", "http2"):
                        print(f"{name}, {version}")
                        ask(proxy, system, verdicts, version, top)
            number = system.demo["sample"]["lookup_number"].replace(" ", "")
        for before in proxies:  # Loa is away: what a proxy then writes down
            (top / before.name).rename(top / f"{before.name}-before")
            print(f"{before.name}, without Loa")
            with running(before.name, top / before.name, web, answers=_NOBODY) as proxy:
                status = {proxy.curl(f"https://{HOST}/?so={number}", version=each)[0] for each in ("http1.1", "http2")}
                proxy.curl("-d", "a=b", f"https://{HOST}/webhooks/twilio/status/{TOKEN}", version="http2")
                verdicts.look("it says that nobody is there", status <= _NOBODY, True)
                log = proxy.logged()
            files = (top / f"{before.name}-before").iterdir()
            log += "".join(file.read_text(encoding="utf-8", errors="replace") for file in files if file.name.endswith(".log"))
            verdicts.look("the log has lines", len(log.splitlines()) > 20, True)
            verdicts.look(
                "no number, no token and no key in it", [each for each in (number, TOKEN, "so=", "loa_") if each in log], []
            )
    print(f"{len(verdicts.bad)} not as it should be")
    return 1 if verdicts.bad else 0


sys.exit(main(sys.argv[1:]))
