"""Lists of every habit, and files that are none."""

import datetime as dt
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from contact_registry.errors import ImportRefused
from contact_registry.headings.meanings import Field, read_heading
from contact_registry.lists import read_list
from contact_registry.spreadsheets.file_kinds import MAX_BYTES


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def xlsx(*rows: list[object], title: str = "6A1") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def codes(data: bytes) -> list[list[str]]:
    return [[p.code for p in row.problems] for row in read_list(data, "").rows]


def refusal(data: bytes) -> str:
    with pytest.raises(ImportRefused) as refused:
        read_list(data, "")
    return refused.value.code


@pytest.mark.parametrize(
    ("above", "own", "field", "role"),
    [
        ("", "SĐT cha", Field.PHONE, "father"),
        ("", "Số điện thoại của mẹ (*)", Field.PHONE, "mother"),
        ("", "ĐT liên hệ", Field.PHONE, "parent"),
        ("", "SĐT PHHS", Field.PHONE, "parent"),
        ("", "SĐT người giám hộ", Field.PHONE, "guardian"),
        ("Thông tin cha", "SĐT", Field.PHONE, "father"),
        ("Số điện thoại", "Mẹ", Field.PHONE, "mother"),
        ("", "Zalo", Field.PHONE, "parent"),
        ("", "Địa chỉ email", Field.EMAIL, "parent"),
        ("", "Địa chỉ", Field.DROPPED, "parent"),
        ("", "Số định danh cá nhân", Field.DROPPED, "parent"),
        ("", "SĐT GVCN", Field.DROPPED, "parent"),
        ("", "SĐT học sinh", Field.DROPPED, "parent"),
        ("Thông tin mẹ", "Nghề nghiệp", Field.DROPPED, "mother"),
        ("", "Họ tên mẹ", Field.IGNORED, "mother"),
        ("", "Họ và tên (*)", Field.NAME, "parent"),
        ("", "Họ đệm", Field.FAMILY_NAME, "parent"),
        ("", "Tên", Field.GIVEN_NAME, "parent"),
        ("", "Khối/Lớp", Field.CLASS, "parent"),
        ("", "Mã học sinh", Field.PUPIL_CODE, "parent"),
        ("", "Xe đưa đón", Field.UNKNOWN, "parent"),
    ],
)
def test_headings(above: str, own: str, field: Field, role: str) -> None:
    heading = read_heading(above, own)
    assert (heading.field, heading.role) == (field, role)


def test_every_kind_of_text_file_reads_the_same() -> None:
    lines = "STT;Họ tên;Lớp;SĐT\n1;Đặng Văn Ánh;6A1;0912345678\n"
    want = read_list(lines.encode(), "").rows
    assert want[0].pupil == "Đặng Văn Ánh"
    for data in (lines.encode("utf-8-sig"), lines.replace(";", "\t").encode("utf-16"), lines.replace(";", ",").encode()):
        assert read_list(data, "").rows == want


def test_a_damaged_or_missing_class_is_an_error_and_the_row_still_counts() -> None:
    head: list[object] = ["STT", "Họ tên", "Lớp", "SĐT"]
    data = xlsx(
        head,
        [1, "A B", dt.datetime(2026, 1, 6), "0912345678"],  # noqa: DTZ001 - as a spreadsheet has it
        [2, "C D", 6.1, "0912345679"],
        [3, "E F", None, "0912345670"],
        [4, "G H", "6/1", "0912345671"],
        title="Sheet1",
    )
    assert codes(data) == [["class.damaged"], ["class.damaged"], ["class.missing"], []]
    assert read_list(data, "").counts.phones == 4
    assert codes(csv("STT;Họ tên;Lớp;SĐT", "1;A B;6-Jan;0912345678", "2;C D;60;0912345678")) == [["class.damaged"]] * 2


def test_the_class_may_stand_only_in_a_title_or_the_sheets_name() -> None:
    rows: tuple[list[object], ...] = (["STT", "Họ tên", "SĐT"], [1, "A B", "0912345678"])
    assert read_list(xlsx(*rows, title="Lớp 7A2"), "").rows[0].class_name == "7A2"
    titled: list[object] = ["DANH SÁCH HỌC SINH LỚP 8A3"]
    assert read_list(xlsx(titled, *rows, title="Sheet1"), "").rows[0].class_name == "8A3"
    assert codes(xlsx(*rows, title="Sheet1")) == [["class.missing"]]


def test_several_tables_on_one_sheet_and_what_stands_between_them() -> None:
    data = xlsx(
        ["DANH SÁCH LỚP 6A1"],
        ["STT", "Họ tên", "SĐT"],
        [1, "Hồ Tên", "0912345678"],
        [None, "Tổng số: 1 học sinh"],
        [None, "GVCN", None],
        ["DANH SÁCH LỚP 6A2"],
        ["STT", "Họ tên", "Địa chỉ", "SĐT mẹ"],
        [1, "C D", "Ấp 3", "0912345679"],
        [None, None, "Ngày 5 tháng 9 năm 2026"],
        [None, "HIỆU TRƯỞNG"],
        [None, "Lê Thị Hiền"],
        title="Sheet1",
    )
    rows = read_list(data, "").rows
    assert [(r.row, r.class_name, [p for _, p in r.phones]) for r in rows] == [
        (3, "6A1", ["+84912345678"]),
        (8, "6A2", ["+84912345679"]),
    ]


def test_a_repeated_row_and_a_number_beside_many_pupils_are_warned_of() -> None:
    lines = [f"{n};Học Sinh {chr(64 + n)};6A1;0912345678" for n in range(1, 7)]
    found = codes(csv("STT;Họ tên;Lớp;SĐT", *lines, "7;Học Sinh A;6A1;0912345678"))
    assert found[:6] == [["phone.shared"]] * 6
    assert found[6] == ["row.duplicate", "phone.shared"]
    assert codes(csv("STT;Họ tên;Lớp;SĐT", *lines[:5])) == [[]] * 5


def test_an_unknown_column_is_left_out_and_named() -> None:
    checked = read_list(csv("STT;Họ tên;Lớp;SĐT;Xe đưa đón", "1;A B;6A1;0912345678;51B-123"), "")
    assert [(p.row, p.column, p.code) for p in checked.problems] == [(1, "Xe đưa đón", "column.unknown")]


def test_a_pupil_code_that_is_an_identity_number_is_dropped() -> None:
    assert read_list(csv("Mã HS;Họ tên;Lớp;SĐT", "075213004567;A B;6A1;0912345678"), "").dropped_columns == ("Mã HS",)
    assert read_list(csv("Mã HS;Họ tên;Lớp;SĐT", "HS0012;A B;6A1;0912345678"), "").dropped_columns == ()


def test_a_parent_of_two_is_one_contact_and_their_email_is_theirs() -> None:
    checked = read_list(
        csv(
            "STT;Họ tên;Lớp;SĐT mẹ;Email",
            "1;A B;6A1;0912345678;a@example.com",
            "2;A C;7A1;0912345678;",
            "3;D E;7A1;;D@Example.com",
        ),
        "",
    )
    assert (checked.counts.contacts, checked.counts.phones, checked.counts.emails) == (2, 1, 2)


def test_files_that_are_no_lists() -> None:
    assert refusal(b"") == "import.unreadable"
    assert refusal(b"%PDF-1.7 ...") == "import.unreadable"
    assert refusal(b"\x89PNG\r\n\x1a\n\x00\x00") == "import.unreadable"
    assert refusal(b"<html><table></table></html>") == "import.unreadable"
    assert refusal(b"PK\x03\x04 a zip of something") == "import.unreadable"
    assert refusal(b"PK\x03\x04 xl/workbook.xml cut off") == "import.unreadable"
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "import.unreadable"
    assert refusal(b"x" * (MAX_BYTES + 1)) == "import.too_large"
    protected = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le")
    assert refusal(protected) == "import.password_protected"


def test_a_list_without_a_contact_column() -> None:
    assert refusal(csv("STT;Họ tên;Lớp", "1;A B;6A1")) == "import.no_contact_column"
    assert refusal(csv("Chào quý phụ huynh")) == "import.no_contact_column"
    assert refusal(xlsx(["STT", "Họ tên", "Lớp", "SĐT GVCN"], [1, "A B", "6A1", "0912345678"])) == "import.no_contact_column"


def test_a_part_that_lies_about_its_size_is_not_unpacked() -> None:
    data = bytearray(xlsx(["STT", "Họ tên", "SĐT"], [1, "A B", "0912345678"]))
    name = data.rindex(b"xl/styles.xml")  # the last time a name stands in an archive is in its directory
    data[name - 22 : name - 18] = (10).to_bytes(4, "little")  # the unpacked size it claims
    assert refusal(bytes(data)) == "import.unreadable"


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for start in (b"", b"STT;H\xe1\xbb\x8d t\xc3\xaan;SDT\n1;"):
        with suppress(ImportRefused):  # anything else is a bug
            read_list(start + data, "")
