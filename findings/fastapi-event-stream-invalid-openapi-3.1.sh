#!/usr/bin/env bash
# Guess: the OpenAPI document that FastAPI makes is valid in the version that it names.
# What happens: a call that answers with `EventSourceResponse` is described by `itemSchema`, which OpenAPI has from 3.2 on, in a document that says
#   3.1.0: the specification's own schema refuses it, with every call in it. Without that call the same document is valid.
# Versions: fastapi 0.165.0, openapi-spec-validator 0.9.0
# Why it matters: a gateway or a purchaser that validates first takes nothing of the API. Loa says the same under `x-item-schema`
#   (service/api/description.py); tests/clients/test_generators.py validates.
# Seen (2026-11-30): without the stream: openapi 3.1.0, valid
#   with the stream: openapi 3.1.0, not valid, itemSchema
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check fastapi==0.165.0 openapi-spec-validator==0.9.0
cat > try.py <<'PYTHON'
from collections.abc import AsyncIterable

from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from openapi_spec_validator import OpenAPIV31SpecValidator

app = FastAPI()


@app.get("/warnings")
async def warnings() -> list[str]: ...


def said():
    document = app.openapi()
    wrong = list(OpenAPIV31SpecValidator(document).iter_errors())
    where = ", itemSchema" if any("itemSchema" in str(error) for error in wrong) else ""
    return f"openapi {document['openapi']}, {'not ' if wrong else ''}valid{where}"


print("without the stream:", said())
app.openapi_schema = None


@app.get("/progress", response_class=EventSourceResponse)
async def progress() -> AsyncIterable[ServerSentEvent]:
    yield ServerSentEvent(data="63 of 63")


print("with the stream:", said())
PYTHON
venv/bin/python try.py | tee seen.txt
grep -qx 'without the stream: openapi 3.1.0, valid' seen.txt
grep -qx 'with the stream: openapi 3.1.0, not valid, itemSchema' seen.txt
