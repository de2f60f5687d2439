"""What a person may read of an import: where it stands, counts, and every problem with a sentence. No personal value anywhere."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry import Counts, problem_message
from service.errors import NotFound
from service.refusals import sentence


@dataclass(frozen=True, slots=True)
class ImportPlace:
    """An import's inside id and the unit whose list it is."""

    id: int
    unit_id: int


@dataclass(frozen=True, slots=True)
class ImportProblem:
    sheet: str | None
    row: int | None
    column: str | None
    code: str
    severity: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The contract's `GET /imports/{id}`. `failure_code`: why the file as a whole could not be used, an import.* code."""

    id: UUID
    unit: str
    state: str
    dry_run: bool
    counts: Mapping[str, int]
    dropped_columns: tuple[str, ...]
    problems: tuple[ImportProblem, ...]
    failure_code: str | None
    created_at: datetime
    checked_at: datetime | None
    applied_at: datetime | None


async def locate_import(conn: AsyncConnection, public_id: UUID) -> ImportPlace:
    """Where an import is, as far as the transaction may see (its unit, and with subtree scope those below).

    Raises `NotFound("import.unknown")`, also for another unit's.
    """
    row = (await conn.execute(text("SELECT id, unit_id FROM imports WHERE public_id = :id"), {"id": public_id})).one_or_none()
    if row is None:
        raise NotFound("import.unknown")
    return ImportPlace(row.id, row.unit_id)


async def import_report(conn: AsyncConnection, public_id: UUID, *, language: str) -> ImportReport:
    """The report, for a transaction acting for the import's unit. Raises `NotFound("import.unknown")`."""
    row = (
        await conn.execute(
            text(
                "SELECT i.id, i.public_id, u.code, i.state, i.dry_run, i.counts, i.dropped_columns, i.failure_code, i.created_at,"
                " i.checked_at, i.applied_at FROM imports i JOIN units u ON u.id = i.unit_id WHERE i.public_id = :id"
            ),
            {"id": public_id},
        )
    ).one_or_none()
    if row is None:
        raise NotFound("import.unknown")
    found = await conn.execute(
        text("SELECT sheet, row, column_name, code, severity FROM import_problems WHERE import_id = :id ORDER BY id"),
        {"id": row.id},
    )
    problems = tuple(
        ImportProblem(p.sheet, p.row, p.column_name, p.code, p.severity, problem_message(p.code, language)) for p in found
    )
    if row.failure_code:  # the file as a whole: no row to point at
        refusal = ImportProblem(None, None, None, row.failure_code, "error", sentence(row.failure_code, language))
        problems = (refusal, *problems)
    return ImportReport(
        id=UUID(str(row.public_id)),
        unit=row.code,
        state=row.state,
        dry_run=row.dry_run,
        counts={**asdict(Counts()), **(row.counts or {})},
        dropped_columns=tuple(row.dropped_columns),
        problems=problems,
        failure_code=row.failure_code,
        created_at=row.created_at,
        checked_at=row.checked_at,
        applied_at=row.applied_at,
    )
