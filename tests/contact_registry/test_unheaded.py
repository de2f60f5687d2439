"""Lists without a header, in one column, of teachers: read, or refused with what a person can do."""

import pytest

from contact_registry import ColumnMeaning, Field, ImportRefused, SeenColumn, read_list
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
        ("Sheet2", [["STT", "Họ và tên", "Chức danh", "SĐT"], [1, "Vũ Thị Giang", "Giáo viên", "0987654321"]]),
    ],
)
def test_teachers_are_not_written_to_as_parents(name: str, rows: Rows) -> None:
    read = read_list(xlsx({"6A1": PUPIL, name: rows}), "")
    assert [number for row in read.rows for _, number in row.phones] == ["+84912345600"]
    assert [(p.sheet, p.code) for p in read.problems] == [(name, "sheet.staff")]
    code, columns = refusal({name: rows})
    assert (code, "SĐT" in columns or "Điện thoại" in columns) == ("import.staff_list", True)


@pytest.mark.parametrize("title", ["DANH SÁCH HỌC SINH - GVCN: Vũ Thị Giang", "SĐT PHỤ HUYNH LỚP 6A1, giáo viên: cô Lan"])
def test_a_list_that_names_its_teacher_is_no_list_of_teachers(title: str) -> None:
    read = read_list(xlsx({"6A1 GVCN Lan": [[title], ["STT", "Họ và tên", "SĐT", "GVCN"], [1, "An", "0912345600", "Lan"]]}), "")
    assert [row.phones[0][1] for row in read.rows] == ["+84912345600"]
