"""The three sample lists, row for row and code for code."""

import json
from pathlib import Path

import pytest

from contact_registry.lists import read_list

ROOT = Path(__file__).parents[2]
EXPECTED = json.loads((ROOT / "tests/vectors/sample_lists.json").read_text(encoding="utf-8"))


def sample(name: str) -> bytes:
    return (ROOT / "service/standalone/samples" / name).read_bytes()


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_comes_out_as_expected(name: str) -> None:
    found = [
        {
            "sheet": row.sheet,
            "row": row.row,
            "class": row.class_name,
            "phones": [phone for _, phone in row.phones],
            "email": row.email,
            "codes": sorted(problem.code for problem in row.problems),
        }
        for row in read_list(sample(name), name).rows
    ]
    assert found == [{**row, "codes": sorted(row["codes"])} for row in EXPECTED[name]]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_counts_are_of_the_sheet(name: str) -> None:
    rows, counts = EXPECTED[name], read_list(sample(name), name).counts
    assert counts.rows == len(rows)
    assert counts.phones == len({phone for row in rows for phone in row["phones"]})
    assert counts.emails == len({row["email"] for row in rows if row["email"]})
    assert counts.without_contact == sum("contact.none" in row["codes"] for row in rows)


def test_private_columns_are_dropped_and_named() -> None:
    assert read_list(sample("thcs-nguyen-binh-khiem.xlsx"), "").dropped_columns == ("Ngày sinh", "Dân tộc")
    assert read_list(sample("th-le-quy-don.csv"), "").dropped_columns == ("Địa chỉ",)


def test_windows_1258_is_said_once_and_read_in_composed_letters() -> None:
    checked = read_list(sample("mn-hoa-sen-cp1258.csv"), "")
    assert [(p.sheet, p.row) for p in checked.problems if p.code == "text.legacy_encoding"] == [(None, None)]
    assert checked.rows[0].pupil == "Đặng Hoàng Thảo"
    assert checked.rows[0].class_name == "Lá 1"


def test_who_a_number_belongs_to_is_read_from_the_header() -> None:
    row = read_list(sample("thcs-nguyen-binh-khiem.xlsx"), "").rows[0]
    assert [role for role, _ in row.phones] == ["father", "mother"]


def test_a_checked_list_shows_nobody_when_printed() -> None:
    checked = read_list(sample("thcs-nguyen-binh-khiem.xlsx"), "")
    assert "+84" not in repr(checked)
    assert "Phạm" not in repr(checked)
    assert "@" not in repr(checked)
