"""Reading a small list for somebody who waits, in a process of its own and behind everybody else.

Whoever is asked by many cannot read a file between two questions: text takes the interpreter's lock, a spreadsheet its memory. So
the file goes to a program that gives way to every other process, and what comes back is no more than the columns that were asked
for.
"""

import asyncio
import datetime as dt
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from contact_registry.office_tables.reading import Columns, PlainTable

_SECONDS = 60
_MEMORY = 2048 * 1024 * 1024  # also of what reads a spreadsheet below it, which sets its own
_MOST_ANSWER = 20 * 1024 * 1024
_GIVES_WAY = 10
_PROGRAM = Path(__file__).resolve()

_TIMES: dict[str, Any] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
}


async def read_table_apart(data: bytes, columns: "Columns", *, most: int) -> "PlainTable":
    """Reads what `read_table` reads, and raises what it raises, in a process of its own."""
    from contact_registry.office_tables.reading import PlainTable, TableRow  # noqa: PLC0415 - the program begins without

    asked = {"columns": {name: list(headings) for name, headings in columns.items()}, "most": most}
    answer = await _ask(asked, data)
    rows = tuple(TableRow(row, {name: _read(cell) for name, cell in cells.items()}) for row, cells in answer["rows"])
    return PlainTable(answer["headings"], rows)


async def read_cells_apart(data: bytes) -> Sequence[Sequence[object]]:
    """Reads what `read_cells` reads, and raises what it raises, in a process of its own."""
    return [[_read(cell) for cell in row] for row in (await _ask({}, data))["cells"]]


async def _ask(asked: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    from contact_registry.errors import ImportRefused  # noqa: PLC0415

    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(_PROGRAM), str(_PROGRAM.parents[2])),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,  # it and what it starts end together
    )
    try:
        async with asyncio.timeout(_SECONDS):
            out, _ = await program.communicate(orjson.dumps(asked) + b"\n" + data)
        answer: dict[str, Any] = orjson.loads(out) if program.returncode == 0 else {"refused": "import.unreadable"}
    except (TimeoutError, orjson.JSONDecodeError):
        answer = {"refused": "import.unreadable"}
    finally:
        if program.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            await program.wait()
    if "refused" in answer:
        raise ImportRefused(answer["refused"])
    return answer


def _read(cell: Any) -> Any:
    from contact_registry.spreadsheets.marks import Formula, Rounded  # noqa: PLC0415

    if not isinstance(cell, dict):
        return cell
    ((kind, written),) = cell.items()
    return (_TIMES | {"formula": Formula, "rounded": Rounded})[kind](written)


def _written(value: object) -> dict[str, Any]:
    if isinstance(value, str | float):  # marked as saying less than it seems to
        return {type(value).__name__.lower(): str(value) if isinstance(value, str) else float(value)}
    if isinstance(value, dt.timedelta):
        return {"timedelta": value.total_seconds()}
    if isinstance(value, dt.date | dt.time):
        return {type(value).__name__: value.isoformat()}
    raise TypeError(type(value).__name__)


def main() -> None:
    """Runs the program: what is asked and a list over stdin, its cells or the reason against it over stdout."""
    os.nice(_GIVES_WAY)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))  # should the caller be gone, nobody else would stop us
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would be a list in clear
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # The packages without what they load: a database's and keys' code takes a second, and somebody waits.
    for name in ("contact_registry", "contact_registry.importing"):
        package = ModuleType(name)
        package.__path__ = [str(Path(sys.argv[1]).joinpath(*name.split(".")))]
        sys.modules[name] = package
    from contact_registry.errors import ImportRefused  # noqa: PLC0415
    from contact_registry.office_tables.reading import read_table  # noqa: PLC0415
    from contact_registry.spreadsheets.sheets import read_cells  # noqa: PLC0415

    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    asked = orjson.loads(head)
    answer: dict[str, Any]
    try:
        if asked:
            table = read_table(data, asked["columns"], most=asked["most"])
            answer = {"headings": table.headings, "rows": [[row.row, row.cells] for row in table.rows]}
        else:
            answer = {"cells": read_cells(data)}
        out = orjson.dumps(answer, default=_written, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS)
        if len(out) > _MOST_ANSWER:
            raise ImportRefused("import.too_large")
    except ImportRefused as refused:
        out = orjson.dumps({"refused": refused.code})
    sys.stdout.buffer.write(out)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
