"""Headings in every way of writing them: what a column holds does not depend on how its heading is spelled."""

import unicodedata
from collections.abc import Callable

import pytest

from contact_registry.headings.meanings import Field, read_heading
from contact_registry.lists import read_list
from contact_registry.spreadsheets.written import written

HEADINGS = {
    "STT": (Field.ORDER, "parent"),
    "Số thứ tự": (Field.ORDER, "parent"),
    "Họ và tên": (Field.NAME, "parent"),
    "Họ tên học sinh": (Field.NAME, "parent"),
    "Học sinh": (Field.NAME, "parent"),
    "Họ đệm": (Field.FAMILY_NAME, "parent"),
    "Tên": (Field.GIVEN_NAME, "parent"),
    "Lớp": (Field.CLASS, "parent"),
    "Lớp học": (Field.CLASS, "parent"),
    "Khối": (Field.GRADE, "parent"),
    "Mã học sinh": (Field.PUPIL_CODE, "parent"),
    "SĐT": (Field.PHONE, "parent"),
    "SĐT mẹ": (Field.PHONE, "mother"),
    "SĐT cha": (Field.PHONE, "father"),
    "ĐT phụ huynh": (Field.PHONE, "parent"),
    "Số điện thoại bố": (Field.PHONE, "father"),
    "Điện thoại người giám hộ": (Field.PHONE, "guardian"),
    "Di động": (Field.PHONE, "parent"),
    "Email": (Field.EMAIL, "parent"),
    "Ngày sinh": (Field.DROPPED, "parent"),
    "Dân tộc": (Field.DROPPED, "parent"),
    "Địa chỉ": (Field.DROPPED, "parent"),
    "SĐT GVCN": (Field.DROPPED, "parent"),
    "Số định danh": (Field.DROPPED, "parent"),
    "Nghề nghiệp mẹ": (Field.DROPPED, "mother"),
    "Họ tên mẹ": (Field.IGNORED, "mother"),
    "Ghi chú": (Field.IGNORED, "parent"),
}


def unmarked(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in plain if not unicodedata.combining(c))


WAYS: dict[str, Callable[[str], str]] = {
    "as it is": lambda h: h,
    "capitals": str.upper,
    "small": str.lower,
    "title": str.title,
    "no marks": unmarked,
    "no marks, capitals": lambda h: unmarked(h).upper(),
    "a Mac's": lambda h: unicodedata.normalize("NFD", h),
    "eth": lambda h: h.replace("Đ", "Ð").replace("đ", "ð"),
    "African D": lambda h: h.replace("Đ", "\u0189").replace("đ", "\u0256"),
    "a colon": lambda h: f"{h}:",
    "a full stop": lambda h: f"{h}.",
    "breaks": lambda h: h.replace(" ", "\n"),
    "two spaces": lambda h: f"  {h.replace(' ', '  ')}\xa0",
    "a star": lambda h: f"{h} (*)",
    "a bare star": lambda h: f"{h}*",
    "a number before": lambda h: f"1. {h}",
    "a number in brackets": lambda h: f"(4) {h}",
    "a letter before": lambda h: f"a) {h}",
    "an example": lambda h: f"{h} (VD: 0912345678, an@example.com, 6A1)",
    "an example at its end": lambda h: f"{h}, ví dụ 0912345678",
    "an instruction": lambda h: f"{h} (ghi đủ, không để trống; hỏi giáo viên)",
    "a question of a form": lambda h: f"{h} (bắt buộc)",
    "underlines": lambda h: h.replace(" ", "_"),
    "hyphens": lambda h: h.replace(" ", "-"),
    "zero widths": "\u200b".join,
    "quotes": lambda h: f'"{h}"',
    "lost letters": lambda h: h.encode("cp1252", "replace").decode("cp1252"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_heading_is_the_same_in_every_way_of_writing_it(way: str) -> None:
    read = {heading: read_heading("", written(WAYS[way](heading))) for heading in HEADINGS}
    assert {heading: (found.field, found.role) for heading, found in read.items()} == HEADINGS


@pytest.mark.parametrize(
    ("heading", "field", "role"),
    [
        ("SĐT1", Field.PHONE, "parent"),
        ("SDT 2", Field.PHONE, "parent"),
        ("SĐT/Zalo", Field.PHONE, "parent"),
        ("SĐT-Zalo mẹ", Field.PHONE, "mother"),
        ("S.Đ.T mẹ", Field.PHONE, "mother"),
        ("S.T.T", Field.ORDER, "parent"),
        ("SĐTmẹ", Field.PHONE, "mother"),
        ("SDTPH", Field.PHONE, "parent"),
        ("HoTen", Field.NAME, "parent"),
        ("hovaten", Field.NAME, "parent"),
        ("TenLop", Field.CLASS, "parent"),
        ("SoDienThoaiMe", Field.PHONE, "mother"),
        ("DienThoai", Field.PHONE, "parent"),
        ("PhoneNumber", Field.PHONE, "parent"),
        ("Full name", Field.NAME, "parent"),
        ("Con anh/chị học lớp nào?", Field.CLASS, "parent"),
        ("Lớp năm học 2026-2027", Field.CLASS, "parent"),
        ("Lớp: chọn lớp của con", Field.CLASS, "parent"),
        ("SĐT của anh/chị", Field.PHONE, "parent"),
        ("Số phụ huynh khác", Field.PHONE, "parent"),
        ("Số liên hệ", Field.PHONE, "parent"),
        ("Địa chỉ và SĐT", Field.PHONE, "parent"),
        ("Họ tên cha, SĐT", Field.PHONE, "father"),
        ("SĐT thay thế", Field.PHONE, "parent"),
        ("Số điện thoại phụ huynh (không ghi số của học sinh)", Field.PHONE, "parent"),
        ("Mã HS (Bộ GD&ĐT)", Field.PUPIL_CODE, "parent"),
        ("Mã HS trên CSDL Bộ GD&ĐT", Field.PUPIL_CODE, "parent"),
        ("Mã số do Sở GD và ĐT cấp", Field.PUPIL_CODE, "parent"),
        ("Bộ GD&ĐT", Field.PUPIL_CODE, "parent"),
        ("Mã MOET", Field.PUPIL_CODE, "parent"),
        ("Mã lớp", Field.IGNORED, "parent"),
        ("Lớp trưởng", Field.UNKNOWN, "parent"),
        ("DT", Field.DROPPED, "parent"),
        ("DT mẹ", Field.PHONE, "mother"),
        ("ĐT", Field.PHONE, "parent"),
        ("Số tài khoản nhận tiền, SĐT", Field.DROPPED, "parent"),
        ("Họ tên giáo viên", Field.IGNORED, "parent"),
        ("SĐT học sinh", Field.DROPPED, "parent"),
        ("Hồ sơ phụ huynh", Field.IGNORED, "parent"),
        ("Trạng thái", Field.IGNORED, "parent"),
        ("SĐT lái xe", Field.IGNORED, "parent"),
        ("SĐT xe đưa đón học sinh", Field.IGNORED, "parent"),
        ("Điện thoại văn phòng", Field.IGNORED, "parent"),
        ("SĐT hiệu trưởng", Field.IGNORED, "parent"),
        ("SĐT y tế", Field.IGNORED, "parent"),
        ("SĐT bảo mẫu", Field.IGNORED, "parent"),
        ("Số ĐT GVBM", Field.DROPPED, "parent"),
        ("Số điện thoại cũ", Field.IGNORED, "parent"),
        ("SĐT mẹ (cũ)", Field.IGNORED, "mother"),
        ("SĐT đã ngưng dùng", Field.IGNORED, "parent"),
        ("SĐT mới (thay số cũ)", Field.PHONE, "parent"),
        ("SĐT (nơi cư trú)", Field.PHONE, "parent"),
        ("Số điện thoại nhận tin nhắn của nhà trường", Field.PHONE, "parent"),
        ("SĐT nhận thông báo về học sinh", Field.PHONE, "parent"),
        ("SĐT đăng ký với nhà trường", Field.PHONE, "parent"),
        ("SĐT liên lạc với GVCN", Field.PHONE, "parent"),
        ("SĐT người đón trẻ", Field.PHONE, "parent"),
        ("SĐT nhân viên, giáo viên", Field.DROPPED, "parent"),
        ("SĐT liên hệ của nhà trường", Field.DROPPED, "parent"),
        ("Lớp học kỳ 1", Field.CLASS, "parent"),
        ("Lớp HK2", Field.CLASS, "parent"),
        ("Lớp học sinh đang theo học (vd 6A1)", Field.CLASS, "parent"),
    ],
)
def test_headings_of_forms_programs_and_ministries(heading: str, field: Field, role: str) -> None:
    found = read_heading("", heading)
    assert (found.field, found.role) == (field, role)


def cells(heading: str, *values: str) -> bytes:
    rows = "".join(f"{n};Nguyễn Văn An {chr(64 + n)};6A1;091234560{n};{value}\n" for n, value in enumerate(values, start=1))
    return f"STT;Họ tên;Lớp;SĐT mẹ;{heading}\n{rows}".encode()


@pytest.mark.parametrize("heading", ["DT", "ĐT", "Số phụ huynh", "Phụ huynh", "Cha"])
def test_where_the_heading_does_not_tell_the_cells_do(heading: str) -> None:
    numbers = read_list(cells(heading, "0987654321", "0987654322"), "")
    assert numbers.counts.phones == 4
    words = read_list(cells(heading, "Stiêng", "Kinh"), "")
    assert (words.counts.phones, words.counts.to_fix) == (2, 0)
    assert words.dropped_columns == ((heading,) if heading in ("DT", "ĐT") else ())


@pytest.mark.parametrize("heading", ["Địa chỉ, số điện thoại", "Họ tên mẹ - năm sinh - SĐT"])
def test_of_a_cell_that_holds_more_than_a_number_only_the_number_is_kept(heading: str) -> None:
    read = read_list(cells(heading, "Lê Thị Sáu (12/05/1980) - 0987 654 321", "Tổ 2, ấp 3 - 0987.654.322/23", "Tổ 7"), "")
    kept = [cell.written for row in read.rows for cell in row.cells if cell.heading == heading]
    assert kept == ["0987 654 321", "0987.654.322/23", ""]
    assert [[p.code for p in row.problems] for row in read.rows] == [[], ["phone.ambiguous"], []]
    assert not any("Sáu" in sample or "Tổ" in sample for column in read.columns for sample in column.samples)


@pytest.mark.parametrize(
    ("heading", "values", "code"),
    [
        ("Xe đưa đón", ("0987654321", "0987654322"), "column.looks_like_contact"),
        ("Ghi chú", ("mẹ mới: 0987654321", "0987654322"), "column.looks_like_contact"),
        ("Nhóm", ("an@example.com", "binh@example.com"), "column.looks_like_contact"),
        ("SĐT cũ", ("0987654321", "0987654322"), "column.looks_like_contact"),
        ("SĐT lái xe", ("0987654321", "0987654321"), "column.looks_like_contact"),
        ("Xe đưa đón", ("Tuyến 3", "Tuyến 4"), "column.unknown"),
    ],
)
def test_numbers_in_a_column_that_is_not_taken_are_told(heading: str, values: tuple[str, ...], code: str) -> None:
    read = read_list(cells(heading, *values), "")
    assert [(p.column, p.code) for p in read.problems if p.row == 1] == [(heading, code)]


def test_a_column_of_numbers_without_a_heading_is_known_by_its_letter() -> None:
    read = read_list("STT;SĐT mẹ;Họ tên;Lớp;;\n1;0912345601;An;6A1;;0987654321\n2;0912345602;Bình;6A1;;0987654322\n".encode(), "")
    assert [(p.column, p.code) for p in read.problems] == [("Cột F", "column.looks_like_contact")]
    assert next(c for c in read.columns if c.letter == "F").samples == ("0987654321", "0987654322")


def test_a_heading_over_two_columns_is_both_s() -> None:
    head = "STT;Họ và tên;;Lớp;SĐT mẹ;\n"
    read = read_list(f"{head}1;Nguyễn Văn;An;6A1;0912345601;0987654321\n2;Lê Thị;Bình;6A1;0912345602;\n".encode(), "")
    assert [row.pupil for row in read.rows] == ["Nguyễn Văn An", "Lê Thị Bình"]
    assert [[number for _, number in row.phones] for row in read.rows] == [["+84912345601", "+84987654321"], ["+84912345602"]]
    assert [role for role, _ in read.rows[0].phones] == ["mother", "mother"]
