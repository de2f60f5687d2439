"""From bytes to cells: spreadsheets (in a process of their own) and text, bounded, in the letters that a person saw."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from contact_registry.classes.in_sheets import without_addresses
from contact_registry.errors import ImportRefused
from contact_registry.spreadsheets.excel_process import Refused, read_apart
from contact_registry.spreadsheets.file_kinds import sniff
from contact_registry.spreadsheets.legacy_text import Font, LegacyText, convert
from contact_registry.spreadsheets.mojibake import repair, repair_page, repair_text
from contact_registry.spreadsheets.quoted_rows import lines_of, rows_of
from contact_registry.spreadsheets.text_encodings import decode

FEW_CELLS = 200_000
"""Of a list that is read while somebody waits: an office's own, or rows sent back corrected."""
_TOLD_BY = 200
"""Columns that tell what separates a text's columns: no list has more, and a file made to keep us busy has a million."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows from the first row of the sheet. `name` is None for text files. `typed`: numbers and dates are told from text.
    `merged_up`: (row, column) → row of the value, for cells merged over several rows. `hidden`: rows that nobody sees, by a
    filter or by hand.
    """

    name: str | None
    rows: Sequence[Sequence[object]] = field(repr=False)
    typed: bool
    merged_up: dict[tuple[int, int], int]
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The visible sheets. `hidden_sheets`: names of those that nobody sees, which are not read."""

    sheets: tuple[Sheet, ...]
    legacy: LegacyText | None = None
    hidden_sheets: tuple[str, ...] = ()


def read_workbook(data: bytes, best_columns: Callable[[Sequence[Sequence[object]]], int]) -> Workbook:
    """Reads all visible sheets. `best_columns` says how many headings a table has,
    to find out what separates a text's columns.
    """
    kind = sniff(data)
    if kind != "text":
        sheets, hidden = _read_apart(data)
        return _in_unicode(Workbook(sheets, hidden_sheets=hidden))
    decoded = decode(data)
    content, said = _said_separator(decoded.content)
    rows = rows_of(content, said or _separator(content, best_columns))
    read = _in_unicode(Workbook((Sheet(None, rows, typed=False, merged_up={}),)), decoded.font)
    return replace(read, legacy=LegacyText(decoded.page, ())) if decoded.page and read.legacy is None else read


def _in_unicode(workbook: Workbook, font: Font | None = None) -> Workbook:
    """Converts sheets in an old font, repairs those read in a wrong encoding, and says what there is to confirm about it."""
    read = []
    legacy = workbook.legacy
    for sheet in workbook.sheets:
        name = (repair_text(sheet.name) if sheet.name else None) or sheet.name
        rows, told = sheet.rows, None
        if repaired := repair(rows):
            rows, told = repaired.rows, LegacyText("utf-8", repaired.samples)
        elif paged := repair_page(rows):
            rows, told = paged.rows, LegacyText("windows-1258", paged.samples)
        elif converted := convert(rows, font):
            rows, told = converted.rows, LegacyText(converted.font, converted.samples)
        read.append(replace(sheet, name=name, rows=rows) if told or name != sheet.name else sheet)
        legacy = legacy or told
    return replace(workbook, sheets=tuple(read), legacy=legacy)


def read_cells(data: bytes) -> Sequence[Sequence[object]]:
    """Reads the first visible sheet of a workbook that is no school list, cell by cell. Raises `ImportRefused`."""
    if sniff(data) == "text":
        raise ImportRefused("import.unreadable")
    sheets, _ = _read_apart(data)
    require_few(sheets)
    return sheets[0].rows if sheets else ()


def require_few(sheets: Sequence[Sheet]) -> None:
    """Holds a list that is read while somebody waits to its size. Raises `ImportRefused("import.too_large")`."""
    if sum(len(row) for sheet in sheets for row in sheet.rows) > FEW_CELLS:
        raise ImportRefused("import.too_large")


def _read_apart(data: bytes) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    try:
        found = read_apart(data)
    except Refused as refused:
        raise ImportRefused(str(refused)) from None
    sheets = tuple(
        Sheet(_in_the_open(sheet.name) or None, sheet.rows, typed=sheet.typed, merged_up=sheet.merged, hidden=sheet.hidden)
        for sheet in found.sheets
    )
    return sheets, tuple(map(_in_the_open, found.hidden_sheets))


def _in_the_open(name: str) -> str:
    """The name of a sheet, without what a database cannot keep and without somebody's number or email."""
    return without_addresses(name.replace("\0", ""))


def _said_separator(content: str) -> tuple[str, str | None]:
    """Takes off Excel's own hint, a first line "sep=;" that no spreadsheet shows or counts; and what it says."""
    line, _, rest = content.partition("\n")
    said = re.fullmatch(r'"?sep=([;,\t|])"?\s*', line)
    return (rest, said[1]) if said else (content, None)


def _separator(content: str, best_columns: Callable[[Sequence[Sequence[object]]], int]) -> str:
    head = "\n".join(lines_of(content)[:40])
    return max(";,\t|", key=lambda mark: best_columns([row[:_TOLD_BY] for row in rows_of(head, mark)]))
