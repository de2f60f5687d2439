"""A row is made of its cells: one is corrected and the row, then the list, is looked at again."""

from typing import Literal

import pytest

from contact_registry.errors import ImportRefused
from contact_registry.headings import ColumnMeaning, Field
from contact_registry.lists import CheckedRow, read_list, recheck_row, rechecked

HEAD = "STT;Họ tên;Lớp;SĐT mẹ;Email"


def rows(*lines: str, head: str = HEAD) -> tuple[CheckedRow, ...]:
    return read_list("\n".join((head, *lines)).encode(), "").rows


def codes(row: CheckedRow) -> list[str]:
    return [problem.code for problem in row.problems]


def test_a_corrected_cell_mends_its_row() -> None:
    (row,) = rows("1;An;6A1;09123;")
    assert (codes(row), row.to_fix) == (["phone.too_short", "contact.none"], True)
    mended = recheck_row(row, {"SĐT mẹ": "0912 345 678"})
    assert (codes(mended), mended.phones, mended.to_fix) == ([], (("mother", "+84912345678"),), False)


def test_a_cell_may_be_corrected_into_another_mistake_and_the_rest_stays() -> None:
    (row,) = rows("1;An;6A1;0912345678;an@example.com")
    spoiled = recheck_row(row, {"Email": "an@"})
    assert (codes(spoiled), spoiled.phones, spoiled.class_name) == (["email.invalid"], row.phones, "6A1")


def test_a_class_that_stands_nowhere_can_be_given() -> None:
    (row,) = rows("1;An;0912345678", head="STT;Họ tên;SĐT")
    assert codes(row) == ["class.missing"]
    given = recheck_row(row, {"Lớp": "6A1"})
    assert (codes(given), given.class_name, given.grade) == ([], "6A1", "6")


def test_a_column_the_row_does_not_have_is_refused() -> None:
    (row,) = rows("1;An;6A1;0912345678;")
    with pytest.raises(KeyError):
        recheck_row(row, {"CCCD": "075012345678"})


def test_what_needs_the_whole_list_is_seen_again_after_a_correction() -> None:
    first, second = rows("1;An;6A1;0912345678;", "2;An;6A1;09123;")
    mended = recheck_row(second, {"SĐT mẹ": "0912345678"})
    again, counts = rechecked((first, mended))
    assert (codes(again[1]), counts.duplicates, counts.phones) == (["row.duplicate"], 1, 1)
    apart, counts = rechecked((again[0], recheck_row(again[1], {"SĐT mẹ": "0987654321"})))
    assert (codes(apart[1]), counts.duplicates, counts.phones) == ([], 0, 2)


def test_two_columns_of_one_heading_are_told_apart() -> None:
    (row,) = rows("1;An;6A1;0912345678;0987654321", head="STT;Họ tên;Lớp;SĐT;SĐT")
    mended = recheck_row(row, {"SĐT (2)": "0977000111"})
    assert [number for _, number in mended.phones] == ["+84912345678", "+84977000111"]


UNKNOWN = "STT;Họ tên;Lớp;Liên lạc\n1;An;6A1;0912345678\n"


def test_a_person_says_which_column_holds_the_numbers() -> None:
    with pytest.raises(ImportRefused) as refused:
        read_list(UNKNOWN.encode(), "")
    assert refused.value.code == "import.no_contact_column"
    seen = {getattr(c, "heading", ""): getattr(c, "samples", ()) for c in refused.value.columns}
    assert seen["Liên lạc"] == ("0912345678",)
    read = read_list(UNKNOWN.encode(), "", meanings={"lien lac": ColumnMeaning(Field.PHONE, "mother")})
    assert read.rows[0].phones == (("mother", "+84912345678"),)


@pytest.mark.parametrize("heading", ["CCCD", "Ngày sinh", "Địa chỉ", "Dân tộc"])
def test_nobody_can_have_a_private_column_kept(heading: str) -> None:
    data = f"STT;Họ tên;Lớp;SĐT;{heading}\n1;An;6A1;0912345678;0987654321\n".encode()
    folded = {"CCCD": "cccd", "Ngày sinh": "ngay sinh", "Địa chỉ": "dia chi", "Dân tộc": "dan toc"}[heading]
    read = read_list(data, "", meanings={folded: ColumnMeaning(Field.PHONE)})
    assert read.rows[0].phones == (("parent", "+84912345678"),)
    assert read.dropped_columns == (heading,)
    assert not next(c for c in read.columns if c.heading == heading).samples


def test_identity_numbers_are_known_by_what_they_look_like_whatever_stands_above_them() -> None:
    data = b"STT;H\xe1\xbb\x8d t\xc3\xaan;L\xe1\xbb\x9bp;S\xc4\x90T;Khac\n1;An;6A1;0912345678;075012345678\n"
    for meanings in ({}, {"khac": ColumnMeaning(Field.PHONE)}, {"khac": ColumnMeaning(Field.NAME)}):
        read = read_list(data, "", meanings=meanings)
        assert read.dropped_columns == ("Khac",)
        assert "075012345678" not in str([cell.written for cell in read.rows[0].cells])
        assert not next(c for c in read.columns if c.heading == "Khac").samples


def test_a_list_of_staff_needs_no_class_and_keeps_names() -> None:
    data = "STT;Họ và tên;Chức vụ;Tổ chuyên môn;SĐT;Email\n1;Lê Thị Hoa;Giáo viên;Toán;0912345678;hoa@example.com\n".encode()
    read = read_list(data, "", audience="staff")
    (row,) = read.rows
    assert (row.pupil, row.phones, row.emails, codes(row)) == (
        "Lê Thị Hoa",
        (("staff", "+84912345678"),),
        ("hoa@example.com",),
        [],
    )
    assert [p.code for p in read.problems] == []


@pytest.mark.parametrize(
    ("heading", "audience"), [("Chức vụ", "staff"), ("Nhiệm vụ", "staff"), ("Nghề nghiệp bố", "parents"), ("Ghi chú", "parents")]
)
def test_a_principal_or_teacher_in_a_list_without_numbers_is_a_person_and_not_the_signature_below_it(
    heading: str, audience: Literal["parents", "staff"]
) -> None:
    signed = ";Giáo viên chủ nhiệm;\n;Trần Văn Ký;0977000111\n"
    people = "Lê Thị Hoa;Hiệu trưởng;0912345678\nAn Thị Bình;Giáo viên;0912345679\nCao Văn Đạt;;0912345680\n"
    read = read_list(f"Họ và tên;{heading};SĐT\n{people}{signed}".encode(), "", audience=audience)
    assert [row.pupil for row in read.rows] == ["Lê Thị Hoa", "An Thị Bình", "Cao Văn Đạt"]


def test_a_member_of_staff_without_a_number_does_not_end_the_list() -> None:
    read = read_list(
        "Họ và tên;Chức vụ;SĐT\nLê Thị Hoa;Hiệu trưởng;\nAn Thị Bình;Giáo viên;0912345679\n".encode(), "", audience="staff"
    )
    assert [row.pupil for row in read.rows] == ["Lê Thị Hoa", "An Thị Bình"]


def test_more_people_than_a_school_has_are_refused() -> None:
    lines = "\n".join(f"{n};An;6A1;0912345678" for n in range(20_001))
    with pytest.raises(ImportRefused) as refused:
        read_list(f"STT;Họ tên;Lớp;SĐT\n{lines}".encode(), "")
    assert refused.value.code == "import.too_large"


def test_whoever_waits_is_told_how_far_it_is() -> None:
    told: list[tuple[str, int, int]] = []
    lines = "\n".join(f"{n};An;6A1;0912345678" for n in range(1_200))
    read_list(f"STT;Họ tên;Lớp;SĐT\n{lines}".encode(), "", progress=lambda *word: told.append(word))
    assert told == [("unpacking", 0, 0), ("checking", 0, 1200), ("checking", 500, 1200), ("checking", 1000, 1200)]
