"""Workbooks as other programs than Excel write them: read as Excel shows them, or refused with the way out. Whatever a file does
not say by itself (a hidden row, a formula without a result, a rounded number) is told.
"""

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from contact_registry.errors import ImportRefused
from contact_registry.lists import CheckedList, read_list
from contact_registry.spreadsheets import sniff
from contact_registry.spreadsheets.excel_process import ReadSheet, Refused, read_apart
from contact_registry.spreadsheets.marks import Formula, Rounded
from tests.contact_registry.test_excel_process import opendocument, spreadsheet
from tests.factories.lists import ods, with_part, xlsx

HEAD: list[object] = ["STT", "Họ và tên", "Lớp", "SĐT mẹ"]
PUPILS: list[list[object]] = [[1, "Nguyễn Văn An", "6A1", "0912345601"], [2, "Trần Thị Bình", "6A1", "0912345602"]]
NUMBERS = ["+84912345601", "+84912345602"]
MAIN = 'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'


def numbers(checked: CheckedList) -> list[str]:
    return [number for row in checked.rows for _, number in row.phones]


def only(data: bytes) -> ReadSheet:
    (sheet,) = read_apart(data).sheets
    return sheet


def refusal(data: bytes) -> str:
    with pytest.raises(ImportRefused) as refused:
        read_list(data, "")
    return refused.value.code


def content(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("content.xml").decode()


# OpenDocument

PLAIN_ODS = ods({"6A1": [HEAD, *PUPILS]})


def test_white_space_between_the_cells_of_an_ods_is_nothing() -> None:
    spread = re.sub(r"(</?(?:table|office):)", "\n    \\1", content(PLAIN_ODS))
    assert numbers(read_list(with_part(PLAIN_ODS, "content.xml", spread.encode()), "")) == NUMBERS


@pytest.mark.parametrize("compressed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("order", [["mimetype", "content.xml"], ["content.xml", "mimetype"], ["content.xml"]])
def test_an_ods_is_read_however_it_is_packed(order: list[str], compressed: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN_ODS)) as old, zipfile.ZipFile(made, "w", compressed) as new:
        for name in order:
            new.writestr(name, old.read(name))
    assert numbers(read_list(made.getvalue(), "")) == NUMBERS


def test_an_ods_in_one_file_is_read() -> None:
    flat = content(PLAIN_ODS).replace("office:document-content", "office:document")
    assert numbers(read_list(flat.encode(), "")) == NUMBERS


def test_cells_of_an_ods_are_what_one_sees() -> None:
    sheet = only(
        opendocument(
            '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
            '<table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>a<text:s '
            'text:c="2"/>b<text:span>c'
            "</text:span></text:p><text:p>d</text:p></table:table-cell></table:table-row>"
            '<table:table-row table:number-rows-repeated="3"><table:table-cell '
            'table:number-columns-repeated="1024"/></table:table-row>'
            '<table:table-row><table:table-cell office:value-type="date" office:date-value="2026-09-05"><text:p>5/9</text:p>'
            '</table:table-cell><table:table-cell office:value-type="string"><office:annotation><text:p>0900000000</text:p>'
            "</office:annotation><text:p>6A1</text:p></table:table-cell></table:table-row>"
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        )
    )
    assert [sheet.rows[0], sheet.rows[1:4], [str(cell) for cell in sheet.rows[4]]] == [
        ["", "", "a  bc\nd", "a  bc\nd"],
        [[], [], []],
        ["2026-09-05", "6A1"],
    ]
    assert len(sheet.rows) == 5


def test_merged_hidden_and_unfinished_cells_of_an_ods_are_told() -> None:
    sheet = only(
        opendocument(
            '<table:table-row><table:table-cell table:number-rows-spanned="3" office:value-type="string"><text:p>6A1</text:p>'
            '</table:table-cell><table:table-cell table:formula="of:=[.A1]"/></table:table-row>'
            '<table:table-row table:visibility="filter"><table:covered-table-cell/><table:table-cell office:value-type="string"'
            ' table:formula="of:=X"><text:p>#REF!</text:p></table:table-cell></table:table-row>'
            '<table:table-row table:visibility="collapse"><table:covered-table-cell/><table:table-cell office:value-type="float"'
            ' office:value="5"><text:p>5</text:p></table:table-cell></table:table-row>'
            '<table:table-row table:visibility="collapse" table:number-rows-repeated="9000"><table:table-cell/></table:table-row>'
        )
    )
    assert sheet.merged == {(1, 0): 0, (2, 0): 0}
    assert sheet.hidden == {1, 2}
    assert isinstance(sheet.rows[0][1], Formula)
    assert (sheet.rows[0][1], sheet.rows[1][1]) == ("of:=[.A1]", "#REF!")


def test_a_rounded_number_and_a_hidden_sheet_of_an_ods_are_told() -> None:
    styles = (
        '<office:automatic-styles><number:number-style style:name="N61"><number:scientific-number/></number:number-style>'
        '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N61"/><style:style style:name="ta2">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )
    cell = '<table:table-cell {} office:value-type="float" office:value="{}"><text:p>8E+08</text:p></table:table-cell>'
    row = "".join(
        cell.format(style, value)
        for style, value in (('table:style-name="ce1"', 818552000), ('table:style-name="ce1"', 818552123), ("", 818552000))
    )
    xml = content(opendocument(f"<table:table-row>{row}</table:table-row>"))
    xml = xml.replace("<office:body>", f"{styles}<office:body>").replace(
        "</office:spreadsheet>", '<table:table table:name="Cũ" table:style-name="ta2"/></office:spreadsheet>'
    )
    xml = xml.replace(
        "office:version", 'xmlns:number="urn:n" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" office:version'
    )
    read = read_apart(with_part(PLAIN_ODS, "content.xml", xml.encode()))
    assert read.hidden_sheets == ("Cũ",)
    assert [type(value) is Rounded for value in read.sheets[0].rows[0]] == [True, False, False]


# XML Spreadsheet 2003


def xml_2003(rows: str, before: str = "", after: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook {MAIN}>{before}<Worksheet '
        f'ss:Name="6A1"><Table>{rows}'
        f"</Table></Worksheet>{after}</Workbook>"
    ).encode()


def data(value: object, kind: str = "String", own: str = "") -> str:
    return f'<Cell {own}><Data ss:Type="{kind}">{value}</Data></Cell>'


def test_xml_2003_is_read_as_excel_shows_it() -> None:
    rows = "".join(f"<Row>{''.join(map(data, row))}</Row>" for row in [HEAD, *PUPILS])
    assert numbers(read_list(xml_2003(rows), "")) == NUMBERS
    assert numbers(read_list(xml_2003(rows).decode().encode("utf-16"), "")) == NUMBERS
    sheet = only(
        xml_2003(
            f"<Row>{data('6A1', own='ss:MergeDown=' + chr(34) + '2' + chr(34))}"
            f"{data('a', own='ss:Index=' + chr(34) + '4' + chr(34))}</Row>"
            '<Row ss:Index="3" ss:Hidden="1"><Cell ss:Index="2" ss:Formula="=R1C1"/>'
            '<Cell ss:StyleID="s1"><Data ss:Type="Number">8.18552E8</Data></Cell>'
            '<Cell><Data ss:Type="Error">#N/A</Data><Comment><Data>0900000000</Data></Comment></Cell></Row>',
            '<Styles><Style ss:ID="s1"><NumberFormat ss:Format="Scientific"/></Style></Styles>',
        )
    )
    assert sheet.rows == [["6A1", "", "", "a"], [], ["", "=R1C1", 818552000.0, "#N/A"]]
    assert (type(sheet.rows[2][1]), type(sheet.rows[2][2])) == (Formula, Rounded)
    assert (set(sheet.hidden), sheet.merged) == ({2}, {(1, 0): 0, (2, 0): 0})


def test_a_hidden_sheet_of_xml_2003_is_named() -> None:
    hidden = (
        '<Worksheet ss:Name="Cũ"><Table><Row><Cell><Data ss:Type="String">x</Data></Cell></Row></Table>'
        "<WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>"
    )
    assert read_apart(xml_2003("", after=hidden)).hidden_sheets == ("Cũ",)


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda kind: xml_2003(f"<Row>{data('&e;')}</Row>").replace(b"<?mso", kind + b"<?mso", 1), id="2003"),
        pytest.param(
            lambda kind: with_part(PLAIN_ODS, "content.xml", content(PLAIN_ODS).encode().replace(b"?>", b"?>" + kind, 1)),
            id="ods",
        ),
    ],
)
def test_a_document_type_is_refused_and_nothing_is_fetched(made: object) -> None:
    kind = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    assert callable(made)
    assert refusal(made(kind)) == "import.unreadable"


# A page called .xls


def page(rows: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><table>{rows}</table></body></html>".encode()


def test_a_page_is_read_as_excel_shows_it() -> None:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}" for row in [HEAD, *PUPILS])
    for made in (page(rows), b"\xef\xbb\xbf  " + page(rows), page(rows).decode().encode("utf-16"), page(rows).upper()):
        assert numbers(read_list(made, "")) == NUMBERS
    sheet = only(
        page(
            "<tr><th colspan=2>A<br>B</th><th>H&#7885; &amp; t&ecirc;n</th></tr>"
            "<tr><td rowspan=3>6A1</td><td><p>1 <b>2</b></p></td></tr>"
            "<tr style='height:0;display:none'><td>x</td></tr>"
            "<tr hidden><td x:num='818552000'>8.19E+08</td><td x:num='912345678'>9.12E+08</td></tr>",
            "<style>td { color: red }</style><script>document.write('<td>0900000000</td>')</script><title>0900000000</title>",
        )
    )
    assert sheet.rows == [["A\nB", "", "Họ & tên"], ["6A1", "1 2"], ["", "x"], ["", 818552000.0, 912345678.0]]
    assert (type(sheet.rows[3][1]), type(sheet.rows[3][2])) == (Rounded, float)
    assert (set(sheet.hidden), sheet.merged) == ({2, 3}, {(2, 0): 1, (3, 0): 1})


def test_tables_of_a_page_stand_below_each_other() -> None:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [HEAD, *PUPILS])
    made = page(f"<tr><td>DANH SÁCH LỚP 6A1</td></tr></table><table>{rows}").replace(b"<td>6A1</td>", b"<td></td>")
    read = read_list(made, "")
    assert [(row.row, row.class_name) for row in read.rows] == [(3, "6A1"), (4, "6A1")]


def test_text_around_the_tables_of_a_page_is_a_row_of_its_own() -> None:
    def table(name: str, number: str) -> str:
        cells = (["STT", "Họ và tên", "SĐT"], ["1", name, number])
        return "<table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)

    body = (
        f"<h3>LỚP 6A1</h3>{table('An', '0912345600')}</table><p>Lớp 6A2</p>{table('Bình', '0912345601')}</table>"
        f"{table('Chi', '0912345602').replace('<table>', '<table><caption>Danh sách lớp 6A3</caption>')}</table>"
    )
    read = read_list(f"<html><head><title>Lớp 9A9</title></head><body>{body}</body></html>".encode(), "")
    assert [(row.row, row.class_name, row.pupil) for row in read.rows] == [
        (3, "6A1", "An"),
        (6, "6A2", "Bình"),
        (9, "6A3", "Chi"),
    ]


def test_what_stands_beside_a_table_within_a_cell_costs_no_pupil_its_cells() -> None:
    inner = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in [HEAD, *PUPILS])
    sheet = only(page(f"<tr><td><table>{inner}</table></td><td>Cộng hòa</td></tr>"))
    assert sheet.rows[-1] == ["Cộng hòa"]
    assert [row[1:] for row in sheet.rows[-3:-1]] == [pupil[1:] for pupil in PUPILS]


# .xlsx and .xlsb


def test_what_an_xlsx_says_of_a_cell_beside_its_value_is_told() -> None:
    sheet = only(
        spreadsheet(
            '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><f>X</f><v>#REF!</v></c><c r="C1"><f>A1+1</f></c></row>'
            '<row r="2" hidden="1"><c><f t="shared" si="0">A1&amp;"x"</f><v></v></c><c t="str"><f>""</f><v></v></c>'
            "<c><f>A1</f><v>7</v></c></row>"
            '<row r="4" hidden="true"><c r="C4"><f t="shared" si="0"/><v/></c></row>'
        )
    )
    assert [row[:3] for row in sheet.rows] == [[1, "#REF!", "=A1+1"], ['=A1&"x"', "", 7], [], ["", "", '=A1&"x"']]
    assert [type(sheet.rows[row][column]) for row, column in ((0, 2), (1, 0), (3, 2))] == [Formula] * 3
    assert sheet.hidden == {1, 3}


def test_a_row_without_height_is_hidden() -> None:
    rows = "".join(
        f'<row r="{n}" ht="{height}" customHeight="1"><c><v>1</v></c></row>'
        for n, height in enumerate(("0", "15", "0.0", "0.75"), 1)
    )
    assert only(spreadsheet(rows)).hidden == {0, 2}


def test_a_number_shown_in_scientific_notation_is_told_where_it_ends_in_zeros() -> None:
    made = xlsx({"S": [["x"]]})
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        styles = archive.read("xl/styles.xml").decode()
    styles = re.sub(
        r"<cellXfs.*?</cellXfs>", '<cellXfs><xf numFmtId="0"/><xf numFmtId="11"/><xf numFmtId="170"/></cellXfs>', styles
    )
    styles = re.sub(r"<numFmts[^>]*/>", "", styles).replace(
        "<fonts", '<numFmts count="1"><numFmt numFmtId="170" formatCode="0.0E+00"/></numFmts><fonts', 1
    )
    cells = "".join(f'<c s="{style}"><v>{value}</v></c>' for style in (0, 1, 2) for value in (818552000, 818552123))
    made = with_part(spreadsheet(f"<row>{cells}</row>"), "xl/styles.xml", styles.encode())
    assert [type(value) is Rounded for value in only(made).rows[0]] == [False, False, True, False, True, False]


def test_the_paths_of_an_archive_may_have_backslashes() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx({"6A1": [HEAD, *PUPILS]}))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name.replace("/", "\\"), old.read(name))
    assert numbers(read_list(made.getvalue(), "")) == NUMBERS


@pytest.mark.parametrize(
    "start",
    [
        b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n",
        b"ID;PWXL;N;E\r\nP;PGeneral\r\n",
        b"\x09\x04\x06\x00\x00\x00\x10\x00",  # Excel 4
        b"\x09\x00\x04\x00\x02\x00\x10\x00",  # Excel 2
        b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}',
        b"PK\x03\x04" + bytes(26) + b"Index/Document.iwa",
    ],
)
def test_what_excel_opens_and_we_do_not_says_how_to_save_it(start: bytes) -> None:
    assert refusal(start + b"\0" * (0 if start[:1] == b"{" else 100)) == "import.save_as_xlsx"


@pytest.mark.parametrize(
    "start", [b"%PDF-1.7 ", b"\x89PNG\r\n\x1a\n", b"{\\rtf1 ", b"<svg><text>1</text></svg>", b"<html>Xin chao</html>"]
)
def test_what_is_no_list_is_unreadable(start: bytes) -> None:
    with pytest.raises(ImportRefused, match=r"import\.unreadable"):
        sniff(start + b"x" * 50)


GOOD = [
    PLAIN_ODS,
    content(PLAIN_ODS).encode(),
    xml_2003("".join(f"<Row>{''.join(map(data, row))}</Row>" for row in [HEAD, *PUPILS])),
    page("".join(f"<tr>{''.join(f'<td rowspan=2>{cell}</td>' for cell in row)}</tr>" for row in [HEAD, *PUPILS])),
    xlsx({"S": [HEAD, *PUPILS]}, hidden_rows=[2], merged=["A2:A3"]),
]


def spoiled(chance: random.Random) -> bytes:
    """A good file with its insides spoiled: what lies in an archive is spoiled before it is packed,
    so that the readers meet it.
    """
    whole = chance.choice(GOOD)
    if not whole.startswith(b"PK"):
        return _changed(whole, chance)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        name = chance.choice([name for name in archive.namelist() if name.endswith(".xml")])
        return with_part(whole, name, _changed(archive.read(name), chance))


def _changed(text: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        tags = [tag.span() for tag in re.finditer(rb"<[^>]+>", text)]
        (a, b), (c, d) = sorted(chance.sample(tags, 2))
        return text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]
    changed = bytearray(text)
    for _ in range(chance.choice((1, 2, 8))):
        changed[chance.randrange(len(changed))] = chance.choice(b"<>/\"'= 0179&;\xff")
    return bytes(changed[: chance.choice((len(changed), chance.randrange(1, len(changed))))])


def fuzz(seed: int, times: int) -> None:
    chance = random.Random(seed)
    for _ in range(times):
        made = spoiled(chance)
        try:
            read = read_apart(made)
        except Refused as refused:
            assert str(refused) in ("import.unreadable", "import.too_large", "import.password_protected")  # noqa: PT017
            continue
        assert all(row < len(sheet.rows) for sheet in read.sheets for row in sheet.hidden)


def test_spoiled_files_are_read_or_refused() -> None:
    fuzz(20_261_130, 25)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(5))
def test_thousands_of_spoiled_files_are_read_or_refused(seed: int) -> None:
    fuzz(seed, 500)


XLS = (Path(__file__).parents[1] / "vectors" / "lists" / "thcs.xls").read_bytes()


def changed_record(kind: int, change: Callable[[bytes], bytes], *, which: int) -> bytes:
    """The .xls with one of its records of a kind written anew, as long as before: a long stream lies in its file in one piece."""
    sheet = XLS.index(b"\x09\x08\x10\x00\x00\x06\x10\x00")
    place, at = sheet, 0
    while True:
        found, size = struct.unpack_from("<HH", XLS, place)
        if found == kind:
            if at == which:
                whole = change(XLS[place : place + 4 + size])
                assert len(whole) == 4 + size
                return XLS[:place] + whole + XLS[place + 4 + size :]
            at += 1
        place += 4 + size


def test_a_hidden_row_of_an_xls_is_told() -> None:
    plain = read_apart(XLS).sheets[0]
    assert plain.hidden == frozenset()
    hidden = read_apart(changed_record(0x0208, lambda record: record[:16] + bytes([record[16] | 0x20]) + record[17:], which=3))
    assert (set(hidden.sheets[0].hidden), hidden.sheets[0].rows) == ({3}, plain.rows)


def test_a_formula_that_failed_in_an_xls_is_told() -> None:
    def failed(record: bytes) -> bytes:
        error = struct.pack("<HH", 0x0205, 8) + record[4:10] + b"\x17\x01"
        return error + struct.pack("<HH", 0x00EF, len(record) - len(error) - 4) + bytes(len(record) - len(error) - 4)

    rows = read_apart(changed_record(0x0203, failed, which=0)).sheets[0].rows
    assert [cell for row in rows for cell in row if cell == "#REF!"] == ["#REF!"]
