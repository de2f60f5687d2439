#!/usr/bin/env bash
# Guess: an answer that the document describes in full (`type: string`, `format: binary`, Excel's registered media type) is one that a generated
#   client returns, and where the generator cannot, it stops.
# What happens: openapi-python-client knows text, JSON and application/octet-stream, and no other kind: it leaves the answer out, exits 0, and
#   the call returns None for a workbook that has arrived. With application/octet-stream named beside it, the same call returns the bytes,
#   whatever the server sends: the client looks at the status alone.
# Versions: openapi-python-client 0.29.1, httpx 0.28.1
# Why it matters: rows to correct and invitations to hand out are workbooks; a script of an office's gets nothing and says nothing. Loa names
#   both kinds and answers both (service/api/edge/workbooks.py); tests/clients/test_generators.py fails on any warning.
# Seen (2026-11-30): as xlsx: exit 0, the workbook is parsed as NoneType
#   as xlsx or octet-stream: exit 0, the workbook is parsed as File
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openapi-python-client==0.29.1 httpx==0.28.1
cat > try.py <<'PYTHON'
import importlib
import json
import pathlib
import subprocess
import sys

import httpx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
pathlib.Path("config.yml").write_text("post_hooks: []")
for words, name, kinds in (("as xlsx", "one", [XLSX]), ("as xlsx or octet-stream", "both", [XLSX, "application/octet-stream"])):
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}
    call = {"operationId": "take_rows", "responses": {"200": {"description": "Rows to correct", "content": content}}}
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/rows": {"get": call}}}
    pathlib.Path(f"{name}.json").write_text(json.dumps(document))
    generate = [sys.executable, "-m", "openapi_python_client", "generate", "--path", f"{name}.json", "--meta", "none"]
    done = subprocess.run([*generate, "--config", "config.yml", "--output-path", name], capture_output=True)
    client = importlib.import_module(f"{name}.client").Client(base_url="http://school.example")
    answer = httpx.Response(200, content=b"PK\x03\x04", headers={"content-type": XLSX})
    client.set_httpx_client(httpx.Client(transport=httpx.MockTransport(lambda _: answer), base_url="http://school.example"))
    parsed = importlib.import_module(f"{name}.api.default.take_rows").sync_detailed(client=client).parsed
    print(f"{words}: exit {done.returncode}, the workbook is parsed as {type(parsed).__name__}")
PYTHON
venv/bin/python try.py | tee seen.txt
grep -qx 'as xlsx: exit 0, the workbook is parsed as NoneType' seen.txt
grep -qx 'as xlsx or octet-stream: exit 0, the workbook is parsed as File' seen.txt
