"""Classes 6.1 of a text that may have been 6.10: no single cell says so, the classes beside it do."""

from collections.abc import Iterable, Sequence

from contact_registry.classes.in_sheets import DOTTED
from contact_registry.headings.meanings import Field, ListOf
from contact_registry.lists.checked import CheckedRow
from contact_registry.lists.rows import make_row


def perhaps_tenths(classes: Iterable[str]) -> frozenset[str]:
    """Finds classes of a file that does not tell text from numbers which may be another: where there are 6.1 and 6.9 (or 6.11)
    and no 6.10, a spreadsheet made 6.1 of 6.10.
    """
    numbers: dict[str, set[str]] = {}
    for name in classes:
        if DOTTED.fullmatch(name):
            grade, _, number = name.partition(".")
            numbers.setdefault(grade, set()).add(number)
    return frozenset(
        f"{grade}.{tens}"
        for grade, found in numbers.items()
        for tens in found & {"1", "2"}
        if f"{tens}0" not in found and found & {f"{tens}1", f"{int(tens) - 1}9".lstrip("0")}
    )


def without_tenths(rows: Sequence[CheckedRow], *, of: ListOf) -> list[CheckedRow]:
    """Marks as damaged, in the rows of a text, each class that may be another."""
    perhaps = perhaps_tenths({row.class_name for row in rows})
    return [_damaged(row, of) if row.class_name in perhaps else row for row in rows] if perhaps else list(rows)


def _damaged(row: CheckedRow, of: ListOf) -> CheckedRow:
    cells = [
        cell._replace(values=(), codes=("class.damaged",))
        if cell.field is Field.CLASS and row.class_name in cell.values
        else cell
        for cell in row.cells
    ]
    return make_row(row.sheet, row.row, cells, of=of)
