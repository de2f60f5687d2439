"""Lists as they come out of Excel, with the habits of those who keep them."""

import datetime as dt
import unicodedata
from pathlib import Path

from tests.factories.kinds import Kind
from tests.factories.lists import Rows, with_part, xlsx

LISTS = Path(__file__).parents[1] / "vectors" / "lists"


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def wide(text: str) -> str:
    """In the full-width digits of an East Asian keyboard."""
    return text.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


def one(number: str) -> Rows:
    return [["STT", "Họ tên", "SĐT"], [1, "An", number]]


THREE_ROWS = xlsx(
    {
        "S": [
            ["DANH SÁCH LỚP 6A1 NĂM HỌC 2026-2027"],
            ["STT", "Họ và tên", "Số định danh", "Thông tin gia đình", "", "", "", "Ghi chú"],
            ["", "", "", "Cha", "", "Mẹ", "", ""],
            ["", "", "", "Họ tên", "SĐT", "Họ tên", "SĐT", ""],
            ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
            ["A", "B", "C", "1", "2", "3", "4", "5"],
            [1, "Đỗ An", "075213004567", "Đỗ Ba", "0934000001", "Lê Má", 934000002, "bán trú"],
            [2, "Lê Bình", "075213004568", "", "", "", "", ""],
        ]
    },
    merged=("A2:A4", "B2:B4", "C2:C4", "D2:G2", "D3:E3", "F3:G3", "H2:H4"),
    hidden=("C", "G"),
)
SIDE_BY_SIDE: Rows = [
    ["Lớp 7A1", "", "", "", "LỚP 7A2"],
    ["STT", "Họ tên", "SĐT", "", "STT", "Họ tên", "SĐT"],
    [1, "An", "0934000011", "", 1, "Bình", "09340"],
    [2, "Chi", "", "", 2, "Dung", "0934000013"],
    [3, "Em", "0934000012"],
]
UNNUMBERED: Rows = [
    ["Họ đệm", "Tên", "SĐT"],
    ["Nguyễn Văn", "Công", "0934000021"],
    ["Tống", "An", "0934000022"],
    ["Lưu Ý", "Nhi", ""],
    ["Cộng: 3", "", ""],
    ["", "", "Đồng Nai, ngày 05 tháng 09 năm 2026"],
    ["Người lập bảng", "", "GVCN"],
    ["Lê", "Bảy", "0934999999"],
]
GRADES: Rows = [
    ["STT", "Họ tên", "Khối", "Lớp cũ", "Lớp", "SĐT"],
    [1, "An", 6, "5A", "A1", "0934000031"],
    [2, "Bình", 7, "6A1", "A1", "0934000032"],
    [3, "Chi", 8, "7A1", 2, "0934000033"],
    [4, "Dung", 9, "8A1", "9A1", "0934000034"],
    [5, "Em", "Lá", "", "1", "0934000035"],
]
WHOSE: Rows = [
    ["STT", "Họ tên", "Khối/Lớp", "Bố", "Mẹ", "Người giám hộ"],
    [1, "An", "6/1", "0934000041", "0934000042", "Bà Năm"],
    [2, "Bình", "6/1", "", "không có", "Bà Sáu"],
    [3, "Chi", "6/1", "0934000043", "", ""],
]
DAMAGED: Rows = [
    ["STT", "Họ tên", "Lớp", "SĐT"],
    [1, "An", dt.datetime(2026, 1, 6), "0934000051"],  # noqa: DTZ001 - as a spreadsheet has it
    [2, "Bình", 6.1, "0934000052"],
    [3, "Chi", 60, "0934000053"],
    [4, "Dung", "", "0934000054"],
    [5, "Em", "Lớp 6A1", "0934000055"],
]
SEVERAL: Rows = [
    ["STT", "Họ tên", "Lớp", "SĐT bố, mẹ"],
    [1, "An", "6A1", "bố: 0934000061, mẹ: 0934000062"],
    [2, "Bình", "6A1", "0934.000.063 - 0934.000.064"],
    [3, "Chi", "6A1", "bố 0934000065 mẹ 0934000066"],
    [4, "Dung", "6A1", "(ông) 0934000067"],
    [5, "Em", "6A1", "0934000068 (gọi sau 17h)"],
    [6, "Giang", "6A1", "0934000069/70"],
    [7, "Hoa", "6A1", "0934000071\n0251 3822222"],
    [8, "Khoa", "6A1", "số 1: 0934000072; số 2: 0934000073"],
]
UNREACHABLE: Rows = [
    ["STT", "Họ tên", "Lớp", "SĐT", "Email"],
    [1, "An", "6A1", "0251 382 2222", "an@"],
    [2, "Bình", "6A1", "1900 54 54 61", ""],
    [3, "Chi", "6A1", "+86 138 0013 8000", ""],
    [4, "Dung", "6A1", "093400008", ""],
    [5, "Em", "6A1", "09340000811", ""],
    [6, "Giang", "6A1", "9.34E+08", ""],
    [7, "Hoa", "6A1", 934000081.5, ""],
    [8, "Khoa", "6A1", "075213004567", ""],
    [9, "Lan", "6A1", "chưa có", "không"],
    [10, "Mai", "6A1", "0934000082", ""],
]
SPELLINGS: Rows = [
    [nfd("DANH SÁCH LỚP LÁ 1")],
    ["STT", nfd("Họ tên"), nfd("SĐT mẹ"), nfd("Dân tộc")],
    [1, nfd("Đặng Ánh"), "0934\xa0000\xa0091", "Kinh"],
    [2, "Bình", "\u200b0934000092\u200e", "Kinh"],
    [3, "Chi", wide("0934000093"), "Kinh"],
    [4, "Dung", "O934OOOO94", "Kinh"],
    [5, "Em", "+84 (0) 934 000 095", "Kinh"],
    [6, "Giang", 84934000096, "Kinh"],
    [7, "Hoa", 934000097.0, "Kinh"],
    [8, "Khoa", "0120 400 0098", "Kinh"],
    [9, "Lan", "'0934000099", "Kinh"],
]
TWICE: Rows = [
    ["STT", "Họ tên", "SĐT"],
    *([n, f"Học Sinh {chr(64 + n)}", "0934000101"] for n in range(1, 7)),
    [7, "Học Sinh Riêng", "0934000102"],
]
COLUMNS: Rows = [
    ["STT", "Họ tên", "Lớp", "SĐT", "Xe đưa đón", "CCCD", "Email"],
    [1, "An", "6A1", "0934000111", "Tuyến 3", "075213004567", "Mẹ: an@example.com; bo.an@example.com"],
]

NEW_PUPILS: Rows = [
    ["STT", "Họ tên", "SĐT", "Trạng thái", "Ghi chú"],
    [1, "An", "0934000171", "Đang học", "mẹ: 0934999991"],
    [2, "Bình", "0934000172", "Đã chuyển trường", "Số của ông 0934999992"],
    [3, "Em", "0934000173 (số cũ 0934999990)", "", ""],
    ["", "Lê Văn Chi", "", "", "lớp trưởng"],
    ["", "", "", "", ""],
    ["", "Trưởng ban đại diện: Ông Sáu", "0934999993", "", ""],
]
TEACHERS: Rows = [["STT", "Họ tên giáo viên", "Điện thoại"], [1, "Vũ Thị Giang", "0934999994"]]

EXCEL_KINDS = {
    "a header of three rows, numbered columns, hidden ones": Kind(
        THREE_ROWS,
        {("S", 7): {"phone.zero_restored"}, ("S", 8): {"contact.none"}},
        ["+84934000001", "+84934000002"],
        ["Số định danh"],
        ["6A1", "6A1"],
    ),
    "two classes side by side": Kind(
        xlsx({"S": SIDE_BY_SIDE}),
        {("S", 3): {"phone.too_short", "contact.none"}, ("S", 4): {"contact.none"}},
        ["+84934000011", "+84934000012", "+84934000013"],
        classes=["7A1", "7A2", "7A1", "7A2", "7A1"],
    ),
    "rows without numbers, a total, signatures with a teacher's telephone": Kind(
        xlsx({"8A1": UNNUMBERED}), {("8A1", 4): {"contact.none"}}, ["+84934000021", "+84934000022"], classes=["8A1"] * 3
    ),
    "the grade in a column of its own, last year's class beside it": Kind(
        xlsx({"S": GRADES}), {}, [f"+8493400003{n}" for n in range(1, 6)], classes=["6A1", "7A1", "8/2", "9A1", "Lá 1"]
    ),
    "columns headed by nothing but who it is": Kind(
        xlsx({"S": WHOSE}), {("S", 3): {"contact.none"}}, ["+84934000041", "+84934000042", "+84934000043"], classes=["6/1"] * 3
    ),
    "classes only in the names of sheets": Kind(
        xlsx(
            {
                name: one(f"093400012{n}")
                for n, name in enumerate(
                    ["Lớp 6A1", "6.1", "Lá 1", "Nhóm trẻ 25-36 tháng", "12 Anh", "DS lớp 9A (2)", "Thỏ Trắng"]
                )
            }
            | {"Năm ngoái": one("0934999998")},
            hidden=["Năm ngoái"],
        ),
        {("Thỏ Trắng", 2): {"class.missing"}},
        [f"+8493400012{n}" for n in range(7)],
        classes=["6A1", "6.1", "Lá 1", "Nhóm trẻ 25-36 tháng", "12 Anh", "9A", ""],
    ),
    "classes that became dates and numbers": Kind(
        xlsx({"Sheet1": DAMAGED}),
        {("Sheet1", row): {"class.damaged"} for row in (2, 3, 4)} | {("Sheet1", 5): {"class.missing"}},
        [f"+8493400005{n}" for n in range(1, 6)],
        classes=["", "", "", "", "6A1"],
    ),
    "several numbers in a cell, with words": Kind(
        xlsx({"S": SEVERAL}),
        {("S", row): {"phone.several"} for row in (2, 3, 4, 9)}
        | {("S", row): {"phone.ambiguous", "contact.none"} for row in (6, 7)}
        | {("S", 8): {"phone.several", "phone.landline"}},
        [f"+849340000{n}" for n in (61, 62, 63, 64, 65, 66, 67, 71, 72, 73)],
    ),
    "what no message goes to": Kind(
        xlsx({"S": UNREACHABLE}),
        {
            ("S", row): {code, "contact.none"}
            for row, code in (
                (3, "phone.not_vietnamese_mobile"),
                (4, "phone.not_vietnamese_mobile"),
                (5, "phone.too_short"),
                (6, "phone.too_long"),
                (7, "phone.digits_lost"),
                (8, "phone.digits_lost"),
                (9, "phone.too_long"),
            )
        }
        | {("S", 2): {"phone.landline", "email.invalid", "contact.none"}, ("S", 10): {"contact.none"}},
        ["+84934000082"],
    ),
    "a Mac's letters, wide digits, what nobody sees": Kind(
        xlsx({"S": SPELLINGS}),
        {("S", 9): {"phone.zero_restored"}, ("S", 10): {"phone.converted_2018"}},
        [*(f"+8493400009{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9)), "+84704000098"],
        ["Dân tộc"],
        ["LÁ 1"] * 9,
    ),
    "the same list twice, and a teacher's number for many": Kind(
        xlsx({"6A2": TWICE, "6A2 (2)": TWICE}),
        {("6A2", row): {"phone.shared"} for row in range(2, 8)}
        | {("6A2 (2)", row): {"row.duplicate", "phone.shared"} for row in range(2, 8)}
        | {("6A2 (2)", 8): {"row.duplicate"}},
        ["+84934000101", "+84934000102"],
    ),
    "pupils who came and went, somebody in charge, teachers, a sheet of words": Kind(
        xlsx({"7A": NEW_PUPILS, "Giáo viên": TEACHERS, "Hướng dẫn": [["Điền đủ số điện thoại"], ["Gửi về văn phòng"]]}),
        {("7A", 3): {"pupil.left"}, ("7A", 4): {"phone.old_number"}, ("7A", 5): {"contact.none"}},
        ["+84934000171", "+84934000172", "+84934000173"],
        classes=["7A"] * 4,
    ),
    "letters that became question marks": Kind(
        "STT;H? và tên;L?p;S?T m?\n1;Nguy?n V?n An;6A1;0934000181\n".encode("cp1252"), {}, ["+84934000181"], classes=["6A1"]
    ),
    "a workbook with a macro": Kind(
        with_part(xlsx({"S": COLUMNS}), "xl/vbaProject.bin", bytes(range(256)) * 8), {}, ["+84934000111"], ["CCCD"]
    ),
    "Excel 97": Kind(
        (LISTS / "thcs.xls").read_bytes(),
        {
            ("Lớp 6A1", 4): {"phone.zero_restored"},
            ("Lớp 6A1", 5): {"phone.zero_restored"},
            ("Lớp 6A1", 6): {"phone.ambiguous", "contact.none"},
            ("6.2", 2): {"class.damaged"},
            ("6.2", 3): {"phone.zero_restored"},
        },
        [f"+8491700000{n}" for n in (1, 2, 3, 5, 6)],
        ["Ngày sinh"],
        ["6A1", "6A1", "6A1", "", "6/2"],
    ),
    "text with Excel's hint, quotes, breaks in cells": Kind(
        'sep=;\nSTT;Họ tên;Lớp;SĐT\n1;"Lê ""Tí"" An";6A1;"0934000131\n0934000132"\n2;Bình;06-Thg1;0934000133\n'.encode(),
        {(None, 2): {"phone.several"}, (None, 3): {"class.damaged"}},
        ["+84934000131", "+84934000132", "+84934000133"],
    ),
    "formulas that no spreadsheet has worked out yet": Kind(
        xlsx({"S": [["STT", "Họ tên", "Lớp", "SĐT"], [1, "An", "6A1", '="0"&934000151'], [2, "Bình", "=Lop!A1", "0934000152"]]}),
        {("S", 2): {"cell.no_result", "contact.none"}, ("S", 3): {"cell.no_result"}},
        ["+84934000152"],
        classes=["6A1", ""],
    ),
    "rows that a filter hides": Kind(
        xlsx(
            {"S": [["STT", "Họ tên", "Lớp", "SĐT"], *([n, "An", "6A1", f"093400016{n}"] for n in range(1, 4))]}, hidden_rows=[3]
        ),
        {},
        [f"+8493400016{n}" for n in range(1, 4)],
    ),
    "Windows-1258": Kind(
        nfd("STT;Họ tên;Lớp;SĐT mẹ;Tôn giáo\n1;Đặng Hoàng Thảo;Lá 1;0934000141;Không\n")
        .replace(nfd("ă"), "ă")
        .replace(nfd("â"), "â")
        .replace(nfd("ê"), "ê")
        .replace(nfd("ô"), "ô")
        .replace(nfd("ơ"), "ơ")
        .replace(nfd("ư"), "ư")
        .encode("cp1258", "replace"),
        {},
        ["+84934000141"],
        ["Tôn giáo"],
        ["Lá 1"],
    ),
}
