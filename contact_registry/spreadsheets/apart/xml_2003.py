"""Excel's "XML Spreadsheet 2003": one XML file that programs call .xls."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from contact_registry.spreadsheets.apart.grid import Grid, scientific
from contact_registry.spreadsheets.apart.limits import MAX_ROWS, Refused
from contact_registry.spreadsheets.apart.safe_xml import parse

_HIDDEN = ("SheetHidden", "SheetVeryHidden")


def read_xml_2003(chunks: Iterable[bytes]) -> dict[str, Any]:
    """Reads the visible sheets, and the names of the others. Raises `Refused`."""
    reader = _Reader()
    parse(chunks, reader.start, reader.end, reader.text)
    if not reader.is_workbook:
        raise Refused("import.unreadable")
    return {
        "sheets": [sheet.as_json() for sheet, seen in reader.sheets if seen],
        "hidden_sheets": [sheet.name for sheet, seen in reader.sheets if not seen],
    }


class _Reader:
    def __init__(self) -> None:
        self.sheets: list[tuple[Grid, bool]] = []
        self.is_workbook = False
        self._path: list[str] = []
        self._row = self._column = -1
        self._more_rows = self._more_columns = 0
        self._cell: Mapping[str, str] = {}
        self._kind: str | None = None
        self._text: list[str] = []
        self._value: Any = None
        self._style = ""
        self._scientific: set[str] = set()

    def start(self, tag: str, own: Mapping[str, str]) -> None:
        above = self._path[-1] if self._path else ""
        self._path.append(tag)
        if tag == "Workbook":
            self.is_workbook = True
        elif tag == "Style":
            self._style = own.get("ID", "")
        elif tag == "NumberFormat" and ("E+" in own.get("Format", "") or own.get("Format") == "Scientific"):
            self._scientific.add(self._style)
        elif tag == "Worksheet":
            if len(self.sheets) > 2000:
                raise Refused("import.too_large")
            self.sheets.append((Grid(own.get("Name", "")), True))
            self._row, self._more_rows = -1, 0
        elif tag == "Visible":
            self._text = []
        elif tag == "Row" and above == "Table" and self.sheets:
            self._begin_row(own)
        elif tag == "Cell" and above == "Row" and self.sheets:
            self._column = _index(own, "Index", self._column + 1 + self._more_columns)
            self._more_columns = _index(own, "MergeAcross", -1, least=0) + 1
            self._cell, self._value = own, None
        elif tag == "Data" and above == "Cell":
            self._kind, self._text = own.get("Type", "String"), []

    def _begin_row(self, own: Mapping[str, str]) -> None:
        self._row = _index(own, "Index", self._row + 1 + self._more_rows)
        self._more_rows = _index(own, "Span", -1, least=0) + 1
        self._column, self._more_columns = -1, 0
        if own.get("Hidden") == "1":
            self.sheets[-1][0].hidden.update(range(self._row, min(self._row + self._more_rows + 1, MAX_ROWS)))

    def end(self, tag: str) -> None:
        self._path.pop()
        if tag == "Data" and self._kind is not None and self._path[-1:] == ["Cell"]:
            self._value, self._kind = self._as_value(self._kind, "".join(self._text)), None
        elif tag == "Cell" and self._path[-1:] == ["Row"] and self.sheets:
            sheet = self.sheets[-1][0]
            value = {"formula": self._cell["Formula"][:300]} if self._value is None and "Formula" in self._cell else self._value
            sheet.put(self._row, self._column, value)
            if value is not None and "MergeAcross" not in self._cell:
                sheet.merge_down(self._row, self._column, _index(self._cell, "MergeDown", -1, least=0) + 1)
        elif tag == "Visible" and self.sheets and "".join(self._text).strip() in _HIDDEN:
            self.sheets[-1] = (self.sheets[-1][0], False)

    def text(self, text: str) -> None:
        if self._kind is not None or self._path[-1:] == ["Visible"]:
            self._text.append(text)

    def _as_value(self, kind: str, text: str) -> Any:
        try:
            if kind == "Number":
                number = float(text)
                if self._cell.get("StyleID") in self._scientific and scientific(number):
                    return {"rounded": number}
                return number if abs(number) < 1e300 else text
            if kind == "DateTime":
                return {"datetime": dt.datetime.fromisoformat(text.strip().partition(".")[0]).isoformat()}
        except ValueError:
            return text
        return text.strip() == "1" if kind == "Boolean" else text


def _index(own: Mapping[str, str], name: str, otherwise: int, *, least: int = 1) -> int:
    """An attribute that counts from one, counted from zero."""
    said = own.get(name, "")
    return int(said) - 1 if said.isascii() and said.isdecimal() and len(said) < 9 and int(said) >= least else otherwise
