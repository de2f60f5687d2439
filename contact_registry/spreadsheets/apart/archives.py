"""The archive that a workbook is: bounded before it is unpacked,
and mended where a program wrote it in a way that Excel forgives.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping

from contact_registry.spreadsheets.apart.limits import MAX_UNPACKED, Refused

_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)
_CELLS = re.compile(r"xl/worksheets/[^/]+\.bin", re.IGNORECASE)
_SHORT = range(12, 19)
"""Records of .xlsb that say no column: the cell stands behind the one before it. Their long forms are 11 less."""
_ROW, _LONG = 0, range(1, 12)


def check_unpacked(data: bytes) -> None:
    """Says early and exactly what the limits would otherwise say by an end of the process. Raises `Refused`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > 2000 or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Refused("import.too_large")
            if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise Refused("import.password_protected")
            if archive.testzip():  # a part that unpacks to more than it says it does fails its checksum here
                raise Refused("import.unreadable")
    except _BROKEN:
        raise Refused("import.unreadable") from None


def mended(data: bytes) -> bytes:
    """Mends an archive into what its standard says: paths with slashes, and cells of .xlsb that say where they stand. Most come
    back as they are.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        changed: dict[str, bytes] = {}
        for name in names:
            if _CELLS.fullmatch(_slashed(name)) and (cells := _with_columns(archive.read(name))) is not None:
                changed[name] = cells
        if not changed and not any("\\" in name or name.startswith(("/", "./")) for name in names):
            return data
        return _rewritten(archive, changed)


def _slashed(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./").lstrip("/")


def _rewritten(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as out:
        written = set()
        for part in archive.infolist():
            name = _slashed(part.filename)
            if name and name not in written and not part.is_dir():
                written.add(name)
                out.writestr(name, changed.get(part.filename) or archive.read(part))
    return made.getvalue()


def _with_columns(data: bytes) -> bytes | None:
    """A sheet of .xlsb with every short record made long; None where there is none. Raises `Refused` where records are cut."""
    out = bytearray()
    column, found, place = -1, False, 0
    try:
        while place < len(data):
            begin = place
            kind, place = _number(data, place, 2)
            size, place = _number(data, place, 4)
            body = data[place : place + size]
            if len(body) < size:
                raise Refused("import.unreadable")
            place += size
            if kind == _ROW:
                column = -1
            elif kind in _LONG and size >= 4:
                column = int.from_bytes(body[:4], "little")
            elif kind in _SHORT:
                found, column = True, column + 1
                out += bytes([kind - 11]) + _written(size + 4) + column.to_bytes(4, "little") + body
                continue
            out += data[begin:place]
    except IndexError:
        raise Refused("import.unreadable") from None
    return bytes(out) if found else None


def _number(data: bytes, place: int, most: int) -> tuple[int, int]:
    """A number in seven bits a byte, and where it ends."""
    value = 0
    for step in range(most):
        byte = data[place + step]
        value |= (byte & 0x7F) << (7 * step)
        if byte < 0x80:
            return value, place + step + 1
    return value, place + most


def _written(number: int) -> bytes:
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | 0x80 if number else byte)
        if not number:
            return bytes(out)
