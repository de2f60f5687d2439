"""The page "Check a record yourself", as it stands, with other people's programs, against a running system."""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.system import ROOT, System
from tests.factories.clients import node_tools

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(200)]

PAGE = (ROOT / "docs" / "check-a-record.md").read_text(encoding="utf-8")
WAYS = ("openssl", "node", "python", "loa")
Run = Callable[[str], subprocess.CompletedProcess[str]]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def fetched(system: System, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which step 1 was done for a warning of this system's."""
    where = tmp_path_factory.mktemp("auditor")
    number = system.call("GET", f"/broadcasts/{system.send('tu kiem tra', classes=['6A1'])}")["public_number"]
    fetch = blocks("sh")[0]
    assert fetch.startswith("url=http://127.0.0.1:8000 number=407188263163\n")
    # the only thing that differs from the page: this system's address, this warning's number
    address = system.demo["api_url"].removesuffix("/api/v1")
    fetch = fetch.replace("http://127.0.0.1:8000", address).replace("407188263163", number.replace(" ", ""))
    subprocess.run(["sh", "-eu", "-c", fetch], cwd=where, check=True, timeout=60)
    return where


@pytest.fixture
def run(fetched: Path, tmp_path: Path) -> Run:
    """Runs one of the ways of step 2 in a directory of the test's own, which holds what was fetched."""
    for name in ("record.json", "jwks.json"):
        (tmp_path / name).write_bytes((fetched / name).read_bytes())
    programs = tmp_path / "programs"
    programs.mkdir()
    loa = programs / "loa"  # as `make` writes it
    loa.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m service "$@"\n', encoding="utf-8")
    loa.chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LOA_", "PYTHON"))}
    environment["PATH"] = f"{programs}:{environment['PATH']}"
    _, openssl, verify = blocks("sh")

    def run(way: str) -> subprocess.CompletedProcess[str]:
        match way:
            case "openssl":
                command = ["sh", "-eu", "-c", openssl]
            case "node":
                if not (tmp_path / "node_modules").exists():
                    (tmp_path / "node_modules").symlink_to(node_tools() / "node_modules")
                (tmp_path / "check.mjs").write_text(blocks("js")[0], encoding="utf-8")
                command = ["node", "check.mjs"]
            case "python":
                command = [sys.executable, "-I", "-c", blocks("python")[0]]
            case _:
                command = ["sh", "-eu", "-c", verify]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.mark.parametrize("way", WAYS)
def test_a_record_is_verified_and_one_that_was_changed_is_not(run: Run, way: str, tmp_path: Path) -> None:
    done = run(way)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + (tmp_path / "document.json").read_text(encoding="utf-8") if way == "openssl" else done.stdout
    assert "Trường THCS Nguyễn Bỉnh Khiêm" in said
    assert ("Signature Verified Successfully" if way == "openssl" else "verified: ") in said

    record = (tmp_path / "record.json").read_text(encoding="utf-8")
    payload = re.search(r'"payload":"([^"]+)"', record)
    assert payload is not None
    middle = payload.start(1) + len(payload[1]) // 2
    changed = record[:middle] + ("A" if record[middle] != "A" else "B") + record[middle + 1 :]
    (tmp_path / "record.json").write_text(changed, encoding="utf-8")
    assert run(way).returncode != 0


@pytest.mark.parametrize("way", WAYS)
def test_a_key_that_signed_something_else_verifies_nothing(run: Run, way: str, tmp_path: Path) -> None:
    """Its name on another key, as on a false page of keys."""
    keys = (tmp_path / "jwks.json").read_text(encoding="utf-8")
    values = re.findall(r'"x":"([^"]+)"', keys)
    assert len(values) > 1
    for value, other in zip(values, [*values[1:], values[0]], strict=True):
        keys = keys.replace(f'"x":"{value}"', f'"x":"-{other}-"')
    (tmp_path / "jwks.json").write_text(re.sub(r'"x":"-(.+?)-"', r'"x":"\1"', keys), encoding="utf-8")
    assert run(way).returncode != 0


def test_what_it_says_of_a_signer_is_so(system: System, fetched: Path) -> None:
    """The nearest unit above signs for a school without a key of its own, and the directory lists whose each key is."""
    record = system.call("GET", "/records/" + re.findall(r'"id":"([^"]+)"', _document(fetched))[0])
    kid = re.findall(r'"kid":"([^"]+)"', _decoded(record["signatures"][0]["protected"]))[0]
    address = system.demo["api_url"].removesuffix("/api/v1")
    directory = subprocess.run(
        ["curl", "-sSf", f"{address}/.well-known/loa-directory.json"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert f'{{"kid":"{kid}","unit":"sgddt-dongnai","purpose":"record"}}' in directory
    assert '"issuer":{"code":"nbk-thcs"' in _document(fetched)
    assert '"delegations":[]' in directory


def _document(fetched: Path) -> str:
    found = re.search(r'"payload":"([^"]+)"', (fetched / "record.json").read_text(encoding="utf-8"))
    assert found is not None
    return _decoded(found[1])


def _decoded(text: str) -> str:
    return base64.urlsafe_b64decode(text + "==").decode()
