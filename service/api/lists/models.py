"""What the API says of imports."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contact_registry.headings import ListOf
from contact_registry.lists import Counts, RowReason, Severity
from service.api.edge.codes import ListProblemCode
from service.api.edge.cursors import make_cursor
from service.contacts import HiddenRows, ImportReport, ImportState

_WHOLE = ConfigDict(json_schema_serialization_defaults_required=True)  # of the counts, none is left out


class ProblemRow(BaseModel):
    """One problem, where the spreadsheet shows it. `message` never repeats the value."""

    sheet: str | None
    row: int | None
    column: str | None
    code: ListProblemCode
    severity: Severity
    message: str


class ImportProgressOut(BaseModel):
    """How far reading is. `total` is 0 until it is known."""

    stage: Literal["unpacking", "checking"]
    done: int
    total: int


class LeftOutRowsOut(BaseModel):
    """Rows of a sheet that are no pupils for one reason, as the spreadsheet numbers them: the first hundred of `total`."""

    sheet: str | None
    reason: RowReason
    rows: list[int]
    total: int
    message: str = Field(description="the reason in words")


class ImportCountsOut(BaseModel):
    """What a list holds. Each row with content is one of `rows`, or stands in `left_out` with the reason why not."""

    rows: int
    contacts: int
    phones: int
    emails: int
    to_fix: int
    without_contact: int
    duplicates: int
    left_out: list[LeftOutRowsOut]


class ProblemCountOut(BaseModel):
    """How many problems of a code a list has."""

    code: ListProblemCode
    severity: Severity
    count: int
    message: str


class ImportProblemList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[ProblemRow]
    next: str | None


class ImportOut(BaseModel):
    """An import and what was found in it. `counts` and `problems` stand once it is read:
    the first 200, and how many there are of each code.

    `problems_next` is the cursor of the next ones at `/imports/{id}/problems`, or null.
    """

    model_config = _WHOLE

    id: UUID
    unit: str
    state: ImportState
    dry_run: bool
    counts: ImportCountsOut | None
    dropped_columns: list[str]
    problems: list[ProblemRow]
    problem_counts: list[ProblemCountOut]
    problems_next: str | None = None
    failure_code: ListProblemCode | None
    audience: ListOf
    summary: str | None = Field(description="the counts in words")
    progress: ImportProgressOut | None
    applied_at: datetime | None
    undone_at: datetime | None

    @classmethod
    def of(cls, report: ImportReport) -> "ImportOut":
        made = cls.model_validate(report, from_attributes=True)
        made.problems_next = None if report.more_problems is None else make_cursor(report.more_problems)
        return made


class ImportLineOut(BaseModel):
    """An import in the unit's list."""

    model_config = _WHOLE

    id: UUID
    unit: str
    audience: ListOf
    state: ImportState
    dry_run: bool
    school_year: str
    counts: Counts | None
    created_at: datetime
    applied_at: datetime | None


class ImportList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[ImportLineOut]
    next: str | None


class ApplyIn(BaseModel):
    """`confirm_gone`: how many of the present contacts go, where that is more than a fifth of them. `only_classes`: the list is
    of some classes; every other class stays as it is. `hidden_rows`: whether rows that are hidden in the spreadsheet
    (`row.hidden`) are taken or left; to be said where there are any.
    """

    model_config = ConfigDict(extra="forbid")

    confirm_gone: Annotated[int, Field(ge=0)] | None = None
    only_classes: bool = False
    hidden_rows: HiddenRows | None = None
