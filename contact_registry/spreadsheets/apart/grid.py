"""A sheet as it is read cell by cell, bounded: what is blank takes no place, wherever it stands."""

from typing import Any

from contact_registry.spreadsheets.apart.limits import MAX_CELLS, MAX_ROWS, Refused

MOST_MERGED = 1000
"""Rows of one merged cell: no class has more pupils."""


class Grid:
    """One sheet. Rows and columns count from 0."""

    def __init__(self, name: str, *, typed: bool = True) -> None:
        self.name = name
        self.rows: list[list[Any]] = []
        self.merged: list[tuple[int, int, int]] = []
        self.hidden: set[int] = set()
        self._typed = typed
        self._cells = 0

    def put(self, row: int, column: int, value: Any) -> None:
        """Sets a cell. Raises `Refused("import.too_large")` beyond what a list can have."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        if row >= MAX_ROWS:
            raise Refused("import.too_large")
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        self._cells += max(0, column + 1 - len(cells))
        if self._cells > MAX_CELLS:
            raise Refused("import.too_large")
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = value

    def merge_down(self, row: int, column: int, more: int) -> None:
        """Repeats the cell over `more` rows below."""
        if 0 < more <= MOST_MERGED:
            if len(self.merged) + more > MAX_ROWS:  # no list merges more cells than it has rows
                raise Refused("import.too_large")
            self.merged += [(below, column, row) for below in range(row + 1, row + more + 1)]

    def as_json(self) -> dict[str, Any]:
        """Returns the sheet as it goes to the caller."""
        hidden = sorted(row for row in self.hidden if row < len(self.rows))
        return {"name": self.name, "rows": self.rows, "merged": self.merged, "hidden": hidden, "typed": self._typed}


def scientific(value: float, *, zeros: int = 1000) -> bool:
    """Tells whether a number that is shown as 8.19E+08 may have lost digits before it became one: it ends in zeros."""
    return value >= 1_000_000 and value % zeros == 0
