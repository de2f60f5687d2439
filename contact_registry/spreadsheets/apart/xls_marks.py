"""What the library that reads .xls does not tell: hidden rows, and formulas that failed, which it gives as empty cells.

The workbook is a stream of records in a compound file ([MS-CFB], [MS-XLS]); a few kinds of them are looked at. What does not fit
is left alone: the library has read the file, and this only adds to it.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Any

from contact_registry.spreadsheets.apart.limits import MAX_CELLS, MAX_ROWS

_END = 0xFFFFFFFA
"""Sector numbers from here on are none: the end of a chain, free, the tables' own."""
_BOF, _EOF, _SHEET, _ROW, _BOOLEAN_OR_ERROR = (0x0809, 0x0509), 0x000A, 0x0085, 0x0208, 0x0205
_FORMULAS = (0x0006, 0x0206, 0x0406)
_HIDDEN = 0x20
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}


def mark(data: bytes, sheets: Sequence[dict[str, Any] | None]) -> None:
    """Marks what it finds in the sheets, in the order of the workbook; None for one that was not read."""
    stream = _workbook(data)
    begins = [struct.unpack_from("<I", body)[0] for kind, body in _records(stream, 0) if kind == _SHEET and len(body) > 5]
    if len(begins) != len(sheets):
        return
    for begin, sheet in zip(begins, sheets, strict=True):
        if sheet is not None:
            _mark_sheet(stream, begin, sheet)


def _mark_sheet(stream: bytes, begin: int, sheet: dict[str, Any]) -> None:
    rows: list[list[Any]] = sheet["rows"]
    hidden: set[int] = set()
    added = 0
    for kind, body in _records(stream, begin):
        if kind == _ROW and len(body) >= 14 and body[12] & _HIDDEN:
            hidden.add(struct.unpack_from("<H", body)[0])
        elif (error := _error(kind, body)) is not None:
            row, column = struct.unpack_from("<HH", body)
            added += column + 1
            if row >= MAX_ROWS or added > MAX_CELLS:
                return
            while len(rows) <= row:
                rows.append([])
            rows[row].extend([""] * (column + 1 - len(rows[row])))
            rows[row][column] = error
    sheet["hidden"] = sorted(row for row in hidden if row < len(rows))


def _error(kind: int, body: bytes) -> str | None:
    if kind == _BOOLEAN_OR_ERROR and len(body) >= 8 and body[7] == 1:
        return _ERRORS.get(body[6])
    if kind in _FORMULAS and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8])
    return None


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each record of one part: from its beginning to its end, charts within it left out."""
    depth = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind in _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _workbook(data: bytes) -> bytes:
    """The stream called Workbook (Book in Excel 5), where it lies in whole sectors; empty where there is none."""
    if len(data) < 512:
        return b""
    size = 1 << min(struct.unpack_from("<H", data, 30)[0], 12)
    if size not in (512, 4096):
        return b""
    sectors = len(data) // size
    first, more = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 68)[0]
    tables = [each for each in struct.unpack_from("<109I", data, 76) if each < _END]
    for _ in range(sectors):
        if more >= _END:
            break
        numbers = struct.unpack(f"<{size // 4}I", _sector(data, more, size))
        tables += [each for each in numbers[:-1] if each < _END]
        more = numbers[-1]
    chain: list[int] = []
    for table in tables[:sectors]:
        chain += struct.unpack(f"<{size // 4}I", _sector(data, table, size))
    folder = _stream(data, first, chain, size)
    for place in range(0, len(folder) - 127, 128):
        entry = folder[place : place + 128]
        name = entry[: max(0, min(entry[64], 64) - 2)].decode("utf-16-le", errors="replace")
        if name in ("Workbook", "Book"):
            begin, length = struct.unpack_from("<II", entry, 116)
            return _stream(data, begin, chain, size)[:length]
    return b""


def _stream(data: bytes, begin: int, chain: Sequence[int], size: int) -> bytes:
    found = []
    for _ in range(len(data) // size):  # a chain that bites its tail ends here
        if begin >= len(chain):
            break
        found.append(_sector(data, begin, size))
        begin = chain[begin]
    return b"".join(found)


def _sector(data: bytes, number: int, size: int) -> bytes:
    return data[(number + 1) * size : (number + 2) * size].ljust(size, b"\0")
