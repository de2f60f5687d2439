"""Workbooks that the library reads: .xlsx, .xlsb, .xls. What it leaves out of .xlsx is added (`xlsx_marks`)."""

import io
import zipfile
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from contact_registry.spreadsheets.apart.grid import MOST_MERGED, scientific
from contact_registry.spreadsheets.apart.limits import MAX_CELLS, MAX_ROWS, Refused
from contact_registry.spreadsheets.apart.xls_marks import mark as mark_xls
from contact_registry.spreadsheets.apart.xlsx_marks import mark

_MOST_WALKED = 20_000_000
"""Cells of the rectangle that a sheet spans, blank ones too: one space in the last row makes millions of four columns."""


def read_workbook(data: bytes) -> dict[str, Any]:
    """Reads the visible sheets, and the names of the others. Raises `Refused`."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        # A hidden sheet is last year's list more often than this year's, and nobody looking at the file would see it.
        seen = {meta.name: meta.visible == SheetVisibleEnum.Visible for meta in workbook.sheets_metadata}
        sheets: dict[str, dict[str, Any]] = {}
        rows = 0
        for name in (name for name, visible in seen.items() if visible):
            sheets[name] = _read_sheet(workbook, name)
            rows += len(sheets[name]["rows"])
            if rows > MAX_ROWS:
                raise Refused("import.too_large")
    except PasswordError:
        raise Refused("import.password_protected") from None
    except (CalamineError, ValueError, OSError):
        raise Refused("import.unreadable") from None
    if b"xl/workbook.bin" not in data and data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            mark(archive, sheets)
    else:
        for sheet in sheets.values():
            _mark_rounded(sheet["rows"])
        if not data.startswith(b"PK"):
            mark_xls(data, [sheets.get(name) for name in seen])
    return {"sheets": list(sheets.values()), "hidden_sheets": [name for name, visible in seen.items() if not visible]}


def _read_sheet(workbook: CalamineWorkbook, name: str) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height >= MAX_ROWS or sheet.total_height * sheet.total_width > MAX_CELLS:
        rows = _without_blank(sheet)
    else:
        rows = sheet.to_python(skip_empty_area=False)
    down = [
        (top, column, bottom)
        for (top, column), (bottom, last_column) in (sheet.merged_cell_ranges or ())
        if column == last_column and bottom - top <= MOST_MERGED
    ]
    if sum(bottom - top for top, _, bottom in down) > MAX_ROWS:  # no list merges more cells than it has rows, twice over
        raise Refused("import.too_large")
    merged = [(row, column, top) for top, column, bottom in down for row in range(top + 1, bottom + 1)]
    return {"name": name, "rows": rows, "merged": merged, "hidden": [], "typed": True}


def _without_blank(sheet: Any) -> list[list[Any]]:
    """A sheet that spans more than a list does, without the blanks at its ends: a space typed far away is no row."""
    if sheet.total_height * sheet.total_width > _MOST_WALKED:
        raise Refused("import.too_large")
    rows: list[list[Any]] = []
    cells = 0
    for index, row in enumerate(sheet.iter_rows()):
        width = next((place for place in range(len(row), 0, -1) if not _is_blank(row[place - 1])), 0)
        if not width:
            continue
        if index >= MAX_ROWS:
            raise Refused("import.too_large")
        rows += [[] for _ in range(index - len(rows))]
        rows.append(row[:width])
        cells += width
        if cells > MAX_CELLS:
            raise Refused("import.too_large")
    return rows


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _mark_rounded(rows: list[list[Any]]) -> None:
    """Where the library does not say how a number is shown, one of nine digits that ends in zeros may have been 8.19E+08."""
    for row in rows:
        for place, value in enumerate(row):
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 10**10 and scientific(value):
                row[place] = {"rounded": float(value)}
