#!/usr/bin/env bash
# Guess: FastAPI describes an upload, a generator makes a client of the description, and the client uploads: both follow OpenAPI 3.1.
# What happens: FastAPI writes `{"type": "string", "contentMediaType": "application/octet-stream"}`, as 3.1 has it. openapi-python-client reads
#   `format: binary`, as 3.0 had it, and nothing else: the field becomes a `str`, is sent as a text part without a file's name, and the very
#   server it was made for answers 422. No warning. With `format: binary` written by hand the same call uploads.
# Versions: fastapi 0.165.0, openapi-python-client 0.29.1, python-multipart 0.0.32, httpx 0.28.1
# Why it matters: a school's list that an integrator cannot upload, with a client that was generated without a word. Loa writes
#   `format: binary` itself (service/api/lists/forms.py); tests/acceptance/test_generated_client.py uploads with the generated client.
# Seen (2026-11-30): as FastAPI writes it: file (str), answered 422
#   with format binary: file (File), answered 200
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastapi==0.165.0 openapi-python-client==0.29.1 python-multipart==0.0.32 httpx==0.28.1
cat > try.py <<'PYTHON'
import importlib
import inspect
import io
import json
import pathlib
import subprocess
import sys
from typing import Annotated

import httpx
from fastapi import FastAPI, UploadFile
from pydantic import WithJsonSchema


def made(name, kind):
    app = FastAPI()

    @app.post("/lists", operation_id="upload_list")
    async def upload_list(file: kind) -> int:
        return len(await file.read())

    document = app.openapi()
    pathlib.Path(f"{name}.json").write_text(json.dumps(document))
    pathlib.Path("config.yml").write_text("post_hooks: []")
    generate = [sys.executable, "-m", "openapi_python_client", "generate", "--path", f"{name}.json", "--meta", "none"]
    said = subprocess.run([*generate, "--config", "config.yml", "--fail-on-warning", "--output-path", name], capture_output=True, text=True)
    assert said.returncode == 0 and "WARNING" not in said.stdout, said.stdout
    return app


def upload(name, app):
    call = importlib.import_module(f"{name}.api.default.upload_list")
    models, types = importlib.import_module(f"{name}.models"), importlib.import_module(f"{name}.types")
    form = next(model for key, model in vars(models).items() if key.startswith("Body"))
    kind = form.__annotations__["file"]
    data = b"STT;Lop\n1;6A1\n"
    file = data.decode() if kind == "str" else types.File(io.BytesIO(data), "6A1.csv", "text/csv")
    request = call._get_kwargs(body=form(file=file))

    async def send():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://school.example") as client:
            return (await client.request(**request)).status_code

    import asyncio
    return kind, asyncio.run(send())


for words, name, kind in (
    ("as FastAPI writes it", "as_written", UploadFile),
    ("with format binary", "by_hand", Annotated[UploadFile, WithJsonSchema({"type": "string", "format": "binary"})]),
):
    app = made(name, kind)
    print("{}: file ({}), answered {}".format(words, *upload(name, app)))
PYTHON
venv/bin/python try.py | tee seen.txt
grep -qx 'as FastAPI writes it: file (str), answered 422' seen.txt
grep -qx 'with format binary: file (File), answered 200' seen.txt
