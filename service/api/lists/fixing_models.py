"""The shapes of what a clerk does between reading a list and applying it: columns, rows, corrections, the difference."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contact_registry.headings import Field as ColumnField
from contact_registry.headings import Role
from contact_registry.lists import problem_message
from service.api.lists.models import ProblemRow
from service.contacts import (
    ShownRow,
)
from service.languages import Language, gettext


class ColumnOut(BaseModel):
    """What a column was taken for. `samples`: a few of its cells; none of a column that must not be kept."""

    sheet: str | None
    row: int
    letter: str
    heading: str
    field: ColumnField
    role: Role
    said: bool
    samples: list[str]


class NameOut(BaseModel):
    """A name as the file holds it, and as it was read."""

    written: str
    read: str


class LegacyTextOut(BaseModel):
    """Text in an old font or code page ("tcvn3", "vni", "windows-1258"), or UTF-8 that was read as another ("utf-8"),
    made readable: are these names right?
    """

    encoding: Literal["tcvn3", "vni", "windows-1258", "utf-8"]
    samples: list[NameOut]


class ColumnList(BaseModel):
    """`legacy_text`: null for a list in Unicode."""

    items: list[ColumnOut]
    legacy_text: LegacyTextOut | None


class SaidIn(BaseModel):
    """What a column really is."""

    model_config = ConfigDict(extra="forbid")

    heading: Annotated[str, Field(min_length=1, max_length=400)]
    field: Literal["name", "class", "grade", "phone", "email", "order", "ignored"]
    role: Literal["father", "mother", "guardian", "parent"] = "parent"


class ColumnsIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    columns: Annotated[list[SaidIn], Field(min_length=1, max_length=100)]


class CellOut(BaseModel):
    """A cell: as written where it has an error, else a number or an address only in part (`masked`)."""

    column: str
    field: ColumnField
    value: str
    masked: bool


class RowOut(BaseModel):
    """A row of the list. `position` is what a correction names; `sheet` and `row` are where the spreadsheet shows it."""

    position: int
    sheet: str | None
    row: int
    class_name: str = Field(serialization_alias="class")
    pupil: str
    problems: list[ProblemRow]
    cells: list[CellOut]

    @classmethod
    def of(cls, shown: ShownRow, language: Language) -> "RowOut":
        row = shown.row
        return cls(
            position=shown.position,
            sheet=row.sheet,
            row=row.row,
            class_name=row.class_name,
            pupil=row.pupil,
            problems=[
                ProblemRow(
                    sheet=p.sheet,
                    row=p.row,
                    column=p.column,
                    code=p.code,
                    severity=p.severity,
                    message=gettext(language, problem_message(p.code)),
                )
                for p in row.problems
            ],
            cells=[CellOut.model_validate(cell, from_attributes=True) for cell in shown.cells],
        )


class RowList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[RowOut]
    next: str | None


class CellsIn(BaseModel):
    """What is now written under which heading."""

    model_config = ConfigDict(extra="forbid")

    cells: Annotated[dict[str, Annotated[str, Field(max_length=500)]], Field(min_length=1, max_length=50)]


class ClassDifferenceOut(BaseModel):
    class_name: str = Field(serialization_alias="class")
    added: int
    gone: int
    changed: int


class ContactsOut(BaseModel):
    added: int
    gone: int
    changed: int
    kept: int


class ImportDifferenceOut(BaseModel):
    """Against the unit's present list. `needs_confirmation`: more than a fifth goes; `new_classes_only`: no class is a present
    one; `whole_classes_gone`: classes that would go altogether. Where the list is only of some classes, apply it with
    `only_classes`.
    """

    present: int
    contacts: ContactsOut
    share_gone: float
    needs_confirmation: bool
    new_classes_only: bool
    by_class: list[ClassDifferenceOut]
    whole_classes_gone: list[str]
