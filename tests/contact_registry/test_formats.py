"""One list, in every format and encoding a school's computer writes."""

import io
import random
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import Literal

import openpyxl
import pytest
import xlsxwriter

from contact_registry.errors import ImportRefused
from contact_registry.lists import read_list
from tests.factories.lists import ods

ROWS: list[list[object]] = [
    ["TRƯỜNG THCS NGUYỄN BỈNH KHIÊM", "", "", "", ""],
    ["STT", "Họ đệm", "Tên", "Lớp", "SĐT mẹ"],
    [1, "Đặng Văn", "Ánh", "6A1", "0912345678"],
    [2, "Lê Thị Mỹ", "Lệ", "6A2", 987654321],
    ["", "", "", "", ""],
    ["Tổng cộng: 2 học sinh", "", "", "", ""],
    ["", "", "", "Hiệu trưởng", ""],
]
WANTED = [
    ("Đặng Văn Ánh", "6A1", "+84912345678", []),
    ("Lê Thị Mỹ Lệ", "6A2", "+84987654321", ["phone.zero_restored"]),
]


def xlsx() -> bytes:
    book, made = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in ROWS:
        book.active.append(row)
    book.save(made)
    return made.getvalue()


def text(separator: str, *, form: Literal["NFC", "NFD"] = "NFC") -> str:
    return unicodedata.normalize(form, "\r\n".join(separator.join(map(str, row)) for row in ROWS))


FILES = {
    "xlsx": xlsx(),
    "ods": ods({"Danh sách": ROWS}),
    "csv, UTF-8": text(",").encode(),
    "csv, UTF-8 with its mark": text(";").encode("utf-8-sig"),
    "csv, UTF-8 from a Mac": text(";", form="NFD").encode(),
    "tsv, UTF-16 with its mark": text("\t").encode("utf-16"),
    "tsv, UTF-16 without, little end first": text("\t").encode("utf-16-le"),
    "tsv, UTF-16 without, big end first": text("\t").encode("utf-16-be"),
}


@pytest.mark.parametrize("kind", FILES)
def test_one_list_is_one_list_in_every_format(kind: str) -> None:
    read = read_list(FILES[kind], "")
    found = [(r.pupil, r.class_name, r.phones[0][1], [p.code for p in r.problems]) for r in read.rows]
    assert found == WANTED
    assert [r.row for r in read.rows] == [3, 4], "as the spreadsheet shows them"


def test_a_sheet_a_class_in_an_ods_too() -> None:
    rows: list[list[object]] = [["STT", "Họ tên", "SĐT"], [1, "An", "0912345678"]]
    read = read_list(ods({"6A1": rows, "Lớp 6A2": rows}), "")
    assert [(r.sheet, r.class_name) for r in read.rows] == [("6A1", "6A1"), ("Lớp 6A2", "6A2")]


def test_a_formula_is_not_worked_out() -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet("6A1")
        sheet.write_row(0, 0, ["STT", "Họ tên", "SĐT"])
        sheet.write_row(1, 0, [1, "An"])
        sheet.write_formula(1, 2, '="0"&"912345678"', None, "0987654321")  # what Excel last saw stands beside it
    assert read_list(made.getvalue(), "").rows[0].phones == (("parent", "+84987654321"),)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(50), "import.unreadable"),
        (FILES["ods"].replace(b"spreadsheet", b"presentatio"), "import.unreadable"),
        (FILES["ods"][: len(FILES["ods"]) // 2], "import.unreadable"),
        (FILES["xlsx"][: len(FILES["xlsx"]) // 2], "import.unreadable"),
        (b"\x00" * 4096, "import.unreadable"),
        (",".join(f"Cột {n}" for n in range(10_000)).encode(), "import.no_contact_column"),
    ],
)
def test_what_is_no_list_gets_its_code(data: bytes, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_list(data, "")
    assert refused.value.code == code


SAMPLES = Path(__file__).parents[2] / "service" / "standalone" / "samples"


@pytest.mark.parametrize("name", sorted(file.name for file in SAMPLES.iterdir()))
def test_a_spoiled_file_is_read_or_refused_and_leaves_nothing_behind(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut short, bytes changed, pieces swapped or doubled: whatever comes of it, never an error of another kind."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    whole, chance = (SAMPLES / name).read_bytes(), random.Random(name)
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        cut = chance.randrange(len(data))
        spoiled = chance.choice(
            (bytes(data), bytes(data[:cut]), bytes(data[cut:]), bytes(data[cut:] + data[:cut]), bytes(data) * 2)
        )
        assert _outcome(spoiled) <= {
            "read",
            "import.unreadable",
            "import.no_contact_column",
            "import.one_column",
            "import.too_large",
        }
    assert list(tmp_path.iterdir()) == []


def _outcome(data: bytes) -> set[str]:
    """What became of it; a number that is none is an outcome of its own."""
    try:
        read = read_list(data, "")
    except ImportRefused as refused:
        return {refused.code}
    numbers = [number for row in read.rows for _, number in row.phones]
    return {"read"} | {number for number in numbers if not re.fullmatch(r"\+84[35789]\d{8}", number)}
