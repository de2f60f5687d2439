"""How often the supervisor of one machine started each process again: written by it, read by whoever tells `/metrics`."""

import json
from collections.abc import Mapping
from pathlib import Path

_FILE = Path("run") / "restarts.json"


def keep_restarts(home: Path, restarts: Mapping[str, int]) -> None:
    """Writes how often each program of the run was started again, whole or not at all."""
    partial = home / _FILE.with_suffix(".partial")
    partial.write_text(json.dumps(restarts), encoding="utf-8")
    partial.replace(home / _FILE)


def read_restarts(home: Path) -> dict[str, int]:
    """Reads how often each program was started again since the run began; empty where no supervisor of ours runs."""
    try:
        told = json.loads((home.expanduser() / _FILE).read_text(encoding="utf-8"))
        return {str(name): int(count) for name, count in told.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
