"""Lists typed in the fonts before Unicode are read, and no list in Unicode is taken for one."""

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_registry.lists import read_list
from contact_registry.spreadsheets.legacy_text import convert, read_font
from tests.factories.lists import in_tcvn3, in_vni, ods

SAMPLES = Path(__file__).parents[2] / "service" / "standalone" / "samples"
SYLLABLES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Thị",
    "Văn",
    "Ngọc",
    "Hữu",
    "Đức",
    "Quỳnh",
    "Ánh",
    "Bích",
    "Chí",
    "Diễm",
    "Giàu",
    "Hạnh",
    "Khởi",
    "Lộc",
    "Mỹ",
    "Nghĩa",
    "Oanh",
    "Phượng",
    "Quý",
    "Sửu",
    "Thảo",
    "Tuyết",
    "Uyên",
    "Vượng",
    "Xuân",
    "Ý",
    "Yến",
    "Ẩn",
    "Ổn",
    "Ưng",
]
PUPILS = ("Nguyễn Văn Ánh", "Trần Thị Bích Phượng", "Đặng Hữu Nghĩa", "Lê Quỳnh Như", "Phạm Đức Thảo", "Võ Thị Mỹ Lệ")


@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=5))
def test_vni_comes_back_letter_for_letter(syllables: list[str]) -> None:
    name = " ".join(syllables)
    assert read_font(in_vni(name), "vni") == name


@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=5))
def test_tcvn3_comes_back_letter_for_letter_but_for_capitals_it_does_not_have(syllables: list[str]) -> None:
    name = " ".join(syllables)
    assert read_font(in_tcvn3(name), "tcvn3").lower() == name.lower()


@pytest.mark.parametrize(("font", "written"), [("tcvn3", in_tcvn3), ("vni", in_vni)])
@pytest.mark.parametrize("kept", [0, 1], ids=["headings too", "names only"])
def test_a_list_in_an_old_font_is_read_and_shown_to_be_confirmed(font: str, written: Callable[[str], str], kept: int) -> None:
    """With its headings in the font, too, a file that nobody has touched since 2005."""
    head = ["STT", "Họ và tên", "Lớp", "Điện thoại mẹ"]
    rows = [[n, written(name), "6A1", f"091234567{n}"] for n, name in enumerate(PUPILS)]
    data = ods({"6A1": [[each if kept else written(each) for each in head], *rows]})
    read = read_list(data, "")
    assert [row.pupil.lower() for row in read.rows] == [name.lower() for name in PUPILS]
    assert [row.phones for row in read.rows] == [(("mother", f"+8491234567{n}"),) for n in range(len(PUPILS))]
    assert [p.code for p in read.problems] == ["text.legacy_encoding"]
    assert read.legacy is not None
    assert read.legacy.encoding == font
    assert (written(PUPILS[0]), read.rows[0].pupil) in read.legacy.samples


def cells(name: str) -> list[list[object]]:
    data = (SAMPLES / name).read_bytes()
    if name.endswith(".csv"):
        return [list(row) for row in csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")]
    return [list(row) for sheet in openpyxl.load_workbook(io.BytesIO(data)) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("name", ["thcs-nguyen-binh-khiem.xlsx", "th-le-quy-don.csv"])
def test_a_list_in_unicode_is_left_as_it_is(name: str) -> None:
    assert convert(cells(name)) is None


def test_names_that_only_look_old_are_left_as_they_are() -> None:
    chance = random.Random(1)
    for names in (
        [" ".join(chance.choices(SYLLABLES, k=3)) for _ in range(200)],
        ["Lê Hà", "Lê Tú", "Tô Bá Quý", "Hoà Ê Ban", "Y Thanh Niê"],
        ["Françoise Noël", "José Peña", "Zoë Ångström", "Lê Văn Ánh", "Trần Thị Bưởi"],
        ["Nguyen Van An", "Tran Thi Binh © 2026"],
        [],
    ):
        assert convert([[name] for name in names]) is None


def test_rows_pasted_from_an_old_file_into_a_list_in_unicode_are_read_too() -> None:
    old, new = PUPILS[:3], ("Lê Hà", "Hoà Ê Ban", "Françoise Noël", *PUPILS[3:], *(f"Đỗ Thị Yến {n}" for n in range(9)))
    converted = convert([["Họ và tên", "Lớp"], *([name, "6A1"] for name in new), *([in_tcvn3(name), "6A1"] for name in old)])
    assert converted is not None
    assert [str(row[0]).lower() for row in converted.rows[1:]] == [name.lower() for name in (*new, *old)]
    assert converted.font == "tcvn3"
    assert converted.samples[0] == (in_tcvn3(old[0]), converted.rows[-3][0])


def test_signs_that_stand_behind_names_anywhere_are_left() -> None:
    new = ("Trần Thị Bưởi", "Võ Văn Ổn", "Đỗ Thị Yến")
    assert convert([[name] for name in (*new, "Tran Van An¹", "Le Thi Ba¹", "Zalo®", "Viber®", "Gal·la", "Vân © 2026")]) is None
