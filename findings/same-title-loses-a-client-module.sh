#!/usr/bin/env bash
# Guess: components of an OpenAPI document are told apart by their keys; `title` is for people. FastAPI itself gives two classes of one name two
#   keys and leaves both the same title.
# What happens: openapi-python-client names classes after titles. Of two it keeps the first, drops the other and what is made of it, warns, exits
#   0, and writes a client that fails when the answer comes: ModuleNotFoundError. openapi-typescript takes the same document without a word,
#   and rightly, so that whoever tries with TypeScript first sees nothing.
# Versions: fastapi 0.165.0, openapi-python-client 0.29.1, openapi-typescript 7.13.0, Node 20
# Why it matters: two rooms of one program may both have a `ProgressOut`; the look-up could not be called from a generated client at all. Loa's
#   titles are unique (tests/architecture/test_description.py).
# Seen (2026-11-30): the document has the titles: Compared, Looked, Read, Row, Row
#   openapi-typescript: exit 0, 0 warnings
#   openapi-python-client: exit 0, 2 shapes left out
#   reading an answer: ModuleNotFoundError
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastapi==0.165.0 openapi-python-client==0.29.1
npm install --silent --no-audit --no-fund openapi-typescript@7.13.0 typescript@5.9.3
cat > imports.py <<'PYTHON'
from pydantic import BaseModel
class Row(BaseModel):
    number: int
PYTHON
cat > lookups.py <<'PYTHON'
from pydantic import BaseModel
class Row(BaseModel):
    text: str
PYTHON
cat > document.py <<'PYTHON'
import json

import imports
import lookups
from fastapi import FastAPI
from pydantic import BaseModel


class Read(BaseModel):
    rows: list[imports.Row]


class Compared(BaseModel):
    rows: list[lookups.Row]


class Looked(BaseModel):
    compared: Compared | None = None


app = FastAPI()


@app.get("/read", operation_id="read_list")
async def read_list() -> Read: ...


@app.get("/looked", operation_id="look_up")
async def look_up() -> Looked: ...


document = app.openapi()
json.dump(document, open("openapi.json", "w"))
print("the document has the titles:", ", ".join(sorted(each["title"] for each in document["components"]["schemas"].values())))
PYTHON
{
  venv/bin/python document.py
  status=0
  node_modules/.bin/openapi-typescript openapi.json --output types.ts > typescript.txt 2>&1 || status=$?
  echo "openapi-typescript: exit $status, $(grep -ci warn typescript.txt || true) warnings"
  echo 'post_hooks: []' > config.yml
  status=0
  venv/bin/python -m openapi_python_client generate --path openapi.json --meta none --config config.yml --output-path client > python.txt 2>&1 || status=$?
  echo "openapi-python-client: exit $status, $(grep -c '^Unable to .* schema' python.txt || true) shapes left out"
  printf 'reading an answer: '
  venv/bin/python -c 'from client.models.looked import Looked; Looked.from_dict({"compared": {"rows": []}})' 2>&1 | tail -1 | cut -d: -f1 || true
} | tee seen.txt
grep -qx 'the document has the titles: Compared, Looked, Read, Row, Row' seen.txt
grep -qx 'openapi-typescript: exit 0, 0 warnings' seen.txt
grep -qx 'openapi-python-client: exit 0, 2 shapes left out' seen.txt
grep -qx 'reading an answer: ModuleNotFoundError' seen.txt
