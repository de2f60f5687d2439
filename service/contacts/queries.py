"""What a person may read of an import: where it stands, counts, and every problem with a sentence. No personal value anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.headings import ListOf
from contact_registry.lists import Counts, RowReason, reason_in_words
from service.contacts.told_problems import PAGE, ImportProblem, ProblemCount, count_problems, page_of
from service.errors import NotFound
from service.languages import Language, gettext, ngettext_lazy, pgettext_lazy
from service.languages import gettext_lazy as _
from service.sentences import sentence

ImportState = Literal["reading", "checked", "applied", "undone", "failed"]


@dataclass(frozen=True, slots=True)
class ImportPlace:
    """An import's inside id and the unit whose list it is."""

    id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """How far reading is: the stage ("unpacking", "checking"), rows done and rows in all (0: not known yet)."""

    stage: Literal["unpacking", "checking"]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class LeftOutLine:
    """Rows of a sheet that are no pupils for one reason. `rows`: the first hundred of `total`; `message`: the reason in words."""

    sheet: str | None
    reason: RowReason
    rows: tuple[int, ...]
    total: int
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The contract's `GET /imports/{id}`. `failure_code`: why the file as a whole could not be used, an import.* code.

    `left_out`: every row with content that is no pupil, also in `counts`. `problems`: the first of them, `more_problems` behind
    the number of the last; `problem_counts`: all of them, by code.
    """

    id: UUID
    unit: str
    state: ImportState
    dry_run: bool
    counts: Mapping[str, Any]
    dropped_columns: tuple[str, ...]
    problems: tuple[ImportProblem, ...]
    failure_code: str | None
    created_at: datetime
    checked_at: datetime | None
    applied_at: datetime | None
    audience: ListOf = "parents"
    summary: str | None = None
    progress: ReadingProgress | None = None
    undone_at: datetime | None = None
    left_out: tuple[LeftOutLine, ...] = ()
    problem_counts: Sequence[ProblemCount] = ()
    more_problems: int | None = None


@dataclass(frozen=True, slots=True)
class ImportLine:
    """An import in its unit's list of imports."""

    number: int
    id: UUID
    unit: str
    audience: ListOf
    state: ImportState
    dry_run: bool
    school_year: str
    counts: Mapping[str, int] | None
    created_at: datetime
    applied_at: datetime | None


async def locate_import(conn: AsyncConnection, public_id: UUID) -> ImportPlace:
    """Finds where an import is, as far as the transaction may see (its unit, and with subtree scope those below).

    Raises `NotFound("import.unknown")`, also for another unit's.
    """
    row = (await conn.execute(text("SELECT id, unit_id FROM imports WHERE public_id = :id"), {"id": public_id})).one_or_none()
    if row is None:
        raise NotFound("import.unknown")
    return ImportPlace(row.id, row.unit_id)


async def import_report(conn: AsyncConnection, public_id: UUID, *, language: Language, most: int | None = PAGE) -> ImportReport:
    """Makes the report, with `most` problems at most, or all. The transaction acts for the import's unit. Raises
    `NotFound("import.unknown")`.
    """
    row = (
        await conn.execute(
            text(
                "SELECT i.id, i.public_id, u.code, i.state, i.dry_run, i.counts, i.dropped_columns, i.failure_code, i.created_at,"
                " i.checked_at, i.applied_at, i.undone_at, i.audience, i.stage, i.rows_done, i.rows_total FROM imports i"
                " JOIN units u ON u.id = i.unit_id WHERE i.public_id = :id"
            ),
            {"id": public_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound("import.unknown")
    page = await page_of(conn, row.id, language=language, limit=most and most + 1)
    more = page[most - 1].number if most is not None and len(page) > most else None
    problems = tuple(page[:most])
    if row.failure_code:  # the file as a whole: no row to point at
        refusal = ImportProblem(None, None, None, row.failure_code, "error", sentence(row.failure_code, language))
        problems = (refusal, *problems)
    counts = dict(row.counts or {})
    left_out = tuple(_left_out(each, language) for each in counts.pop("left_out", []))
    return ImportReport(
        id=UUID(str(row.public_id)),
        unit=row.code,
        state=row.state,
        dry_run=row.dry_run,
        counts={**asdict(Counts()), **counts, "left_out": [asdict(line) for line in left_out]},
        dropped_columns=tuple(row.dropped_columns),
        problems=problems,
        failure_code=row.failure_code,
        created_at=row.created_at,
        checked_at=row.checked_at,
        applied_at=row.applied_at,
        audience=row.audience,
        summary=summary(Counts(**counts), row.audience, language) if counts else None,
        progress=ReadingProgress(row.stage, row.rows_done, row.rows_total) if row.state == "reading" and row.stage else None,
        undone_at=row.undone_at,
        left_out=left_out,
        problem_counts=await count_problems(conn, row.id, language=language),
        more_problems=more,
    )


def _left_out(kept: Mapping[str, Any], language: Language) -> LeftOutLine:
    reason = RowReason(kept["reason"])
    return LeftOutLine(kept["sheet"], reason, tuple(kept["rows"]), kept["total"], gettext(language, reason_in_words(reason)))


async def list_imports(conn: AsyncConnection, *, unit_id: int, before: int | None, limit: int) -> list[ImportLine]:
    """Lists the unit's imports, the newest first, at most `limit`, behind the one numbered `before`."""
    rows = await conn.execute(
        text(
            "SELECT i.id AS number, i.public_id AS id, u.code AS unit, i.audience, i.state, i.dry_run, i.school_year,"
            " i.counts - 'left_out' AS counts,"
            " i.created_at, i.applied_at FROM imports i JOIN units u ON u.id = i.unit_id"
            " WHERE i.unit_id = :unit AND i.id < coalesce(CAST(:before AS bigint), 9223372036854775807)"
            " ORDER BY i.id DESC LIMIT :limit"
        ),
        {"unit": unit_id, "before": before, "limit": limit},
    )
    return [ImportLine(**row) for row in rows.mappings()]


_SUMMARY = _("{people}, {phones} and {emails} to send to, {to_fix}, {nobody}.")
_PUPILS = ngettext_lazy("{count:n} pupil", "{count:n} pupils")
_STAFF = ngettext_lazy("{count:n} member of staff", "{count:n} members of staff")
_PHONES = ngettext_lazy("{count:n} number", "{count:n} numbers")
_EMAILS = ngettext_lazy("{count:n} email", "{count:n} emails")
_TO_FIX = ngettext_lazy("{count:n} row to fix", "{count:n} rows to fix")
_NOBODY = {
    "parents": pgettext_lazy("of pupils", "{count:n} with no contact"),
    "staff": pgettext_lazy("of staff", "{count:n} with no contact"),
}


def summary(counts: Counts, audience: ListOf, language: Language) -> str:
    """Says the counts in words, as one says them to a colleague."""
    return _SUMMARY.in_(
        language,
        people=(_STAFF if audience == "staff" else _PUPILS).with_(count=counts.rows),
        phones=_PHONES.with_(count=counts.phones),
        emails=_EMAILS.with_(count=counts.emails),
        to_fix=_TO_FIX.with_(count=counts.to_fix),
        nobody=_NOBODY[audience].with_(count=counts.without_contact),
    )
