"""Clients as an integrator makes them from the OpenAPI document, with generators that know nothing of Loa."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

_TOOLS = Path(__file__).parents[2] / ".venv" / "clients"
_HOW = "make .venv/.clients installs it"


def node_tools() -> Path:
    """Where the packages for Node lie. Skipped in one line without Node, unless LOA_REQUIRE_NODE=1 asks for it."""
    if shutil.which("node") is None or not (_TOOLS / "node_modules").is_dir():
        if os.environ.get("LOA_REQUIRE_NODE") == "1":
            pytest.fail(f"Node, npm and tests/clients/package.json are needed: {_HOW}", pytrace=False)
        pytest.skip(f"for want of Node or what it needs ({_HOW}; LOA_REQUIRE_NODE=1 makes that a failure)")
    return _TOOLS


def run_node_tool(name: str, *arguments: str | Path, where: Path) -> str:
    """Runs a command of an npm package; all that it said. A failure fails the test."""
    node_tools()
    return _run([str(_TOOLS / "node_modules" / ".bin" / name), *map(str, arguments)], where=where)


def make_python_client(document: Mapping[str, Any], into: Path) -> None:
    """Writes the package `loa_client` into a directory. A warning of the generator's fails the test, with its words."""
    (into / "config.yml").write_text("post_hooks: []\n", encoding="utf-8")  # they only make it prettier
    generate = ["openapi_python_client", "generate", "--path", "openapi.json", "--config", "config.yml", "--meta", "none"]
    said = _run_python_tool(document, into, *generate, "--fail-on-warning", "--output-path", "loa_client")
    assert said.splitlines() == ["Generating loa_client"], said


def check_document(document: Mapping[str, Any], into: Path) -> None:
    """Holds a document to the specification's own schema of its version. What is not as it says fails the test."""
    said = _run_python_tool(document, into, "openapi_spec_validator", "openapi.json")
    assert said.splitlines() == ["openapi.json: OK"], said


def _run_python_tool(document: Mapping[str, Any], into: Path, *command: str) -> str:
    if not _TOOLS.is_dir():
        pytest.fail(f"openapi-python-client and openapi-spec-validator are missing: {_HOW}", pytrace=False)
    (into / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    # Before our own packages: they ask for an older typer.
    return _run([sys.executable, "-m", *command], where=into, environment=os.environ | {"PYTHONPATH": str(_TOOLS)})


def _run(command: list[str], *, where: Path, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        command, cwd=where, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
