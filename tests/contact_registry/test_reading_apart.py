"""A small list read in a process of its own: the same cells, the same refusals, within its bounds, and nothing left behind."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as time_of_day

import psutil
import pytest

from contact_registry.errors import ImportRefused
from contact_registry.office_tables import read_cells_apart, read_table, read_table_apart
from contact_registry.spreadsheets.marks import Formula
from contact_registry.spreadsheets.sheets import FEW_CELLS, read_cells
from tests.contact_registry.test_plain_tables import COLUMNS, ROWS, as_text, xlsx
from tests.factories.lists import Rows
from tests.factories.waiting import until

TYPED: Rows = [
    ["code", "name", "other"],
    ["a", date(2026, 8, 1), 1],
    ["b", 7.5, True],
    ["c", datetime(2026, 8, 1, 7, 30), None],  # noqa: DTZ001 - a spreadsheet knows no zone
    ["d", time_of_day(7, 30), "=1+1"],
]


@pytest.mark.parametrize(
    "made",
    [lambda: as_text(ROWS), lambda: as_text(ROWS, ";"), lambda: xlsx(ROWS), lambda: xlsx(TYPED)],
    ids=["text", "other", "xlsx", "typed"],
)
async def test_it_reads_what_is_read_here(made: Callable[[], bytes]) -> None:
    data = made()
    assert await read_table_apart(data, COLUMNS, most=10) == read_table(data, COLUMNS, most=10)


async def test_cells_are_read_as_here() -> None:
    data = xlsx(TYPED)
    assert [list(row) for row in await read_cells_apart(data)] == [list(row) for row in read_cells(data)]


async def test_a_cell_that_says_less_than_it_seems_to_says_so_still() -> None:
    data = xlsx([["code", "name"], ["=1+1", 819_000_000.0]])
    (_, (formula, _)) = await read_cells_apart(data)
    assert isinstance(formula, Formula)


@pytest.mark.parametrize(
    ("data", "code"),  # made when it is needed: a large workbook takes seconds
    [
        (b"a,b\n1,2\n", "bulk.no_heading"),
        (as_text(ROWS), "bulk.too_many_rows"),
        (b"\x89PNG\x00", "import.unreadable"),
        (b"", "import.unreadable"),
        (b"PK\x03\x04 xl/workbook", "import.unreadable"),
        (("code,name\n" + ",".join("x" * 200) + "\n").encode() * 3000, "import.too_large"),
        (lambda: xlsx([["code", "name"], *([["a", "b"] + ["x"] * 398] * (FEW_CELLS // 400 + 10))]), "import.too_large"),
    ],
    ids=["no heading", "too many", "no list", "nothing", "no workbook", "too large", "too large a workbook"],
)
async def test_what_is_no_such_list_is_refused_with_its_code(data: bytes | Callable[[], bytes], code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        await read_table_apart(data if isinstance(data, bytes) else data(), COLUMNS, most=1)
    assert refused.value.code == code


async def test_whoever_reads_gives_way_and_ends_with_whoever_asked() -> None:
    wide = ",".join("x" for _ in range(40))
    data = ("code,name\n" + (wide + "\n") * 4900).encode()
    reading = asyncio.create_task(read_table_apart(data, COLUMNS, most=5000))
    reader = await until("somebody reads", _reader, every=0.001)
    await until("it gives way", reader.nice, every=0.001)
    assert reader.nice() == 10
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not reader.is_running()


def _reader() -> psutil.Process | None:
    for child in psutil.Process().children():
        if any("reading_apart" in word for word in child.cmdline()):
            return child
    return None
