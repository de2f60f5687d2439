"""Excel is read in a process of its own: what kills that process is a refusal to us."""

import datetime as dt
import io
import os
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from contact_registry.errors import ImportRefused
from contact_registry.lists import read_list
from contact_registry.spreadsheets import excel_process
from contact_registry.spreadsheets.excel_process import MAX_CELLS, MAX_ROWS, Refused, read_apart
from tests.factories.lists import ods, with_part

FIRST = '<row r="1"><c r="A1"><v>1</v></c></row>'
LAST = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def spreadsheet(cells: str, part: str = "worksheets/sheet1.xml") -> bytes:
    """An ordinary xlsx whose only sheet has these cells, and lies at this path."""
    book = Workbook()
    book.save(plain := io.BytesIO())
    source, out = zipfile.ZipFile(plain), io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                name, content = f"xl/{part}", f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'  # noqa: PLW2901
            archive.writestr(name, content.replace("worksheets/sheet1.xml", part))
    return out.getvalue()


def opendocument(rows: str) -> bytes:
    """An .ods whose only sheet has these rows."""
    plain = ods({"Sheet": []})
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        content = archive.read("content.xml").decode().replace("</table:table>", f"{rows}</table:table>")
    return with_part(plain, "content.xml", content.encode())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(spreadsheet(FIRST + LAST), id="as Excel writes it"),
        pytest.param(spreadsheet(FIRST + LAST.replace('"', "'")), id="single quotes"),
        pytest.param(spreadsheet(FIRST + LAST.replace("r=", "r = ")), id="spaces"),
        pytest.param(spreadsheet(FIRST + LAST.replace("XFD", "xfd")), id="lower case"),
        pytest.param(spreadsheet(FIRST + '<row r="1048576">' + "<c/>" * 16383 + "<c><v>1</v></c></row>"), id="no addresses"),
        pytest.param(spreadsheet(FIRST + LAST, "worksheets/a/s.xml"), id="another folder"),
        pytest.param(spreadsheet(FIRST + LAST, "s.dat"), id="another name"),
    ],
)
def test_a_cell_at_the_end_of_the_world_is_a_refusal(data: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"import\.unreadable"):
        read_list(data, "")


def test_an_ordinary_sheet_is_read_wherever_it_lies() -> None:
    for part in ("worksheets/sheet1.xml", "worksheets/a/s.xml", "s.dat"):
        (sheet,) = read_apart(spreadsheet(FIRST, part)).sheets
        assert (sheet.name, sheet.rows, sheet.merged, sheet.hidden) == ("Sheet", [[1]], {}, frozenset())


def test_what_is_not_done_in_time_is_a_refusal() -> None:
    with pytest.raises(Refused, match=r"import\.unreadable"):
        read_apart(spreadsheet(FIRST), seconds=0.001)


def test_more_rows_or_cells_than_a_list_has_is_too_large() -> None:
    repeated = '<table:table-cell table:number-columns-repeated="1000"><text:p>1</text:p></table:table-cell>'
    for data in (
        spreadsheet(FIRST + f'<row r="{MAX_ROWS + 1}"><c r="A{MAX_ROWS + 1}"><v>1</v></c></row>'),
        opendocument(f'<table:table-row table:number-rows-repeated="{MAX_CELLS // 1000 + 1}">{repeated}</table:table-row>'),
    ):
        with pytest.raises(Refused, match=r"import\.too_large"):
            read_apart(data)


@pytest.mark.parametrize("address", ["D1048576", "XFD40", f"A{MAX_ROWS + 1}", "ZZ20000"])
def test_a_space_far_away_is_no_row(address: str) -> None:
    row = int("".join(filter(str.isdigit, address)))
    space = f'<row r="{row}"><c r="{address}" t="inlineStr"><is><t xml:space="preserve"> </t></is></c></row>'
    (sheet,) = read_apart(spreadsheet(FIRST + space)).sheets
    assert [cell for row in sheet.rows for cell in row if str(cell).strip()] == [1]


def test_the_largest_list_there_may_be_is_read() -> None:
    columns = MAX_CELLS // MAX_ROWS
    row = "<row>" + '<c t="inlineStr"><is><t>0912 345 678</t></is></c>' * columns + "</row>"
    (sheet,) = read_apart(spreadsheet(row * MAX_ROWS)).sheets
    assert (len(sheet.rows), len(sheet.rows[-1])) == (MAX_ROWS, columns)


def test_every_kind_of_cell_comes_back_as_it_was() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    values = ["Đặng Ánh", 912345678, 6.5, True, dt.datetime(2026, 1, 6, 7, 30), dt.time(7, 30), dt.timedelta(hours=30)]  # noqa: DTZ001
    sheet.append([*values, dt.date(2026, 1, 6), None])
    sheet.append(["6A1"])
    sheet.append([None])
    sheet.append(["6A2"])
    sheet.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)
    (read,) = read_apart(out.getvalue()).sheets
    rows = read.rows
    assert read.name == sheet.title
    assert rows[0][:8] == [*values, dt.date(2026, 1, 6)]
    assert [type(value) for value in rows[0][4:8]] == [dt.datetime, dt.time, dt.timedelta, dt.date]
    assert read.merged == {(2, 0): 1}


def test_the_process_gets_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by an interpreter that writes down how it was called: no key in its environment, nobody's name in its arguments."""
    told, spy = tmp_path / "told", tmp_path / "python"
    spy.write_text(f'#!/bin/sh\n{{ echo "$@"; /usr/bin/env; ls -l /proc/$$/cwd; }} > {told}\n')
    spy.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(spy))
    monkeypatch.setitem(os.environ, "LOA_MASTER_KEY", "secret")
    with pytest.raises(Refused):
        read_apart(b"PK\x03\x04 0912345678")
    lines = told.read_text().splitlines()
    assert lines[0] == f"-I {excel_process.PROGRAM}"
    assert "LOA_MASTER_KEY" not in told.read_text()
    assert "0912345678" not in told.read_text()
