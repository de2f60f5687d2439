"""docker-compose.yml as its reader sees it, and its services run as plain processes: same commands, same environment."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>[A-Z_]+)(?::(?P<kind>[?-])(?P<rest>[^}]*))?\}")


def services() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"])


def ours() -> dict[str, dict[str, Any]]:
    """Those of our own image."""
    return {name: service for name, service in services().items() if service["image"] == "loa"}


def blocks(document: Path) -> list[str]:
    """The shell commands that a document shows."""
    return re.findall(r"^```sh\n(.*?)^```", document.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def made_env(directory: Path) -> dict[str, str]:
    """The `.env` that the operator's guide makes, made by its own commands."""
    subprocess.run(["bash", "-euo", "pipefail", "-c", blocks(ROOT / "docs/operating.md")[0]], cwd=directory, check=True)
    assert (directory / ".env").stat().st_mode & 0o077 == 0
    lines = (directory / ".env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


@dataclass(frozen=True)
class Composed:
    """The compose file with an operator's `.env` and `loa.env`. `hosts`: where what it calls `@postgres`, `@valkey` really is."""

    env: Mapping[str, str]
    further: dict[str, str]
    hosts: Mapping[str, str]

    def environment(self, name: str) -> dict[str, str]:
        """A service's own environment, and nothing of LOA_* but it."""
        system = {name: value for name, value in os.environ.items() if not name.startswith("LOA_")}
        told: dict[str, str] = {key: self._filled(value) for key, value in services()[name]["environment"].items()}
        return system | {"LANG": "en_US.UTF-8"} | self.further | told

    def command(self, name: str, *instead: str) -> list[str]:
        return [sys.executable, "-m", *(instead or services()[name]["command"])]

    def run(self, name: str, *instead: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """`docker compose run --rm name instead…`."""
        return subprocess.run(
            self.command(name, *instead),
            cwd=ROOT,
            env=self.environment(name) | changes,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, name: str, **changes: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self.command(name), cwd=ROOT, env=self.environment(name) | changes)

    def healthy(self, name: str, **changes: str) -> bool:
        kind, line = services()[name]["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = self.environment(name) | {"PATH": path} | changes
        line = line.replace("$$", "$")
        return subprocess.run(["sh", "-c", line], env=environment, capture_output=True, check=False).returncode == 0

    def _filled(self, value: str) -> str:
        filled = VARIABLE.sub(lambda found: self.env[found["name"]], value)
        for host, where in self.hosts.items():
            filled = filled.replace(host, where)
        return filled
