"""The problems of a list: a page of them, and how many there are of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.lists import Severity, problem_message
from service.actors import Actor
from service.languages import Language, gettext

PAGE = 200
"""Problems that stand in a report: whoever mends them mends these first, and a report is asked for again and again."""


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """A problem, placed so that a clerk finds it in the spreadsheet. `message` says what to do, in the reader's language.

    `number`: its place among the list's, for a cursor; 0 for the file as a whole.
    """

    sheet: str | None
    row: int | None
    column: str | None
    code: str
    severity: Severity
    message: str
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ProblemCount:
    """How many problems of a code a list has."""

    code: str
    severity: Severity
    count: int
    message: str


async def list_problems(
    conn: AsyncConnection, actor: Actor, *, import_id: int, language: Language, after: int = 0, limit: int
) -> list[ImportProblem]:
    """Lists problems behind the one numbered `after`. The transaction acts for the import's unit. Raises `Forbidden`."""
    actor.require("imports:read")
    return await page_of(conn, import_id, language=language, after=after, limit=limit)


async def page_of(
    conn: AsyncConnection, import_id: int, *, language: Language, after: int = 0, limit: int | None = PAGE
) -> list[ImportProblem]:
    """Lists problems as `list_problems` does, for a report; without a limit all of them."""
    found = await conn.execute(
        text(
            "SELECT id, sheet, row, column_name, code, severity FROM import_problems WHERE import_id = :import AND id > :after"
            " ORDER BY id LIMIT CAST(:limit AS integer)"
        ),
        {"import": import_id, "after": after, "limit": limit},
    )
    return [
        ImportProblem(p.sheet, p.row, p.column_name, p.code, p.severity, gettext(language, problem_message(p.code)), p.id)
        for p in found
    ]


async def count_problems(conn: AsyncConnection, import_id: int, *, language: Language) -> Sequence[ProblemCount]:
    """Counts the problems of each code, errors first, the most first."""
    found = await conn.execute(
        text(
            "SELECT code, severity, count(*) AS many FROM import_problems WHERE import_id = :import GROUP BY code, severity"
            " ORDER BY array_position(ARRAY['error', 'warning', 'information'], severity), count(*) DESC, code"
        ),
        {"import": import_id},
    )
    return tuple(ProblemCount(row.code, row.severity, row.many, gettext(language, problem_message(row.code))) for row in found)
