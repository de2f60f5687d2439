"""The codes of the API as lists, each once in the OpenAPI document: a program can be written against them before it meets one.

Answers hold one of the list or, from a newer Loa, one that is not on it yet: a generated client must still read the refusal.
Tests hold every answer to the list (tests/factories/description.py).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetJsonSchemaHandler
from pydantic_core import CoreSchema

from contact_registry.lists import SEVERITY
from service.broadcasts import ready_texts
from service.readiness import STATEMENTS
from service.sentences import SENTENCES
from service.units import LEVELS

_AT_THE_MACHINE = ("backup.", "keys.")  # said by `loa` alone


@dataclass(frozen=True, slots=True)
class _OneOf:
    """Describes a string by the list of this name. `others`: another is no fault."""

    name: str
    others: bool = True

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        listed = {"$ref": f"#/components/schemas/{self.name}"}
        # allOf, because pydantic looks a bare reference up among its own definitions.
        return {"anyOf": [listed, {"type": "string"}]} if self.others else {"allOf": [listed]}


def _problems() -> Iterable[str]:
    return (code for code in SENTENCES if not code.startswith(_AT_THE_MACHINE))


LISTS: Mapping[str, tuple[str, Callable[[], Iterable[str]]]] = {
    "ProblemCode": ("Why something is refused or warned of. Newer versions may know more.", _problems),
    "ListProblemCode": (
        "What is wrong in a list: with a cell, a row, a column, or with the file as a whole. Newer versions may know more.",
        lambda: {*SEVERITY, *(code for code in SENTENCES if code.startswith("import."))},
    ),
    "ReadyTextCode": ("A ready text: a warning written, weighed and counted before it is needed.", ready_texts),
    "UnitLevel": ("A unit stands below one of a higher level.", lambda: LEVELS),
    "StatementCode": (
        "What a head may declare on the verification card; `GET /statements` has the sentences.",
        lambda: STATEMENTS,
    ),
}
"""By name: what it is a list of, and its members. Asked when the document is made."""

ProblemCode = Annotated[str, _OneOf("ProblemCode")]
ListProblemCode = Annotated[str, _OneOf("ListProblemCode")]
ReadyTextCode = Annotated[str, _OneOf("ReadyTextCode", others=False)]
UnitLevel = Annotated[str, _OneOf("UnitLevel", others=False)]
StatementCode = Annotated[str, _OneOf("StatementCode", others=False)]


def code_lists() -> dict[str, dict[str, Any]]:
    """Makes the lists as components of the OpenAPI document."""
    return {
        name: {"title": name, "description": what, "type": "string", "enum": sorted(members())}
        for name, (what, members) in LISTS.items()
    }
