"""Lists that are not of parents: columns by heading, whatever the format, and nothing of the other columns."""

import io
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_registry.errors import ImportRefused
from contact_registry.office_tables import read_table
from tests.factories.lists import Rows

COLUMNS = {"code": ("ma don vi", "code"), "name": ("ten don vi", "name")}
ROWS: Rows = [["STT", "Tên đơn vị", "CCCD", "MÃ ĐƠN VỊ (*)"], [1, "Trường A", "012345678901", "a"], [2, "Trường B", "", "b"]]


def as_text(rows: Rows, mark: str = ",") -> bytes:
    return "\n".join(mark.join(str(cell) for cell in row) for row in rows).encode()


def xlsx(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        as_text(ROWS),
        as_text(ROWS, ";"),
        as_text(ROWS, "\t"),
        as_text(ROWS).decode().encode("utf-16"),
        as_text([["DANH SÁCH ĐƠN VỊ", "", "", ""], ["", "", "", ""], *ROWS]),
        xlsx(ROWS),
        xlsx([["DANH SÁCH ĐƠN VỊ"], [], *ROWS, [], ["", "", "", ""]]),
    ],
    ids=["commas", "semicolons", "tabs", "utf-16", "a title", "xlsx", "xlsx with a title"],
)
def test_columns_are_found_by_their_headings_and_no_other_is_kept(data: bytes) -> None:
    table = read_table(data, COLUMNS, most=10)

    assert table.headings == {"code": "MÃ ĐƠN VỊ (*)", "name": "Tên đơn vị"}
    assert [(row.text("code"), row.text("name"), row.text("other")) for row in table.rows] == [
        ("a", "Trường A", ""),
        ("b", "Trường B", ""),
    ]
    assert all(set(row.cells) == {"code", "name"} for row in table.rows)


def test_rows_are_numbered_as_the_spreadsheet_shows_them_and_dates_stay_dates() -> None:
    table = read_table(xlsx([["title"], ["code", "name"], ["a", date(2026, 8, 1)], [], ["b", 7.0]]), COLUMNS, most=10)

    assert [row.row for row in table.rows] == [3, 5]
    assert table.rows[0].cells["name"] == date(2026, 8, 1)
    assert table.rows[1].text("name") == "7"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"a,b\n1,2\n", "bulk.no_heading"), (as_text(ROWS), "bulk.too_many_rows"), (b"\x89PNG\x00", "import.unreadable")],
)
def test_what_is_no_such_list_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_table(data, COLUMNS, most=1)
    assert refused.value.code == code


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(str.encode)
    | st.text().map(lambda text: as_text([["code", "name"], ["a", text]]))
)
def test_whatever_bytes_come_it_reads_or_refuses(data: bytes) -> None:
    try:
        table = read_table(data, COLUMNS, most=10)
    except ImportRefused:
        return
    assert all(set(row.cells) <= {"code", "name"} for row in table.rows)
