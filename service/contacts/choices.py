"""What a person decides when a list is applied: which of its rows,
and whether it is the whole list or that of its classes alone.
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.errors import Conflict

HiddenRows = Literal["take", "leave"]


@dataclass(frozen=True, slots=True)
class Choices:
    """`only_classes`: the list is of some classes, and every other class stays as it is. `hidden_rows`: whether rows that nobody
    sees in the spreadsheet are taken; None: nobody has said.
    """

    only_classes: bool = False
    hidden_rows: HiddenRows | None = None


NOTHING_SAID = Choices()
EVERY_ROW = Choices(hidden_rows="take")


async def rows_to_leave(conn: AsyncConnection, found: RowMapping, choices: Choices) -> frozenset[tuple[str | None, int]]:
    """Returns the rows, by sheet and number, that are not to be applied.

    Raises `Conflict`: `import.hidden_rows` where there are such and nobody has said what to do, `import.no_classes` where a list
    without classes is to be applied to its classes.
    """
    if choices.only_classes:
        classed = await conn.execute(
            text("SELECT 1 FROM import_rows WHERE import_id = :id AND class_name <> '' LIMIT 1"), {"id": found["id"]}
        )
        if found["audience"] != "parents" or classed.first() is None:
            raise Conflict("import.no_classes")
    if choices.hidden_rows == "take":
        return frozenset()
    rows = await conn.execute(
        text("SELECT DISTINCT sheet, row FROM import_problems WHERE import_id = :id AND code = 'row.hidden'"), {"id": found["id"]}
    )
    hidden = frozenset((row.sheet, row.row) for row in rows)
    if hidden and choices.hidden_rows is None:
        raise Conflict("import.hidden_rows", count=len(hidden))
    return hidden
