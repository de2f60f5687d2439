"""Reading a spreadsheet in a process of its own: what a file makes the reader do, it does to nobody else.

A few hundred bytes can name a cell in the last row of the last column, and a reader that allocates the rectangle dies on the
spot, out of reach of any `except`. So a program (`apart.program`) is started by a clean interpreter, with a limit on memory and
time, without the caller's environment (which holds keys); the list comes in over stdin and cells go out over stdout, as JSON. It
loads no more of ours than reads cells: it starts in hundredths of a second, and there is nothing in it to find.
"""

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from contact_registry.spreadsheets.apart.limits import MAX_CELLS, MAX_ROWS, MAX_SECONDS, Refused
from contact_registry.spreadsheets.marks import Formula, Rounded

__all__ = ["MAX_CELLS", "MAX_ROWS", "MAX_SECONDS", "PROGRAM", "ReadSheet", "ReadWorkbook", "Refused", "read_apart"]

PROGRAM = Path(__file__).resolve().parent / "apart" / "program.py"

Cells = list[list[Any]]
Merged = dict[tuple[int, int], int]

# JSON has no dates, and a class that is a date must not look like text; nor has it cells that say less than they seem to.
_KINDS: dict[str, Callable[[Any], Any]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
    "formula": Formula,
    "rounded": Rounded,
}


class ReadSheet(NamedTuple):
    """A visible sheet. `merged`: (row, column) → row of the value for cells merged over several rows.
    `hidden`: rows nobody sees.
    """

    name: str
    rows: Cells
    merged: Merged
    hidden: frozenset[int]
    typed: bool


@dataclass(frozen=True, slots=True)
class ReadWorkbook:
    """`hidden_sheets`: names of the sheets that nobody sees."""

    sheets: tuple[ReadSheet, ...]
    hidden_sheets: tuple[str, ...]


def read_apart(data: bytes, *, seconds: float = MAX_SECONDS) -> ReadWorkbook:
    """Reads a spreadsheet of any kind but text.

    Raises `Refused`: also if the process died or was not done in time, whatever the file did to it.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(PROGRAM)],
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
    return ReadWorkbook(tuple(_sheet(**sheet) for sheet in answer["sheets"]), tuple(answer["hidden_sheets"]))


def _sheet(name: str, rows: Cells, merged: list[tuple[int, int, int]], hidden: list[int], *, typed: bool) -> ReadSheet:
    for row in rows:
        for column, value in enumerate(row):
            if isinstance(value, dict):
                ((kind, written),) = value.items()
                row[column] = _KINDS[kind](written)
    return ReadSheet(name, rows, {(row, column): top for row, column, top in merged}, frozenset(hidden), typed)
