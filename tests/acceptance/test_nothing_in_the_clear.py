"""After the demo nobody on the sample lists stands anywhere in the clear: not in the database's files, the queue's, the logs."""

import csv
import io
import json
import re
import unicodedata
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import openpyxl
import psycopg
import pytest
import redis

from service.database.roles import OWNER
from service.standalone import postgres
from service.standalone.home import Home
from tests.acceptance.clear_text import People, Searcher, files_with_people
from tests.acceptance.system import ROOT, System, running_system, short_home
from tests.factories.waiting import wait_for

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


PRIVATE = People(
    numbers=frozenset({"961000001", "961000002", "961000003", "961000004"}),
    emails=frozenset({"thuongmai.rieng@example.com", "quanghuy.rieng@example.com"}),
    names=frozenset({"Thượng Mai Kín Đáo", "Đoàn Quang Huy Riêng", "Ngọc Ánh Bí Mật"}),
)
LIST = (
    "STT;Họ và tên;Lớp;SĐT mẹ;Email\n"
    "1;Thượng Mai Kín Đáo;6A1;0961000001;thuongmai.rieng@example.com\n"
    "2;Đoàn Quang Huy Riêng;6A1;0961000002/03;quanghuy.rieng@example.com, sai@\n"
    "3;Ngọc Ánh Bí Mật;6A2;0961.000.003;\n"
)


def use(system: System) -> None:
    """What a school does in a week, with people of its own, and the mistakes it makes: each may leave somebody somewhere."""
    made = system.call("POST", "/imports", files={"file": ("Thượng Mai Kín Đáo.csv", LIST.encode())}, data={"unit": "nbk-thcs"})
    path = f"/imports/{made['id']}"
    wait_for("the list is read", lambda: system.call("GET", path)["state"] == "checked", 60)
    assert system.call("GET", f"{path}/rows")["items"]
    cells = {"cells": {"SĐT mẹ": "0961000002", "Email": "quanghuy.rieng@example.com"}}
    system.call("PATCH", f"{path}/rows/1", key="clerk", json=cells)
    gone = system.call("GET", f"{path}/difference")["contacts"]["gone"]
    system.call("POST", f"{path}/apply", json={"confirm_gone": gone})
    system.settled(system.send("kin dao"), 60)
    (found,) = system.call("POST", "/contacts/search", json={"unit": "nbk-thcs", "name": "mai kin dao"})["items"]
    assert system.call("POST", f"/contacts/{found['id']}/reveal", json={"reason": "called_us"})["id"] == found["id"]
    taken_off = {"unit": "nbk-thcs", "phone": "0961 000 003", "reason": "wrong_person"}
    system.call("POST", "/suppressions", json=taken_off)
    for method, asked, body in (
        ("GET", "/contacts?phone=0961000001&name=Thượng Mai Kín Đáo&email=thuongmai.rieng@example.com", None),
        ("GET", "/units/0961000001", None),
        ("POST", "/contacts/search", {"unit": "nbk-thcs", "Thượng Mai Kín Đáo": "0961000001"}),
        (
            "POST",
            "/suppressions",
            {"unit": "0961000001", "phone": "Đoàn Quang Huy Riêng", "reason": "quanghuy.rieng@example.com"},
        ),
        (
            "POST",
            "/lookups",
            {"number": "0961000004", "text": "Chào Ngọc Ánh Bí Mật, gọi 0961000004, thuongmai.rieng@example.com"},
        ),
    ):
        answer = httpx.request(
            method,
            system.demo["api_url"] + asked,
            json=body,
            headers={"Authorization": f"Bearer {system.demo['api_keys']['clerk']}", "Idempotency-Key": "mot-lan"},
        )
        assert answer.status_code < 500
        assert "Traceback" not in answer.text
    spoiled = LIST.encode() + bytes(range(32))
    httpx.post(
        system.demo["api_url"] + "/imports",
        files={"file": ("0961000001.csv", spoiled)},
        data={"unit": "nbk-thcs"},
        headers={"Authorization": f"Bearer {system.demo['api_keys']['clerk']}"},
    )
    again = system.call("POST", f"{path}/undo")
    assert again["state"] == "undone"


def test_after_the_demo_nobody_stands_in_the_clear() -> None:
    listed = people()
    searched = People(listed.numbers | PRIVATE.numbers, listed.emails | PRIVATE.emails, listed.names | PRIVATE.names)
    assert min(len(searched.numbers), len(searched.names)) > 50
    assert searched.emails
    searcher = Searcher(searched)
    with short_home() as directory:
        with running_system(directory) as system:
            home = Home.at(directory)
            use(system)
            # Long values lie compressed in the files: every row is looked at as text, too.
            rows = _rows(postgres.url(home, OWNER).replace("+psycopg", ""))
            assert {(table, kind) for table, row in rows for kind in searcher.found_in(row)} == set()
            # the queue as the server itself would write it, and what it holds this moment
            queue = _queue(next(directory.rglob("valkey.sock")))
            assert {kind for each in queue for kind in searcher.found_in(each)} == set()
            assert {"contacts", "deliveries_0", "audit_events"} <= {table for table, _ in rows}
        # Stopped: PostgreSQL has written everything to its files, and its log of writes is there beside them.
        sizes = [file.stat().st_size for file in directory.rglob("*") if file.is_file()]
        assert sum(sizes) > 20_000_000
        assert files_with_people(searcher, directory.parent) == {}


def _queue(socket: Path) -> list[bytes]:
    """Every key and value Valkey holds, as it would write them down."""
    with redis.Redis(unix_socket_path=str(socket)) as valkey:
        keys: list[bytes] = list(valkey.scan_iter())
        return [part for key in keys for part in (key, valkey.dump(key) or b"")]


def _rows(url: str) -> list[tuple[str, bytes]]:
    """Every row with its table. Bytes stand as they are: written as hexadecimal they would be full of
    digits that mean nothing.
    """
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
    ("LUONG THI RIENG", {"name"}),
    ("lương thị riêng", {"name"}),
    (unicodedata.normalize("NFD", "LƯƠNG THỊ RIÊNG"), {"name"}),
    (json.dumps("Lương Thị Riêng"), {"name"}),
    (quote("?name=Lương Thị Riêng"), {"name"}),
    (quote_plus("?name=lương thị riêng&email=phuhuynh@example.com"), {"name", "email"}),
    ("4071 8826 3163 là số tra cứu, 113, Lương Thị Chung", set()),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("text", "kinds"), PLANTED)
def test_the_search_finds_who_was_left_in_the_clear(tmp_path: Path, text: str, kinds: set[str], encoding: str) -> None:
    searcher = Searcher(People(frozenset({"912345678"}), frozenset({"phuhuynh@example.com"}), frozenset({"Lương Thị Riêng"})))
    (tmp_path / "planted").write_bytes(b"\x80\xff" + text.encode(encoding) + b"\x03")
    assert files_with_people(searcher, tmp_path) == ({"planted": kinds} if kinds else {})
