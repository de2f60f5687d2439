"""What the library that reads .xlsx does not tell: hidden rows, formulas without a result, formulas that failed, rounded numbers.

A search through the bytes says whether a sheet has any of it; most have not, and are not walked through.
"""

import posixpath
import re
import zipfile
from collections.abc import Mapping
from typing import Any

from contact_registry.spreadsheets.apart.grid import scientific
from contact_registry.spreadsheets.apart.limits import MAX_CELLS, MAX_ROWS, Refused
from contact_registry.spreadsheets.apart.safe_xml import parse

_FOUND: tuple[tuple[tuple[bytes, ...], re.Pattern[bytes]], ...] = (
    ((b"hidden",), re.compile(rb"""<(?:\w+:)?row\b[^>]*\shidden\s*=\s*["'](?:1|true)""")),
    ((b'ht="0', b"ht='0"), re.compile(rb"""<(?:\w+:)?row\b[^>]*\sht\s*=\s*["']0(?:\.0+)?["']""")),
    ((b'"e"', b"'e'"), re.compile(rb"""\st\s*=\s*["']e["']""")),
    (
        (b"<f", b":f"),
        re.compile(rb"(?:</(?:\w+:)?f\s*>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v\s*>\s*</|</(?:\w+:)?c\s*>)"),
    ),
)
"""What must stand in a sheet that has any of it, and the pattern that says so: a plain search is done in a tenth of the time."""
_ADDRESS = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_STYLES = "\0"  # no sheet is called that
_NO_HEIGHT = re.compile(r"0(?:\.0+)?")
_MAX_TEXT = 300
_SCIENTIFIC = {"11", "48"}  # Excel's own formats 0.00E+00 and ##0.0E+0
_NOT_UTF8 = (b"\xff\xfe", b"\xfe\xff", b"\0", b"<\0")


def mark(archive: zipfile.ZipFile, sheets: Mapping[str, dict[str, Any]]) -> None:
    """Marks what it finds in the sheets, by name, as the library read them (`rows`, `hidden`)."""
    parts = _parts(archive)
    rounded = _scientific_styles(archive, parts.pop(_STYLES, None))
    style = (
        re.compile(rb"\ss\s*=\s*[\"'](?:" + b"|".join(each.encode() for each in sorted(rounded)) + rb")[\"']")
        if rounded
        else None
    )
    for name, sheet in sheets.items():
        part = parts.get(name)
        if part is None:
            continue
        data = archive.read(part)
        if data.startswith(_NOT_UTF8) or _says_something(data) or (style and style.search(data)):
            _Walk(sheet, rounded).through(data)


def _says_something(data: bytes) -> bool:
    return any(any(each in data for each in plain) and pattern.search(data) is not None for plain, pattern in _FOUND)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → its part; `_STYLES` → that of the styles."""
    names = {name.lower(): name for name in archive.namelist()}
    workbook = next((names[each] for each in ("xl/workbook.xml",) if each in names), None)
    if workbook is None:
        return {}
    folder, file = posixpath.split(workbook)
    relations: dict[str, str] = {}
    found: dict[str, str] = {}

    def relation(tag: str, own: Mapping[str, str]) -> None:
        if tag == "Relationship" and own.get("TargetMode") != "External":
            target = own.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            relations[own.get("Id", "")] = path
            if own.get("Type", "").endswith("/styles") and path.lower() in names:
                found[_STYLES] = names[path.lower()]

    def sheet(tag: str, own: Mapping[str, str]) -> None:
        if tag == "sheet" and (path := relations.get(own.get("id", ""), "").lower()) in names:
            found[own.get("name", "")] = names[path]

    relationships = names.get(f"{folder}/_rels/{file}.rels".lower())
    if relationships is not None:
        parse([archive.read(relationships)], relation)
        parse([archive.read(workbook)], sheet)
    return found


def _scientific_styles(archive: zipfile.ZipFile, part: str | None) -> set[str]:
    """Numbers of the cell styles that show 8.19E+08."""
    formats, styles, inside, count = set(_SCIENTIFIC), set[str](), False, 0

    def start(tag: str, own: Mapping[str, str]) -> None:
        nonlocal inside, count
        if tag == "numFmt" and re.search(r"[0#?]E[+-]", re.sub(r'"[^"]*"', "", own.get("formatCode", "")), re.IGNORECASE):
            formats.add(own.get("numFmtId", ""))
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            if own.get("numFmtId") in formats:
                styles.add(str(count))
            count += 1

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    if part is not None:
        parse([archive.read(part)], start, end)
    return styles


class _Walk:
    """Through one sheet's cells."""

    def __init__(self, sheet: dict[str, Any], rounded: set[str]) -> None:
        self._sheet, self._rounded = sheet, rounded
        self._rows: list[list[Any]] = sheet["rows"]
        self._hidden: set[int] = set()
        self._row, self._column, self._added = -1, -1, 0
        self._cell: Mapping[str, str] = {}
        self._text: list[str] = []
        self._formula: str | None = None
        self._value: str | None = None
        self._shared: dict[str, str] = {}
        self._shares: str | None = None

    def through(self, data: bytes) -> None:
        parse([data], self._start, self._end, self._text.append)
        self._sheet["hidden"] = sorted(row for row in self._hidden if row < len(self._rows))

    def _start(self, tag: str, own: Mapping[str, str]) -> None:
        self._text.clear()
        if tag == "row":
            said = own.get("r", "")
            self._row, self._column = int(said) - 1 if said.isdecimal() else self._row + 1, -1
            if own.get("hidden") in ("1", "true") or _NO_HEIGHT.fullmatch(own.get("ht", "")):
                if len(self._hidden) > MAX_ROWS:
                    raise Refused("import.too_large")
                self._hidden.add(self._row)
        elif tag == "c":
            self._cell, self._formula, self._value, self._shares = own, None, None, None
            self._column += 1
            if address := _ADDRESS.fullmatch(own.get("r", "")):
                self._column = _column(address[1])
        elif tag == "f":
            self._formula = ""
            self._shares = own.get("si") if own.get("t") == "shared" else None

    def _end(self, tag: str) -> None:
        text = "".join(self._text)
        self._text.clear()
        if tag == "f":
            self._formula = text[:_MAX_TEXT]
            if self._shares is not None:
                self._formula = self._shared.setdefault(self._shares, self._formula) or self._formula
        elif tag == "v":
            self._value = text
        elif tag == "c" and 0 <= self._row < MAX_ROWS and 0 <= self._column < 16384:
            self._mark()

    def _mark(self) -> None:
        kind, value = self._cell.get("t", "n"), self._value
        if kind == "e" and value:
            self._put(value[:20])
        elif self._formula is not None and not value and kind != "str":
            self._put({"formula": "=" + self._formula})
        elif kind == "n" and value and self._cell.get("s") in self._rounded:
            try:
                number = float(value)
            except ValueError:
                return
            if scientific(number):
                self._put({"rounded": number})

    def _put(self, value: Any) -> None:
        while len(self._rows) <= self._row:  # a sheet of such cells only has no rows for the library
            self._rows.append([])
        row = self._rows[self._row]
        self._added += max(0, self._column + 1 - len(row))
        if self._added > MAX_CELLS:
            raise Refused("import.too_large")
        row.extend([""] * (self._column + 1 - len(row)))
        row[self._column] = value


def _column(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = place * 26 + ord(letter) - 64
    return place - 1
