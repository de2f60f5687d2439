"""Lists with every habit a school has, and what must come of each:
codes by sheet and row, and the numbers that get the warning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.factories.lists import in_tcvn3, in_vni, ods

Found = dict[tuple[str | None, int], set[str]]
"""Codes by sheet and row."""


@dataclass(frozen=True)
class Kind:
    """A file, the codes by sheet and row that must come out, and the numbers that must get the warning."""

    data: bytes
    codes: Mapping[Any, set[str]]
    numbers: Sequence[str]
    dropped: Sequence[str] = ()
    classes: Sequence[str] | None = None
    """Of every row in order, where a list is about them."""


def text(*lines: str) -> str:
    return "\r\n".join(lines)


KINDS = {
    "a sheet a class, titles above, totals below, two tables": Kind(
        ods(
            {
                "6A1": [
                    ["TRƯỜNG THCS AN PHƯỚC"],
                    ["STT", "Họ đệm", "Tên", "SĐT cha", "SĐT mẹ"],
                    [1, "Nguyễn Văn", "An", "0912000001", "0912000002"],
                    [2, "Trần Thị", "Bình", 912000003, ""],
                    ["Tổng cộng: 2"],
                    ["", "", "", "Hiệu trưởng"],
                ],
                "6A2": [
                    ["STT", "Họ và tên", "SĐT"],
                    [1, "Lê Văn Chung", "0912000001"],
                    [],
                    ["DANH SÁCH LỚP 6A3"],
                    ["STT", "Họ và tên", "SĐT"],
                    [1, "Vũ Thị Dung", "091200000"],
                ],
            }
        ),
        {("6A1", 4): {"phone.zero_restored"}, ("6A2", 6): {"phone.too_short", "contact.none"}},
        ["+84912000001", "+84912000002", "+84912000003"],
    ),
    "formulas that failed, and a byte that is no letter": Kind(
        text("STT;Họ tên;Lớp;SĐT", "1;An;#N/A;0912111111", "2;B", "3;Chung;6A1;#REF!", "4;Dung;6A1;0912111112")
        .encode()
        .replace(b"2;B", b"2;B\xecnh;6A1;0912111113"),
        {(None, 2): {"cell.error"}, (None, 3): {"cell.letters_lost"}, (None, 4): {"cell.error", "contact.none"}},
        ["+84912111111", "+84912111112", "+84912111113"],
        classes=["", "6A1", "6A1", "6A1"],
    ),
    "numbers in every spelling": Kind(
        text(
            "STT;Họ tên;Lớp;SĐT;CCCD;Dân tộc",
            "1;An;6A1;+84 913 000 001;075012345671;Kinh",
            "2;Bình;6A1;0084913000002 (ba), Zalo 0913.000.003;075012345672;Kinh",
            "3;Chung;6A1;O913OOOOO4;075012345673;Kinh",
            "4;Dung;6A1;0122 300 0005;075012345674;Kinh",
            "5;Em;6A1;0913000006/07;075012345675;Kinh",
            "6;Giang;6A1;0251 382 2222;075012345676;Kinh",
            "7;Hoa;6A1;9.13E+08;075012345677;Kinh",
        ).encode("utf-8-sig"),
        {
            (None, 3): {"phone.several"},
            (None, 5): {"phone.converted_2018"},
            (None, 6): {"phone.ambiguous", "contact.none"},
            (None, 7): {"phone.landline", "contact.none"},
            (None, 8): {"phone.digits_lost", "contact.none"},
        },
        ["+84913000001", "+84913000002", "+84913000003", "+84913000004", "+84773000005"],
        ["CCCD", "Dân tộc"],
    ),
    "UTF-16 without its mark, from a Mac": Kind(
        text("STT\tHọ tên\tLớp\tĐiện thoại", "1\tAn\t1/1/2026\t0914000001", "2\tBình\t\t0914000002").encode("utf-16-le"),
        {(None, 2): {"class.damaged"}, (None, 3): {"class.missing"}},
        ["+84914000001", "+84914000002"],
    ),
    "an old font, headings too": Kind(
        ods(
            {
                "Lop 6A1": [
                    [in_tcvn3(each) for each in ("STT", "Họ và tên", "Điện thoại mẹ")],
                    *([n, in_tcvn3(f"Nguyễn Thị Ánh {n}"), f"091500000{n}"] for n in range(1, 4)),
                ]
            }
        ),
        {},
        ["+84915000001", "+84915000002", "+84915000003"],
    ),
    "an old font, names only": Kind(
        ods(
            {
                "6A1": [
                    ["STT", "Họ và tên", "SĐT phụ huynh"],
                    *([n, in_vni(f"Nguyễn Hữu Nghĩa {n}"), f"091600000{n}"] for n in range(1, 5)),
                ]
            }
        ),
        {},
        [f"+8491600000{n}" for n in range(1, 5)],
    ),
}
