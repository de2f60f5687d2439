"""OpenDocument spreadsheets (.ods, and .fods in one file), cell by cell:
what stands between the cells is nothing, a comment is no cell.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from contact_registry.spreadsheets.apart.grid import Grid, scientific
from contact_registry.spreadsheets.apart.limits import MAX_ROWS, Refused
from contact_registry.spreadsheets.apart.safe_xml import parse

_CHUNK = 1 << 20
_SPACES = re.compile(r"[ \t\r\n]+")
_DURATION = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?)?")
_MOST_TEXT = 100_000
_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"


def read_ods(data: bytes) -> dict[str, Any]:
    """Reads the archive, wherever in it its mimetype stands and however it is packed. Raises `Refused`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        content_of = next(filter(re.compile(r"content\.xml").fullmatch, names), None)
        if content_of is None or ("mimetype" in names and not archive.read("mimetype").strip().startswith(_MIMETYPE)):
            raise Refused("import.unreadable")
        with archive.open(content_of) as content:
            return read_xml(iter(lambda: content.read(_CHUNK), b""))


def read_xml(chunks: Iterable[bytes]) -> dict[str, Any]:
    """Reads the content of a spreadsheet: visible sheets, and the names of the others."""
    reader = _Reader()
    parse(chunks, reader.start, reader.end, reader.text)
    if not reader.is_spreadsheet:
        raise Refused("import.unreadable")
    return {"sheets": [sheet.as_json() for sheet in reader.sheets], "hidden_sheets": reader.hidden_sheets}


class _Reader:
    def __init__(self) -> None:
        self.sheets: list[Grid] = []
        self.hidden_sheets: list[str] = []
        self.is_spreadsheet = False
        self._path: list[str] = []
        self._sheet: Grid | None = None
        self._row = self._column = self._rows = 0
        self._seen = True
        self._cell: Mapping[str, str] | None = None
        self._cell_depth = 0
        self._lines: list[str] = []
        self._line: list[str] | None = None
        # styles: which sheets are not shown, which numbers are shown as 8.19E+08
        self._style = self._number = ""
        self._not_shown: set[str] = set()
        self._scientific: set[str] = set()
        self._by_number: dict[str, str] = {}
        self._columns: list[tuple[int, str]] = []

    def start(self, tag: str, own: Mapping[str, str]) -> None:
        self._path.append(tag)
        if self._cell is not None:
            self._inside_cell(tag, own)
        elif self._sheet is not None:
            self._inside_sheet(tag, own)
        elif tag == "spreadsheet":
            self.is_spreadsheet = True
        elif tag == "table" and self._path[-2:-1] == ["spreadsheet"]:
            self._begin_sheet(own)
        else:
            self._styles(tag, own)

    def end(self, tag: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if self._cell is not None:
            if tag == "p" and self._line is not None and depth == self._cell_depth + 1:
                self._lines.append("".join(self._line).strip(" "))
                self._line = None
            elif depth == self._cell_depth:
                self._end_cell()
        elif tag == "table-row" and self._sheet is not None:
            self._row += self._rows
        elif tag == "table" and self._sheet is not None and self._path[-1:] == ["spreadsheet"]:
            if self._seen:
                self.sheets.append(self._sheet)
            else:
                self.hidden_sheets.append(self._sheet.name)
            self._sheet = None

    def text(self, text: str) -> None:
        if self._line is not None and len(self._path) >= self._cell_depth and "annotation" not in self._path[self._cell_depth :]:
            text = _SPACES.sub(" ", text)
            self._line.append(text.lstrip(" ") if not self._line or self._line[-1].endswith((" ", "\n")) else text)

    def _styles(self, tag: str, own: Mapping[str, str]) -> None:
        if tag == "style":
            self._style = own.get("name", "")
            if own.get("data-style-name") in self._by_number:
                self._scientific.add(self._style)
        elif tag == "number-style":
            self._number = own.get("name", "")
        elif tag == "scientific-number":
            self._by_number[self._number] = ""
        elif tag == "table-properties" and own.get("display") == "false":
            self._not_shown.add(self._style)

    def _begin_sheet(self, own: Mapping[str, str]) -> None:
        self._sheet = Grid(own.get("name", ""))
        self._seen = own.get("style-name") not in self._not_shown
        self._row, self._columns = 0, []
        if len(self.sheets) + len(self.hidden_sheets) > 2000:
            raise Refused("import.too_large")

    def _inside_sheet(self, tag: str, own: Mapping[str, str]) -> None:
        if tag == "table-column":
            before = self._columns[-1][0] if self._columns else 0
            self._columns.append((before + _count(own, "number-columns-repeated"), own.get("default-cell-style-name", "")))
        elif tag == "table-row":
            self._rows, self._column = _count(own, "number-rows-repeated"), 0
            if own.get("visibility") in ("collapse", "filter") and self._sheet is not None:
                self._sheet.hidden.update(range(self._row, min(self._row + self._rows, MAX_ROWS)))
        elif tag in ("table-cell", "covered-table-cell") and self._path[-2:-1] == ["table-row"]:
            self._cell = own if tag == "table-cell" else {**own, "covered": "true"}
            self._cell_depth, self._lines, self._line = len(self._path), [], None

    def _inside_cell(self, tag: str, own: Mapping[str, str]) -> None:
        if tag == "p" and len(self._path) == self._cell_depth + 1:
            self._line = []
        elif self._line is not None and "annotation" not in self._path[self._cell_depth :]:
            if tag == "s":
                self._line.append(" " * min(_count(own, "c"), 100))
            elif tag == "tab":
                self._line.append(" ")
            elif tag == "line-break":
                self._line.append("\n")

    def _end_cell(self) -> None:
        own, sheet = self._cell, self._sheet
        self._cell = self._line = None
        if own is None or sheet is None:
            return
        again = _count(own, "number-columns-repeated")
        value = None if "covered" in own else self._value(own)
        if value is not None and not (isinstance(value, str) and not value.strip()):
            for row in range(self._row, self._row + self._rows):
                for column in range(self._column, self._column + again):
                    sheet.put(row, column, value)
            if "number-columns-spanned" not in own or own["number-columns-spanned"] == "1":
                sheet.merge_down(self._row, self._column, _count(own, "number-rows-spanned") - 1)
        self._column += again

    def _value(self, own: Mapping[str, str]) -> Any:
        kind, text = own.get("value-type", ""), "\n".join(self._lines)[:_MOST_TEXT]
        if own.get("formula") and not text and not kind:
            return {"formula": own["formula"][:300]}
        if kind in ("float", "currency", "percentage"):
            return self._as_number(own, text)
        if kind == "boolean":
            return own.get("boolean-value") == "true"
        if kind == "date":
            return _date(own.get("date-value", "")) or text
        if kind == "time":
            return _duration(own.get("time-value", "")) or text
        return text or own.get("string-value", "")

    def _as_number(self, own: Mapping[str, str], text: str) -> Any:
        try:
            number = float(own.get("value", ""))
        except ValueError:
            return text
        if not abs(number) < 1e300:  # what is no number, or too large for JSON
            return text
        style = own.get("style-name") or next((name for end, name in self._columns if self._column < end), "")
        if style in self._scientific and scientific(number):
            return {"rounded": number}
        return number


def _count(own: Mapping[str, str], name: str) -> int:
    said = own.get(name, "1")
    return max(1, int(said)) if said.isascii() and said.isdecimal() and len(said) < 9 else 1


def _date(written: str) -> Any:
    try:
        if "T" not in written:
            return {"date": dt.date.fromisoformat(written).isoformat()}
        return {"datetime": dt.datetime.fromisoformat(written.partition(".")[0].removesuffix("Z")).isoformat()}
    except ValueError:
        return None


def _duration(written: str) -> Any:
    found = _DURATION.fullmatch(written)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    return {"timedelta": (days * 86400 + hours * 3600 + minutes * 60 + seconds) * (-1.0 if found[1] else 1.0)}
