"""Lists as text: no line is lost to a stray quotation mark, no letter to the encoding that a program happened to write."""

import csv
import io
import random
import re
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contact_registry.errors import ImportRefused
from contact_registry.lists import CheckedList, read_list
from contact_registry.spreadsheets.mojibake import repair_text
from contact_registry.spreadsheets.quoted_rows import lines_of, rows_of
from contact_registry.spreadsheets.text_encodings import decode, share_of_syllables
from tests.contact_registry.test_legacy_text import SYLLABLES
from tests.factories.lists import in_tcvn3, in_vni, xlsx

HEAD = ["STT", "Họ và tên", "Lớp", "SĐT mẹ"]


def pupils(count: int, seed: int = 1) -> list[list[str]]:
    chance = random.Random(seed)
    return [[str(n), " ".join(chance.choices(SYLLABLES, k=3)), "6A1", f"09123456{n:02}"] for n in range(1, count + 1)]


def lines(rows: Sequence[Sequence[str]], separator: str = ";") -> str:
    return "\r\n".join(separator.join(row) for row in [HEAD, *rows])


def names(checked: CheckedList) -> list[str]:
    return [row.pupil for row in checked.rows]


def numbers(checked: CheckedList) -> list[str]:
    return [number for row in checked.rows for _, number in row.phones]


cells = st.text(st.sampled_from("ab ,;\"\n'1"), max_size=8)


@given(st.lists(st.lists(cells, min_size=4, max_size=4), min_size=1, max_size=6), st.sampled_from(",;\t|"))
def test_what_a_program_quoted_by_the_standard_is_read_by_it(rows: list[list[str]], separator: str) -> None:
    """Where every cell of several lines stands in the last column but one,
    or no cell has so many separators that it looks like a row.
    """
    rows = [[cell.replace("\n", " ") if separator in cell or '"' in cell else cell for cell in row] for row in rows]
    rows = [[row[0].replace("\n", " ") or "x", row[1], row[2], row[3]] for row in rows]
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    assert rows_of(made.getvalue(), separator) == rows


@given(st.lists(st.text(st.sampled_from('ab;"\n1'), max_size=12), max_size=12))
@example(['"a;b', "c;d", 'e";f'])
def test_every_line_is_in_a_row(written: list[str]) -> None:
    content = "\n".join(written)
    kept = "".join("".join(row) for row in rows_of(content, ";"))
    assert re.sub(r'[";\n]', "", kept) == re.sub(r'[";\n]', "", content)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_a_stray_quotation_mark_costs_no_pupil(column: int, before: int, separator: str) -> None:
    rows = pupils(20)
    for stray in (1, 7):
        cell = rows[stray][column]
        rows[stray][column] = f'"{cell}' if before == 0 else f'{cell}"'
    read = read_list(lines(rows, separator).encode(), "")
    assert numbers(read) == [f"+849123456{n:02}" for n in range(1, 21)]
    assert names(read) == [row[1].replace('"', "") for row in rows]


@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_two_stray_marks_do_not_swallow_the_pupils_between_them(column: int) -> None:
    rows = pupils(20)
    rows[3][column], rows[9][column] = f'"{rows[3][column]}', f'{rows[9][column]}"'
    assert numbers(read_list(lines(rows).encode(), "")) == [f"+849123456{n:02}" for n in range(1, 21)]


def test_a_stray_mark_beside_cells_that_are_quoted_costs_no_pupil() -> None:
    rows = [[row[0], f'"{row[1]}"', *row[2:]] for row in pupils(20)]
    rows[4][1] = rows[4][1].rstrip('"')
    rows[9][1] = rows[9][1].replace(" ", ' "', 1)
    assert len(read_list(lines(rows, ",").encode(), "").rows) == 20


def test_a_cell_of_several_lines_is_one_cell() -> None:
    content = (
        '"Số\nTT","Họ và tên","Lớp","SĐT\nmẹ","Ghi chú"\n'
        '1,"An\n(nghỉ)",6A1,0912345601,"xem\nlại\n"\n'
        '2,Bình,6A1,"0912345602\n0912345603",\n'
    )
    read = read_list(content.encode(), "")
    assert [row.row for row in read.rows] == [2, 3]
    assert numbers(read) == ["+84912345601", "+84912345602", "+84912345603"]


def test_rows_that_were_pasted_into_the_first_column_are_rows() -> None:
    content = "\n".join(f'"{line}"' for line in lines_of(lines(pupils(5), ",")))
    assert len(read_list(content.encode(), "").rows) == 5


@pytest.mark.parametrize("end", [b"\x1a", b"\r\n\x1a\x1a\r\n", b"\0\0\0", b"\r\n\x1a\0"])
def test_what_dos_puts_behind_a_text_is_nothing(end: bytes) -> None:
    assert len(read_list(lines(pupils(3)).encode() + end, "").rows) == 3


@pytest.mark.parametrize("control", [*range(1, 9), 11, *range(14, 32), 127])
def test_a_control_character_costs_no_number(control: int) -> None:
    rows = [[row[0], row[1], row[2], f"{chr(control)}{row[3]}"] for row in pupils(4)]
    read = read_list(lines(rows).encode(), "")
    assert (numbers(read), {row.class_name for row in read.rows}) == ([f"+849123456{n:02}" for n in range(1, 5)], {"6A1"})


@pytest.mark.parametrize("byte", [0xA0, 0xEC, 0xFF, 0x80])
@pytest.mark.parametrize("column", [1, 3])
def test_one_damaged_byte_costs_its_cell_alone(byte: int, column: int) -> None:
    rows = pupils(10)
    whole = lines(rows).encode()
    cell = rows[4][column].encode()
    read = read_list(whole.replace(cell, cell + bytes([byte])), "")
    assert len(read.rows) == 10
    assert [(p.row, p.code) for p in read.problems] == [(6, "cell.letters_lost")]
    assert [name for n, name in enumerate(names(read)) if n != 4] == [row[1] for n, row in enumerate(rows) if n != 4]
    assert len(numbers(read)) == 10


ENCODINGS = {
    "windows-1258": lambda text: "".join(_in_1258(text)).encode("cp1258"),
    "tcvn3": lambda text: _western(in_tcvn3(text)),
    "vni": lambda text: _western(in_vni(text)),
}


def _in_1258(text: str) -> list[str]:
    """Base letters as the page has them, tones as marks behind."""
    out = []
    for letter in text:
        apart = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in apart[1:] if mark in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in tones))
        out.append(base + tones)
    return out


def _western(text: str) -> bytes:
    return bytes(ord(letter) if ord(letter) < 256 else letter.encode("cp1252")[0] for letter in text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("count", [2, 5, 40])
def test_the_old_encodings_are_told_apart_by_their_words(encoding: str, count: int) -> None:
    for seed in range(6):
        rows = pupils(count, seed)
        read = read_list(ENCODINGS[encoding](lines(rows)), "")
        assert [name.lower() for name in names(read)] == [row[1].lower() for row in rows], (
            "a capital of .VnTime is in another font"
        )
        assert read.legacy is not None
        assert read.legacy.encoding == encoding


def test_letters_lost_on_saving_are_not_taken_for_another_encoding() -> None:
    content = decode(lines(pupils(20)).encode("cp1252", "replace"))
    assert (content.page, content.font) == (None, None)
    assert "mẹ" not in content.content


@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map(" ".join), st.sampled_from(["cp1252", "cp1258"]))
def test_utf8_read_as_another_encoding_is_repaired(name: str, page: str) -> None:
    wrong = "".join(bytes([byte]).decode(page, errors="ignore") or chr(byte) for byte in name.encode())
    assert repair_text(wrong) == (None if name.isascii() else name)
    assert repair_text(name) is repair_text(in_tcvn3(name)) is repair_text(in_vni(name)) is None


def test_a_repaired_list_is_shown_to_be_confirmed() -> None:
    wrong = [[cell.encode().decode("cp1252", "replace") for cell in row] for row in [HEAD, *pupils(8)]]
    read = read_list(xlsx({"S": wrong}), "")
    assert read.legacy is not None
    assert (read.legacy.encoding, len(read.rows), len(numbers(read))) == ("utf-8", 8, 8)
    assert share_of_syllables(" ".join(names(read))) > 0.8


@pytest.mark.parametrize("count", [2, 5, 40])
def test_windows_1258_read_as_another_page_is_repaired_and_shown(count: int) -> None:
    for seed in range(6):
        rows = pupils(count, seed)
        wrong = [["".join(_in_1258(cell)).encode("cp1258").decode("cp1252") for cell in row] for row in [HEAD, *rows]]
        read = read_list(xlsx({"S": wrong}), "")
        assert names(read) == [row[1] for row in rows]
        assert (read.legacy.encoding if read.legacy else None, len(numbers(read))) == ("windows-1258", count)


def test_a_tenth_class_that_became_the_first_is_said() -> None:
    rows = [[str(n), "An", f"6.{number}", f"09123456{n:02}"] for n, number in enumerate([1, 2, 9, 1], start=1)]
    read = read_list(lines(rows).encode(), "")
    assert [(p.row, p.code) for p in read.problems] == [(2, "class.damaged"), (5, "class.damaged")]
    assert [row.class_name for row in read.rows] == ["", "6.2", "6.9", ""]
    rows[3][2] = "6.10"
    assert [row.class_name for row in read_list(lines(rows).encode(), "").rows] == ["6.1", "6.2", "6.9", "6.10"]


def test_a_line_without_end_is_no_list() -> None:
    with pytest.raises(ImportRefused, match=r"import\.unreadable"):
        read_list(b"STT;" + b"a" * 200_000, "")
