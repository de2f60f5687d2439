"""Reading an Excel file in a process of its own: what a file makes the reader do, it does to nobody else.

A few hundred bytes can name a cell in the last row of the last column, and a reader that allocates the rectangle dies on the spot,
out of reach of any `except`. So this file is started as a program by a clean interpreter, with a limit on memory and time, without
the caller's environment (which holds keys); the list comes in over stdin and cells go out over stdout, as JSON. It imports nothing
of ours: it starts in hundredths of a second, and there is nothing in it to find.
"""

import datetime as dt
import io
import resource
import signal
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

MAX_UNPACKED = 150 * 1024 * 1024
MAX_CELLS = 3_000_000
MAX_ROWS = 60_000
MAX_SECONDS = 60
_MAX_ANSWER = 100 * 1024 * 1024
_MEMORY = 900 * 1024 * 1024
"""Bytes beyond what the process has when it starts: under 1 GB in all. The largest list there may be takes half of it."""

Cells = list[list[Any]]
Merged = dict[tuple[int, int], int]

# JSON has no dates, and a class that is a date must not look like text. How each is written, and read again.
_TIMES: dict[str, Callable[[Any], Any]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
}


class Refused(Exception):
    """The file as a whole cannot be used; the argument is an import.* code."""


def read_apart(data: bytes, *, seconds: float = MAX_SECONDS) -> list[tuple[str, Cells, Merged]]:
    """The visible sheets: name, cells, and (row, column) → row of the value for cells merged over several rows.

    Raises `Refused`: also if the process died or was not done in time, whatever the file did to it.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(Path(__file__).resolve())],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            timeout=seconds,
            check=False,
            start_new_session=True,  # Ctrl-C stops the worker; it says nothing about the file
        )
        answer: dict[str, Any] = orjson.loads(done.stdout) if done.returncode == 0 else {"refused": "import.unreadable"}
    except (subprocess.TimeoutExpired, orjson.JSONDecodeError):
        raise Refused("import.unreadable") from None
    if "refused" in answer:
        raise Refused(answer["refused"])
    return [_sheet(**sheet) for sheet in answer["sheets"]]


def _sheet(name: str, rows: Cells, merged: list[tuple[int, int, int]]) -> tuple[str, Cells, Merged]:
    for row in rows:
        for column, value in enumerate(row):
            if isinstance(value, dict):
                ((kind, written),) = value.items()
                row[column] = _TIMES[kind](written)
    return name, rows, {(row, column): top for row, column, top in merged}


def main() -> None:
    """The program: a list over stdin, its cells or the reason against it over stdout."""
    _limit()
    try:
        answer = orjson.dumps(
            {"sheets": _read(sys.stdin.buffer.read())}, default=_written_time, option=orjson.OPT_PASSTHROUGH_DATETIME
        )
        if len(answer) > _MAX_ANSWER:
            raise Refused("import.too_large")
    except Refused as refused:
        answer = orjson.dumps({"refused": str(refused)})
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _limit() -> None:
    for signal_ in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_, signal.SIG_IGN)  # meant for the worker; the worker's end or our limits end us
    statm = Path("/proc/self/statm")
    begins_with = int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else _MEMORY
    for kind, limit in (
        (resource.RLIMIT_AS, begins_with + _MEMORY),
        (resource.RLIMIT_CPU, MAX_SECONDS),  # should the caller be gone, nobody else would stop us
        (resource.RLIMIT_CORE, 0),  # a core file would be a list of families in clear
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def _read(data: bytes) -> list[dict[str, Any]]:
    if data.startswith(b"PK"):
        _check_unpacked(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        # A hidden sheet is last year's list more often than this year's, and nobody looking at the file would see it.
        names = [meta.name for meta in workbook.sheets_metadata if meta.visible == SheetVisibleEnum.Visible]
        sheets, rows = [], 0
        for name in names:
            sheets.append(_read_sheet(workbook, name))
            rows += len(sheets[-1]["rows"])
            if rows > MAX_ROWS:
                raise Refused("import.too_large")
        return sheets
    except PasswordError:
        raise Refused("import.password_protected") from None
    except (CalamineError, ValueError, OSError):
        raise Refused("import.unreadable") from None


def _check_unpacked(data: bytes) -> None:
    """Says early and exactly what the limits would otherwise say by an end of the process."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > 2000 or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise Refused("import.too_large")
            if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                raise Refused("import.password_protected")
            if archive.testzip():  # a part that unpacks to more than it says it does fails its checksum here
                raise Refused("import.unreadable")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise Refused("import.unreadable") from None


def _read_sheet(workbook: CalamineWorkbook, name: str) -> dict[str, Any]:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height > MAX_ROWS or sheet.total_height * sheet.total_width > MAX_CELLS:
        raise Refused("import.too_large")
    down = [
        (top, column, bottom)
        for (top, column), (bottom, last_column) in (sheet.merged_cell_ranges or ())
        if column == last_column and bottom - top <= 1000
    ]
    if sum(bottom - top for top, _, bottom in down) > MAX_ROWS:  # no list merges more cells than it has rows, twice over
        raise Refused("import.too_large")
    merged = [(row, column, top) for top, column, bottom in down for row in range(top + 1, bottom + 1)]
    return {"name": name, "rows": sheet.to_python(skip_empty_area=False), "merged": merged}


def _written_time(value: object) -> dict[str, Any]:
    if isinstance(value, dt.timedelta):
        return {"timedelta": value.total_seconds()}
    if isinstance(value, dt.date | dt.time):
        return {type(value).__name__: value.isoformat()}
    raise TypeError(type(value).__name__)


if __name__ == "__main__":
    main()
