"""A row with a name and a number is a pupil, whatever else stands in it: no remark costs a pupil or renames a class."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from contact_registry.lists import read_list
from tests.factories.remarks import REMARKS

pytestmark = pytest.mark.thorough
NAMES = ("Nguyễn Văn An", "Trần Thị Bình", "Lê Công", "Tống Thị Cộng", "H'Loan Êban", "Phạm Ngọc Nữ")
PLACES = ("notes", "unknown", "order", "class", "phone", "beside", "bracket", "dash", "row", "name")
"""Where a remark stands: in a column, beside the table, behind the name, in a row of its own, in place of a name."""


@dataclass(frozen=True)
class Written:
    """How a list is kept: with STT, with a class column (else a title says it),
    and whether the pupil with the remark has them too.
    """

    numbered: bool
    classed: bool
    place: str
    has_number: bool
    has_order: bool


def lists() -> Iterator[Written]:
    for place in PLACES:
        for numbered in (True, False):
            for classed in (True, False):
                for has_number in (True, False):
                    for has_order in (True, False) if numbered else (False,):
                        yield Written(numbered, classed, place, has_number, has_order)


LISTS = [
    each
    for each in lists()
    # A remark in place of a name is a pupil by the row's own number and a telephone; "Tổng số" without one is a total.
    if each.place != "name" or (each.has_order and each.has_number)
]


def rows_of(kept: Written, remark: str, at: int) -> list[list[str]]:
    """The cells of six pupils; the one `at` has the remark."""
    rows = []
    for n, name in enumerate(NAMES):
        cells = {
            "order": str(n + 1),
            "name": name,
            "class": "6A1",
            "phone": f"091234560{n}",
            "unknown": "",
            "notes": "",
            "beside": "",
        }
        if n == at and kept.place != "row":
            cells["phone"] = cells["phone"] if kept.has_number else ""
            cells["order"] = cells["order"] if kept.has_order else ""
            if kept.place in cells:
                cells[kept.place] = remark
            else:
                cells["name"] = f"{name} ({remark})" if kept.place == "bracket" else f"{name} - {remark}"
        rows.append(_cells(kept, cells))
    if kept.place == "row":
        rows.insert(at, _cells(kept, {"notes": remark}))
    return rows


def _cells(kept: Written, cells: dict[str, str]) -> list[str]:
    wanted = [
        ("order", kept.numbered),
        ("name", True),
        ("class", kept.classed),
        ("phone", True),
        ("unknown", True),
        ("notes", True),
        ("beside", True),
    ]
    return [cells.get(column, "") for column, there in wanted if there]


def file_of(kept: Written, remark: str, at: int) -> bytes:
    heads = {"order": "STT", "name": "Họ và tên", "class": "Lớp", "phone": "SĐT mẹ", "unknown": "Xe đưa đón", "notes": "Ghi chú"}
    lines = [["DANH SÁCH LỚP 6A1"], _cells(kept, heads), *rows_of(kept, remark, at)]
    return "\n".join("\t".join(line) for line in lines).encode()


def check(kept: Written, remark: str, at: int) -> None:
    said = (kept, remark, at)
    checked = read_list(file_of(kept, remark, at), "")
    begins = 3 + (kept.place == "row" and at == 0)
    assert len(checked.rows) == len(NAMES), said
    for n, row in enumerate(checked.rows):
        if kept.place == "row":
            assert row.row == 3 + n + (n >= at), said
        else:
            assert row.row == begins + n, said
        marked = n == at and kept.place != "row"
        if not (marked and kept.place == "class"):
            assert row.class_name == "6A1", said
        if not (marked and (kept.place == "phone" or not kept.has_number)):
            assert [number for _, number in row.phones] == [f"+8491234560{n}"], said
        if not (marked and kept.place in ("bracket", "dash", "name")):
            assert row.pupil == NAMES[n], said
    left_out = [number for each in checked.left_out for number in each.rows]
    assert sorted(left_out) == [1, 2] + ([3 + at] if kept.place == "row" else []), said


@pytest.mark.parametrize("place", PLACES)
def test_no_remark_costs_a_pupil_or_renames_a_class(place: str) -> None:
    chance = random.Random(f"12 {place}")
    kinds = [kept for kept in LISTS if kept.place == place]
    for remark in REMARKS:
        check(chance.choice(kinds), remark, chance.randrange(len(NAMES)))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("place", PLACES)
def test_no_remark_costs_a_pupil_or_renames_a_class_in_any_list(place: str) -> None:
    chance = random.Random(f"slow {place}")
    for kept in LISTS:
        if kept.place == place:
            for remark in REMARKS:
                check(kept, remark, chance.randrange(len(NAMES)))
