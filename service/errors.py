"""Every refusal Loa gives a person: a code that never changes and a sentence in their language.

    LoaError
    ├── Invalid           422  what was sent cannot be used
    │   └── RowsRefused        so nothing of the list was taken
    ├── TooLarge          413
    ├── Unauthenticated   401
    ├── Forbidden         403  the person may not
    ├── NotFound          404  also for what belongs to another unit: nobody learns that it exists
    ├── Conflict          409  the state does not allow it
    ├── TooMany           429  at once; later it may
    └── Unavailable       503

Only `service.app` turns these into HTTP. Sentences live in `service.sentences` and never repeat a personal value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that could not be used: its path in the request, a code, and what the sentence needs."""

    field: str
    code: str
    values: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """One cell of a list that could not be used: its row as the spreadsheet shows it, its heading as written, a code."""

    row: int
    column: str
    code: str
    values: Mapping[str, Any] | None = None


class LoaError(Exception):
    """A refusal with a code from the contract. `values` fill the sentence; they are never personal data."""

    status: ClassVar[int] = 500

    def __init__(self, code: str, *, fields: tuple[FieldError, ...] = (), **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.values = values


class Invalid(LoaError):
    status = 422


class RowsRefused(Invalid):
    """A list with rows that cannot be used. All of it or nothing."""

    def __init__(self, *, rows: int, unchanged: int, problems: tuple[RowError, ...]) -> None:
        super().__init__("bulk.rows", count=len({problem.row for problem in problems}))
        self.rows = rows
        self.unchanged = unchanged
        self.problems = problems


class TooLarge(LoaError):
    status = 413


class Unauthenticated(LoaError):
    status = 401


class Forbidden(LoaError):
    status = 403


class NotFound(LoaError):
    status = 404


class Conflict(LoaError):
    status = 409


class TooMany(LoaError):
    status = 429


class Unavailable(LoaError):
    status = 503
