"""From bytes to cells: Excel (.xlsx, .xls) and text (UTF-8, UTF-16, Windows-1258), bounded before anything is unpacked.

A list is at most 10 MB; a spreadsheet's real size is read off its XML first, because a few kilobytes can unpack to gigabytes or
name a cell in the last row of the last column.
"""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from contact_registry.errors import ImportRefused

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 150 * 1024 * 1024
MAX_CELLS = 3_000_000
MAX_ROWS = 60_000

Format = Literal["xlsx", "xls", "text"]

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CELL = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_SHEET_XML = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows from the first row of the sheet. `name` is None for text files. `typed`: numbers and dates are told from text.
    `merged_up`: (row, column) → row of the value, for cells merged over several rows.
    """

    name: str | None
    rows: Sequence[Sequence[object]] = field(repr=False)
    typed: bool
    merged_up: dict[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Workbook:
    sheets: tuple[Sheet, ...]
    file_format: str
    legacy_encoding: bool = False


def sniff(data: bytes) -> Format:
    """What the bytes look like, cheaply. Raises `ImportRefused`: too large, protected, or plainly no list (a photo, a PDF)."""
    if len(data) > MAX_BYTES:
        raise ImportRefused("import.too_large")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise ImportRefused("import.password_protected")
        return "xls"
    if data.startswith(_ZIP):
        if b"xl/workbook" not in data:
            raise ImportRefused("import.unreadable")
        return "xlsx"
    head = data[:4096]
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    control = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
    if not data.strip() or (control and not utf16) or head.startswith((b"%PDF", b"{\\rtf")) or head.lstrip()[:1] == b"<":
        raise ImportRefused("import.unreadable")
    return "text"


def read_workbook(data: bytes, best_columns: Callable[[Sequence[Sequence[object]]], int]) -> Workbook:
    """All visible sheets. `best_columns` says how many headings a table has, to find out what separates a text's columns."""
    kind = sniff(data)
    if kind == "text":
        return _read_text(data, best_columns)
    if kind == "xlsx":
        _check_unpacked(data)
    return Workbook(_read_excel(data), kind)


def _check_unpacked(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > 2000 or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise ImportRefused("import.too_large")
            if archive.testzip():  # a part that unpacks to more than it says it does fails its checksum here
                raise ImportRefused("import.unreadable")
            cells = sum(_area(archive, part) for part in parts if _SHEET_XML.fullmatch(part.filename))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ImportRefused("import.unreadable") from None
    if cells > MAX_CELLS:
        raise ImportRefused("import.too_large")


def _area(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Cells of the rectangle that a dense reader would make of one sheet. The part unpacks to what it says (zipfile checks)."""
    with archive.open(part) as stream:
        content = stream.read(MAX_UNPACKED)
    last_row = last_column = 1
    for found in _CELL.finditer(content):
        last_row = max(last_row, int(found[2]))
        column = 0
        for letter in found[1]:
            column = column * 26 + letter - 64
        last_column = max(last_column, column)
    return last_row * last_column


def _read_excel(data: bytes) -> tuple[Sheet, ...]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        # A hidden sheet is last year's list more often than this year's, and nobody looking at the file would see it.
        names = [meta.name for meta in workbook.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
        return _bounded(tuple(_excel_sheet(workbook, name) for name in names))
    except PasswordError:
        raise ImportRefused("import.password_protected") from None
    except (CalamineError, ValueError, OSError):
        raise ImportRefused("import.unreadable") from None
    except BaseException as error:
        # A damaged file can make the Rust reader panic; its exception stands outside Exception on purpose and has no public name.
        if type(error).__name__ == "PanicException":
            raise ImportRefused("import.unreadable") from None
        raise


def _excel_sheet(workbook: CalamineWorkbook, name: str) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise ImportRefused("import.too_large")
    merged = {
        (row, column): top
        for (top, column), (bottom, last_column) in (sheet.merged_cell_ranges or ())
        if column == last_column and bottom - top <= 1000
        for row in range(top + 1, bottom + 1)
    }
    return Sheet(name, sheet.to_python(skip_empty_area=False), typed=True, merged_up=merged)


def _bounded(sheets: tuple[Sheet, ...]) -> tuple[Sheet, ...]:
    if sum(len(sheet.rows) for sheet in sheets) > MAX_ROWS:
        raise ImportRefused("import.too_large")
    return sheets


def _read_text(data: bytes, best_columns: Callable[[Sequence[Sequence[object]]], int]) -> Workbook:
    content, legacy = _decode(data)
    head = "\n".join(content.splitlines()[:40])
    separator = max(";,\t|", key=lambda mark: best_columns(_split(head, mark)))
    rows = _split(content, separator)
    return Workbook(_bounded((Sheet(None, rows, typed=False, merged_up={}),)), "csv", legacy)


def _split(content: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=separator):
            rows.append(row)
            cells += len(row)
            if len(rows) > MAX_ROWS or cells > MAX_CELLS:
                raise ImportRefused("import.too_large")
    except csv.Error:  # a quote that never ends, so one cell of more than 128 KB
        raise ImportRefused("import.unreadable") from None
    return rows


def _decode(data: bytes) -> tuple[str, bool]:
    """The text, in NFC, and whether it came in Windows-1258, Vietnamese Excel's plain "CSV", tones as combining marks."""
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1258")
    for encoding in encodings:
        try:
            return unicodedata.normalize("NFC", data.decode(encoding)), encoding == "cp1258"
        except UnicodeDecodeError:
            continue
    raise ImportRefused("import.unreadable")
