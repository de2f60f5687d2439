"""Every habit of every list, read: codes by sheet and row, numbers, classes, what was dropped.
The acceptance test sends to them.
"""

from collections import defaultdict

import pytest

from contact_registry.errors import ImportRefused
from contact_registry.lists import read_list
from contact_registry.lists.checked import SEVERITY
from tests.factories.excel_kinds import COLUMNS, EXCEL_KINDS, LISTS
from tests.factories.kinds import KINDS, Found
from tests.factories.lists import xlsx

ALL = KINDS | EXCEL_KINDS


@pytest.mark.parametrize("kind", ALL)
def test_a_list_comes_out_row_for_row_and_number_for_number(kind: str) -> None:
    wanted, read = ALL[kind], read_list(ALL[kind].data, "")
    found: Found = defaultdict(set)
    for row in read.rows:
        for problem in row.problems:
            found[problem.sheet, problem.row or 0].add(problem.code)
    assert found == wanted.codes
    assert sorted({number for row in read.rows for _, number in row.phones}) == sorted(wanted.numbers)
    assert read.dropped_columns == tuple(wanted.dropped)
    assert read.counts.to_fix == sum(any(p.severity == "error" for p in row.problems) for row in read.rows)
    if wanted.classes is not None:
        assert [row.class_name for row in read.rows] == wanted.classes


def test_every_code_of_the_contract_is_reached() -> None:
    found = {problem.code for kind in ALL.values() for problem in read_list(kind.data, "").problems}
    assert found == SEVERITY.keys()


def test_what_is_said_of_a_column_stands_at_its_heading() -> None:
    read = read_list(xlsx({"S": COLUMNS}), "")
    assert [(p.sheet, p.row, p.column, p.code) for p in read.problems] == [
        ("S", 1, "Xe đưa đón", "column.unknown"),
        ("S", 1, "CCCD", "column.dropped"),
    ]
    assert read.rows[0].emails == ("an@example.com", "bo.an@example.com")


def test_the_pupils_of_tables_side_by_side_are_theirs() -> None:
    read = read_list(EXCEL_KINDS["two classes side by side"].data, "")
    assert [(row.row, row.pupil, [number for _, number in row.phones]) for row in read.rows[:2]] == [
        (3, "An", ["+84934000011"]),
        (3, "Bình", []),
    ]
    assert [(p.column, p.code) for p in read.rows[1].problems] == [("SĐT (2)", "phone.too_short"), (None, "contact.none")]


def test_who_a_number_belongs_to_is_read_from_three_rows_of_headings() -> None:
    read = read_list(EXCEL_KINDS["a header of three rows, numbered columns, hidden ones"].data, "")
    assert (read.rows[0].pupil, [role for role, _ in read.rows[0].phones]) == ("Đỗ An", ["father", "mother"])


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_protected_workbook_says_so(kind: str) -> None:
    """Encrypted by Excel 2007 and later, and as Excel 97 marks it: the record behind the first is FILEPASS."""
    data = (LISTS / "protected.xlsx").read_bytes()
    if kind == "xls":
        plain = (LISTS / "thcs.xls").read_bytes()
        behind = plain.index(b"\x09\x08\x10\x00") + 20
        data = plain[:behind] + b"\x2f\x00" + plain[behind + 2 :]
    with pytest.raises(ImportRefused, match=r"import\.password_protected"):
        read_list(data, "")
