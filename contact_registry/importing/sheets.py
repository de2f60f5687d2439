"""From bytes to cells: spreadsheets (.xlsx, .xls, .ods; in a process of their own) and text (UTF-8, UTF-16, Windows-1258), bounded."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from contact_registry.errors import ImportRefused
from contact_registry.importing.checked import LegacyText
from contact_registry.importing.classes import without_addresses
from contact_registry.importing.excel_process import MAX_CELLS, MAX_ROWS, Refused, read_apart
from contact_registry.importing.legacy_text import convert
from contact_registry.plain_text import composed

MAX_BYTES = 10 * 1024 * 1024
_TOLD_BY = 200
"""Columns that tell what separates a text's columns: no list has more, and a file made to keep us busy has a million."""

Format = Literal["xlsx", "xls", "ods", "text"]

_ODS = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"  # an .ods begins with its own name, by its standard
# What Excel 97 puts before an encrypted workbook's first other record: BOF, perhaps a mark against writing, FILEPASS.
_FILEPASS = re.compile(
    rb"\x09\x08(?:\x10\x00\x00\x06\x05\x00.{12}|\x08\x00\x00\x05\x05\x00.{4})(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    legacy: LegacyText | None = None


def sniff(data: bytes) -> Format:
    """What the bytes look like, cheaply. Raises `ImportRefused`: too large, protected, or plainly no list (a photo, a PDF)."""
    if len(data) > MAX_BYTES:
        raise ImportRefused("import.too_large")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data or _FILEPASS.search(data):
            raise ImportRefused("import.password_protected")
        return "xls"
    if data.startswith(_ZIP):
        if _ODS in data[:200]:
            return "ods"
        if b"xl/workbook" not in data:
            raise ImportRefused("import.unreadable")
        return "xlsx"
    head = data[:4096]
    utf16 = _utf16(head) is not None
    control = sum(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
    if not data.strip() or (control and not utf16) or head.startswith((b"%PDF", b"{\\rtf")) or head.lstrip()[:1] == b"<":
        raise ImportRefused("import.unreadable")
    return "text"


def read_workbook(data: bytes, best_columns: Callable[[Sequence[Sequence[object]]], int]) -> Workbook:
    """All visible sheets. `best_columns` says how many headings a table has, to find out what separates a text's columns."""
    kind = sniff(data)
    if kind == "text":
        content, old_page = _decode(data)
        content, said = _said_separator(content)
        rows = _split(content, said or _separator(content, best_columns))
        sheets: tuple[Sheet, ...] = (Sheet(None, rows, typed=False, merged_up={}),)
    else:
        sheets, old_page = _read_excel(data), False
    read, legacy = _in_unicode(sheets)
    if old_page and legacy is None:
        legacy = LegacyText("windows-1258", ())
    return Workbook(read, "csv" if kind == "text" else kind, legacy)


def _in_unicode(sheets: tuple[Sheet, ...]) -> tuple[tuple[Sheet, ...], LegacyText | None]:
    """The sheets, those in an old font converted, and what there is to confirm about it."""
    read = []
    legacy = None
    for sheet in sheets:
        converted = convert(sheet.rows)
        read.append(replace(sheet, rows=converted.rows) if converted else sheet)
        if converted and legacy is None:
            legacy = LegacyText(converted.font, converted.samples)
    return tuple(read), legacy


def read_cells(data: bytes) -> Sequence[Sequence[object]]:
    """The first visible sheet of a workbook that is no school list, cell by cell. Raises `ImportRefused`."""
    if sniff(data) == "text":
        raise ImportRefused("import.unreadable")
    sheets = _read_excel(data)
    return sheets[0].rows if sheets else ()


def _read_excel(data: bytes) -> tuple[Sheet, ...]:
    try:
        sheets = read_apart(data)
    except Refused as refused:
        raise ImportRefused(str(refused)) from None
    return tuple(
        Sheet(without_addresses(name.replace("\0", "")), rows, typed=True, merged_up=merged) for name, rows, merged in sheets
    )


def _said_separator(content: str) -> tuple[str, str | None]:
    """Excel's own hint, a first line "sep=;" that no spreadsheet shows or counts, taken off; and what it says."""
    line, _, rest = content.partition("\n")
    said = re.fullmatch(r"sep=([;,\t|])\s*", line)
    return (rest, said[1]) if said else (content, None)


def _separator(content: str, best_columns: Callable[[Sequence[Sequence[object]]], int]) -> str:
    head = "\n".join(content.splitlines()[:40])
    return max(";,\t|", key=lambda mark: best_columns([row[:_TOLD_BY] for row in _split(head, mark)]))


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


def _utf16(head: bytes) -> str | None:
    """Which UTF-16 it is: by its mark, or, where that was cut off, by the zero in every other byte of digits and separators."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) // 2 or min(even, odd) > 0:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decode(data: bytes) -> tuple[str, bool]:
    """The text, in NFC, and whether it came in Windows-1258, Vietnamese Excel's plain "CSV", tones as combining marks."""
    utf16 = _utf16(data[:4096])
    encodings = (utf16,) if utf16 else ("utf-8-sig", "cp1258")
    for encoding in encodings:
        try:
            return composed(data.decode(encoding)), encoding == "cp1258"
        except UnicodeDecodeError:
            continue
    raise ImportRefused("import.unreadable")
