"""After the demo nobody on the sample lists stands anywhere in the clear: not in the database's files, the queue's, the logs."""

import csv
import io
import re
import unicodedata
from pathlib import Path

import openpyxl
import psycopg
import pytest

from service.database.roles import OWNER
from service.standalone import postgres
from service.standalone.home import Home
from tests.acceptance.clear_text import People, Searcher, files_with_people
from tests.acceptance.system import ROOT, running_system, short_home

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(300)]

SAMPLES = ROOT / "service/standalone/samples"
_HEXADECIMAL = re.compile(rb"\\{1,2}x((?:[0-9a-f]{2})*)")
IMPORTED = ("thcs-nguyen-binh-khiem.xlsx", "th-le-quy-don.csv")


def cells(name: str) -> list[str]:
    data = (SAMPLES / name).read_bytes()
    if name.endswith(".csv"):
        return [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";") for cell in row]
    workbook = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return [str(cell) for sheet in workbook for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]


def people() -> People:
    """Everybody on the lists that the demo imports, from every cell, wanted by us or not."""
    written = [unicodedata.normalize("NFC", cell).strip() for name in IMPORTED for cell in cells(name)]
    digits = ("".join(c for c in cell if c.isdigit()) for cell in written)
    names = {cell for cell in written if len(cell.split()) in (3, 4) and cell.istitle() and cell.replace(" ", "").isalpha()}
    return People(
        numbers=frozenset(each[-9:] for each in digits if 9 <= len(each) <= 12),
        emails=frozenset(cell for cell in written if "@" in cell and " " not in cell),
        names=frozenset(names),
    )


def test_after_the_demo_nobody_stands_in_the_clear() -> None:
    searched = people()
    assert min(len(searched.numbers), len(searched.names)) > 50
    assert searched.emails
    searcher = Searcher(searched)
    with short_home() as directory:
        with running_system(directory):
            home = Home.at(directory)
            # Long values lie compressed in the files: every row is looked at as text, too.
            rows = _rows(postgres.url(home, OWNER).replace("+psycopg", ""))
            assert {(table, kind) for table, row in rows for kind in searcher.found_in(row)} == set()
            assert {"contacts", "deliveries_0", "audit_events"} <= {table for table, _ in rows}
        # Stopped: PostgreSQL has written everything to its files, and its log of writes is there beside them.
        sizes = [file.stat().st_size for file in directory.rglob("*") if file.is_file()]
        assert sum(sizes) > 20_000_000
        assert files_with_people(searcher, directory.parent) == {}


def _rows(url: str) -> list[tuple[str, bytes]]:
    """Every row with its table. Bytes stand as they are: written as hexadecimal they would be full of digits that mean nothing."""
    with psycopg.connect(url) as conn:
        tables = conn.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        return [
            (table, _HEXADECIMAL.sub(lambda found: bytes.fromhex(found[1].decode()), row.encode()))
            for (table,) in tables.fetchall()
            for (row,) in conn.execute(f"SELECT t::text FROM {table} t".encode())
        ]


PLANTED = [
    ("+84912345678", {"number"}),
    ("gọi 0912 345 678 nhé", {"number"}),
    ("84.912.345.678", {"number"}),
    ("\\x00912345678", {"number"}),
    ("x=phuhuynh@example.com;", {"email"}),
    ("toPHUHUYNH@example.COM.", {"email"}),
    ("Lương Thị Riêng", {"name"}),
    (unicodedata.normalize("NFD", "Lương Thị Riêng"), {"name"}),
    ("luong thi rieng", {"name"}),
    ("4071 8826 3163 là số tra cứu, 113, Lương Thị Chung", set()),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
@pytest.mark.parametrize(("text", "kinds"), PLANTED)
def test_the_search_finds_who_was_left_in_the_clear(tmp_path: Path, text: str, kinds: set[str], encoding: str) -> None:
    searcher = Searcher(People(frozenset({"912345678"}), frozenset({"phuhuynh@example.com"}), frozenset({"Lương Thị Riêng"})))
    (tmp_path / "planted").write_bytes(b"\x80\xff" + text.encode(encoding) + b"\x03")
    assert files_with_people(searcher, tmp_path) == ({"planted": kinds} if kinds else {})
