#!/usr/bin/env bash
# Guess: `__get_pydantic_json_schema__` may answer any JSON Schema, a reference to a component of the document around it too; and
#   `models_json_schema([A])` makes of A what `A.model_json_schema()` does.
# What happens: the singular fails with a KeyError of pydantic's own wherever such a reference stands; the plural, which FastAPI uses as well,
#   fails only where it is the whole schema of a field and writes it out as it is inside of `anyOf`, `allOf` or a list's `items`.
# Versions: pydantic 2.14.3
# Why it matters: a list of 130 codes should stand once in an OpenAPI document, not copied into every shape; a field that is made optional starts to
#   work, one that is made required stops. Loa wraps the reference in `allOf` and asks in the plural (service/api/edge/codes.py, description.py).
# Seen (2026-11-30): bare: KeyError, in the plural KeyError
#   in allOf: KeyError, in the plural made
#   or null: KeyError, in the plural made
#   in a list: KeyError, in the plural made
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pydantic==2.14.3
cat > try.py <<'PYTHON'
from typing import Annotated

from pydantic import create_model
from pydantic.json_schema import models_json_schema


class Refers:
    def __init__(self, schema):
        self.schema = schema

    def __get_pydantic_json_schema__(self, core, handler):
        return dict(self.schema)


reference = {"$ref": "#/components/schemas/Code"}
bare, wrapped = Annotated[str, Refers(reference)], Annotated[str, Refers({"allOf": [reference]})]


def said(make):
    try:
        return "made" if str(reference["$ref"]) in str(make()) else "lost"
    except KeyError as error:
        return type(error).__name__


for words, kind in (("bare", bare), ("in allOf", wrapped), ("or null", bare | None), ("in a list", list[bare])):
    model = create_model("Problem", code=(kind, ...))
    one = said(model.model_json_schema)
    many = said(lambda: models_json_schema([(model, "validation")], ref_template="#/components/schemas/{model}"))
    print(f"{words}: {one}, in the plural {many}")
PYTHON
venv/bin/python try.py | tee seen.txt
grep -qx 'bare: KeyError, in the plural KeyError' seen.txt
[ "$(grep -cx '.*: KeyError, in the plural made' seen.txt)" = 3 ]
