"""The OpenAPI document goes through the generators that integrators use without a warning, and what they make compiles."""

import json
import re
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.factories.clients import check_document, make_python_client, node_tools, run_node_tool
from tests.factories.description import unconnected_app

HERE = Path(__file__).parent
COLOURS = re.compile(r"\x1b\[[\d;]*m")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return unconnected_app().openapi()


@pytest.fixture
def written(document: dict[str, Any], tmp_path: Path) -> Path:
    """A directory with the document and, as Node finds them, its packages."""
    (tmp_path / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "node_modules").symlink_to(node_tools() / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    return tmp_path


def test_it_is_valid_openapi(document: dict[str, Any], tmp_path: Path) -> None:
    check_document(document, tmp_path)
    as_it_was = deepcopy(document)
    stream = as_it_was["paths"]["/api/v1/broadcasts/{broadcast_id}/events"]["get"]["responses"]["200"]["content"][
        "text/event-stream"
    ]
    stream["itemSchema"] = stream.pop("x-item-schema")
    with pytest.raises(AssertionError, match="itemSchema"):  # FastAPI's own, which OpenAPI has from 3.2 on
        check_document(as_it_was, tmp_path)


def test_typescript_clients_are_made_without_a_warning_and_compile(written: Path) -> None:
    said = run_node_tool("openapi-typescript", "openapi.json", "--output", "types.ts", where=written)
    assert [line for line in said.splitlines() if line and not line.startswith(("✨", "🚀"))] == []
    said = COLOURS.sub(
        "", run_node_tool("openapi-ts", "--input", "openapi.json", "--output", "sdk", "--no-log-file", where=written)
    )
    assert "Done!" in said
    assert re.findall(r"(?i)warn|error|⚠", said) == []
    for name in ("usage.ts", "tsconfig.json"):
        shutil.copy(HERE / name, written)
    assert run_node_tool("tsc", "--project", ".", where=written) == ""


def test_a_python_client_is_made_without_a_warning(document: dict[str, Any], tmp_path: Path) -> None:
    make_python_client(document, tmp_path)
    made = {file.stem for file in (tmp_path / "loa_client" / "api").rglob("*.py")} - {"__init__"}
    assert made == {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}


def test_what_a_generator_leaves_out_fails(document: dict[str, Any], tmp_path: Path) -> None:
    """As it was: a workbook as xlsx alone, and two shapes with one title."""
    as_it_was = deepcopy(document)
    as_it_was["components"]["schemas"]["ImportProgressOut"]["title"] = "ProgressOut"
    del as_it_was["paths"]["/api/v1/imports/{import_id}/rows-to-fix"]["get"]["responses"]["200"]["content"][
        "application/octet-stream"
    ]
    with pytest.raises(AssertionError, match="Unsupported content_type") as failed:
        make_python_client(as_it_was, tmp_path)
    assert 'Attempted to generate duplicate models with name "ProgressOut"' in str(failed.value)
