"""Lists without a header, in one column, of teachers: read, or refused with what a person can do."""

import pytest

from contact_registry.errors import ImportRefused
from contact_registry.headings import ColumnMeaning, Field
from contact_registry.lists import SeenColumn, read_list
from tests.factories.lists import Rows, xlsx

MEANT = {"cot a": ColumnMeaning(Field.NAME), "cot b": ColumnMeaning(Field.CLASS), "cot c": ColumnMeaning(Field.PHONE)}
PUPIL: Rows = [["STT", "Họ và tên", "Lớp", "SĐT mẹ"], [1, "An", "6A1", "0912345600"]]


def refusal(sheets: dict[str, Rows]) -> tuple[str, list[str]]:
    with pytest.raises(ImportRefused) as refused:
        read_list(xlsx(sheets), "")
    return refused.value.code, [column.heading for column in refused.value.columns if isinstance(column, SeenColumn)]


@pytest.mark.parametrize("between", [",", ";", "|", "\t", "  ", " - "])
def test_a_list_in_one_column_is_told_apart(between: str) -> None:
    lines = [
        ["STT", "Họ và tên", "Lớp", "SĐT"],
        ["1", "Nguyễn Văn An", "6A1", "0912345600"],
        ["2", "Lê Bình", "6A1", "0912345601"],
    ]
    read = read_list(xlsx({"S": [[between.join(line)] for line in lines]}), "")
    assert [(row.row, row.pupil, row.class_name, row.phones[0][1]) for row in read.rows] == [
        (2, "Nguyễn Văn An", "6A1", "+84912345600"),
        (3, "Lê Bình", "6A1", "+84912345601"),
    ]


def test_one_column_that_cannot_be_told_apart_is_said() -> None:
    assert refusal({"S": [["Nguyễn Văn An 0912345600"], ["Lê Bình 0912345601"]]}) == ("import.one_column", ["Cột A"])


def test_columns_without_headings_are_known_by_what_a_person_said_where_it_fits() -> None:
    rows: Rows = [["DANH SÁCH LỚP 6A1"], ["An", "6A1", "0912345600"], ["Bình", "6A1", ""]]
    assert refusal({"S": rows}) == ("import.no_contact_column", ["Cột A", "Cột B", "Cột C"])
    read = read_list(xlsx({"S": rows}), "", meanings=MEANT)
    assert [(row.row, row.pupil, row.class_name, len(row.phones)) for row in read.rows] == [
        (2, "An", "6A1", 1),
        (3, "Bình", "6A1", 0),
    ]
    turned: Rows = [["0912345600", "An", "6A1"], ["0912345601", "Bình", "6A1"]]
    with pytest.raises(ImportRefused):
        read_list(xlsx({"S": turned}), "", meanings=MEANT)


def test_a_sheet_that_is_not_read_is_said_and_its_columns_are_offered() -> None:
    read = read_list(xlsx({"6A1": PUPIL, "6A2": [["Bình", "0912345601"], ["Chi", "0912345602"]]}), "")
    assert [(p.sheet, p.code) for p in read.problems] == [("6A2", "sheet.not_read")]
    assert [(c.sheet, c.heading, c.field) for c in read.columns if c.sheet == "6A2"] == [
        ("6A2", "Cột A", Field.UNKNOWN),
        ("6A2", "Cột B", Field.UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("GVCN", [["STT", "Họ tên giáo viên", "Lớp chủ nhiệm", "Điện thoại"], [1, "Vũ Thị Giang", "6A1", "0987654321"]]),
        ("CBGV 2026", [["STT", "Họ và tên", "SĐT"], [1, "Vũ Thị Giang", "0987654321"]]),
        (
            "Sheet2",
            [["DANH SÁCH GIÁO VIÊN CHỦ NHIỆM"], ["STT", "Họ và tên", "Lớp", "SĐT"], [1, "Vũ Thị Giang", "6A1", "0987654321"]],
        ),
        ("Sheet2", [["STT", "Lớp", "GVCN", "SĐT"], [1, "6A1", "Vũ Thị Giang", "0987654321"]]),
        ("Sheet2", [["STT", "Họ và tên", "Chức vụ", "SĐT"], [1, "Vũ Thị Giang", "Tổ trưởng", "0987654321"]]),
        ("DS GVCN 26-27", [["STT", "Họ và tên", "SĐT"], [1, "Vũ Thị Giang", "0987654321"]]),
        ("BGH", [["STT", "Họ và tên", "SĐT"], [1, "Vũ Thị Giang", "0987654321"]]),
        ("Tổ Toán", [["STT", "Họ và tên", "SĐT"], [1, "Vũ Thị Giang", "0987654321"]]),
        ("Lái xe, bảo mẫu", [["STT", "Họ và tên", "SĐT"], [1, "Vũ Thị Giang", "0987654321"]]),
        ("Sheet2", [["DANH BẠ ĐIỆN THOẠI CÁN BỘ, GIÁO VIÊN"], ["STT", "Họ và tên", "SĐT"], [1, "Vũ Thị Giang", "0987654321"]]),
        ("Sheet2", [["STT", "Họ và tên", "Chức danh", "SĐT"], [1, "Vũ Thị Giang", "Giáo viên", "0987654321"]]),
    ],
)
def test_teachers_are_not_written_to_as_parents(name: str, rows: Rows) -> None:
    read = read_list(xlsx({"6A1": PUPIL, name: rows}), "")
    assert [number for row in read.rows for _, number in row.phones] == ["+84912345600"]
    assert [(p.sheet, p.code) for p in read.problems] == [(name, "sheet.staff")]
    code, columns = refusal({name: rows})
    assert (code, "SĐT" in columns or "Điện thoại" in columns) == ("import.staff_list", True)


@pytest.mark.parametrize(
    "title",
    [
        "DANH SÁCH HỌC SINH - GVCN: Vũ Thị Giang",
        "SĐT PHỤ HUYNH LỚP 6A1, giáo viên: cô Lan",
        "SĐT GVCN: 0987654321",
        "Điện thoại văn phòng: 0251 382 2222",
        "DANH SÁCH CÁN BỘ LỚP",
        "DANH SÁCH XE ĐƯA ĐÓN",
        "DANH SÁCH Y TẾ",
    ],
)
def test_a_list_that_names_its_teacher_is_no_list_of_teachers(title: str) -> None:
    read = read_list(xlsx({"6A1 GVCN Lan": [[title], ["STT", "Họ và tên", "SĐT", "GVCN"], [1, "An", "0912345600", "Lan"]]}), "")
    assert [row.phones[0][1] for row in read.rows] == ["+84912345600"]


def test_the_officers_of_a_class_are_pupils() -> None:
    rows: Rows = [["STT", "Họ và tên", "Chức vụ", "SĐT"], [1, "An", "Lớp trưởng", "0912345600"]]
    assert [row.class_name for row in read_list(xlsx({"6A1": rows}), "").rows] == ["6A1"]


def test_pupils_above_their_header_are_said() -> None:
    people: Rows = [[1, "Nguyễn Văn An", "6A2", "0912345601"], [2, "Lê Thị Bình", "6A2", "0912345602"]]
    read = read_list(xlsx({"6A1": PUPIL, "6A2": [*people, ["STT", "Họ và tên", "Lớp", "SĐT"]]}), "")
    assert [(p.sheet, p.row, p.code) for p in read.problems] == [
        ("6A2", 1, "sheet.number_left_out"),
        ("6A2", 2, "sheet.number_left_out"),
    ]
    titled: Rows = [["GVCN", "Trần Thị Lan", "0987654321"], ["STT", "Họ và tên", "SĐT"], [1, "An", "0912345600"]]
    assert not read_list(xlsx({"6A1": titled}), "").problems


@pytest.mark.parametrize("separator", [",", ";"])
def test_rows_wrapped_whole_beside_empty_columns_are_told_apart(separator: str) -> None:
    rows = [["STT", "Họ và tên", "Lớp", "SĐT"], ["1", "An", "6A1", "0912345600"], ["2", "Bình", "6A1", "0912345601"]]
    written = "".join(f'"{separator.join(row)}"{separator * 2}\n' for row in rows)
    assert [row.phones[0][1] for row in read_list(written.encode(), "").rows] == ["+84912345600", "+84912345601"]


@pytest.mark.parametrize("part", ["6A2", "Lớp 6A2", "I. LỚP 6A2 (32 HS)", "II. Lớp: 6A2", "b) Lớp 6A2"])
def test_the_class_above_its_pupils_is_theirs(part: str) -> None:
    head: Rows = [["STT", "Họ và tên", "SĐT"], ["6A1"], [1, "An", "0912345600"], [part], [1, "Bình", "0912345601"]]
    assert [row.class_name for row in read_list(xlsx({"Khối 6": head}), "").rows] == ["6A1", "6A2"]


@pytest.mark.parametrize("row", [["", "GVCN: Trần Thị Lan", "6A1", "0987654321"], ["", "Cô Trần Thị Lan", "", "0987654321"]])
def test_a_teacher_below_the_pupils_is_none_of_them(row: list[object]) -> None:
    head: Rows = [["STT", "Họ và tên", "Lớp", "SĐT"], [1, "An", "6A1", "0912345600"], [2, "Cồ Huy An", "6A1", "0912345601"], row]
    read = read_list(xlsx({"DS": head}), "")
    assert [row.pupil for row in read.rows] == ["An", "Cồ Huy An"]
    assert [(p.row, p.code) for p in read.problems] == [(4, "sheet.number_left_out")]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("LỚP 6 A 1", "6A1"),
        ("LỚP 6A 1", "6A1"),
        ("LỚP 6A 32 HỌC SINH", "6A"),
        ("Lớp 6A 5/9/2026", "6A"),
        ("LỚP 6A 2026-2027", "6A"),
        ("6A1", "6A1"),
        ("DANH SÁCH HỌC SINH 6A1", "6A1"),
        ("LỚP HỌC: 6A1", "6A1"),
        ("Lớp chủ nhiệm: 6A1", "6A1"),
        ("CLASS 6A1", "6A1"),
        ("Ngày 5/9/2026", ""),
        ("Mẫu 1", ""),
        ("Lớp: ............", ""),
        ("LỚP BỒI DƯỠNG", ""),
        ("Tháng 9", ""),
    ],
)
def test_a_title_names_the_class_however_it_is_written(title: str, name: str) -> None:
    rows: Rows = [[title], ["STT", "Họ và tên", "SĐT"], [1, "An", "0912345600"]]
    assert [row.class_name for row in read_list(xlsx({"S": rows}), "").rows] == [name]


@pytest.mark.parametrize("name", ["DSHS 6A1", "DANH SACH 6A1", "6A1 32HS", "6A1 T9", "6A 1"])
def test_a_sheet_names_the_class_however_it_is_written(name: str) -> None:
    rows: Rows = [["STT", "Họ và tên", "SĐT"], [1, "An", "0912345600"]]
    assert [row.class_name for row in read_list(xlsx({name: rows}), "").rows] == ["6A1"]


@pytest.mark.parametrize(
    "row", [["", "Ví dụ: Nguyễn Văn A", "6A1", "0987654321"], ["", "Ghi có dấu", "VD: 6A1", "VD: 0987654321"]]
)
def test_a_row_that_shows_how_to_fill_in_a_list_is_nobody(row: list[object]) -> None:
    read = read_list(xlsx({"DS": [["STT", "Họ và tên", "Lớp", "SĐT"], row, ["", "Vi Dụ Long", "6A1", "0912345600"]]}), "")
    assert [row.pupil for row in read.rows] == ["Vi Dụ Long"]
    assert [(p.row, p.code) for p in read.problems] == [(2, "sheet.number_left_out")]
