"""Rows in = rows accounted for: each row with content is a pupil or is left out for a reason, in every list there is."""

import random
from collections import Counter
from pathlib import Path

import pytest

from contact_registry.errors import ImportRefused
from contact_registry.lists import CheckedList, RowReason, in_short, read_list, reason_in_words
from contact_registry.lists.tables import best_columns
from contact_registry.spreadsheets.sheets import read_workbook
from contact_registry.spreadsheets.written import written
from tests.factories.excel_kinds import EXCEL_KINDS
from tests.factories.kinds import KINDS

ROOT = Path(__file__).parents[2]
FILES = {
    f"{folder}/{file.name}": file.read_bytes()
    for folder in ("tests/vectors/lists", "tests/vectors/strangers", "service/standalone/samples")
    for file in sorted((ROOT / folder).iterdir())
}
LISTS = FILES | {name: kind.data for name, kind in (KINDS | EXCEL_KINDS).items()}
REFUSED = {"protected.xlsx", "x21-velvetsweatshop.xlsx", "l48-no-header.xlsx"}


def in_the_file(data: bytes) -> set[tuple[str | None, int]]:
    """Sheet and number of each row in which somebody sees something."""
    return {
        (sheet.name, index + 1)
        for sheet in read_workbook(data, best_columns).sheets
        for index, row in enumerate(sheet.rows)
        if any(map(written, row))
    }


def accounted(checked: CheckedList) -> Counter[tuple[str | None, int]]:
    """How often each row is told of, a row with two pupils side by side once."""
    pupils = Counter({(row.sheet, row.row) for row in checked.rows})
    return pupils + Counter((each.sheet, row) for each in checked.left_out for row in each.rows)


@pytest.mark.parametrize("name", LISTS)
def test_every_row_of_a_list_is_accounted_for_once(name: str) -> None:
    try:
        checked = read_list(LISTS[name], "")
    except ImportRefused:
        assert name.rsplit("/", 1)[-1] in REFUSED
        return
    assert accounted(checked) == Counter(in_the_file(LISTS[name]))


def mixed_up(data: bytes, chance: random.Random) -> bytes:
    """A text's lines in another order, some twice, some gone: headers amid pupils, totals at the top."""
    lines = data.decode("utf-8", "replace").splitlines()
    return "\n".join(chance.choices(lines, k=len(lines))).encode()


def check_mixed_up(seed: int, times: int) -> None:
    chance = random.Random(seed)
    texts = [data for name, data in LISTS.items() if name.endswith(".csv") and b'"' not in data]
    for _ in range(times):
        data = mixed_up(chance.choice(texts), chance)
        try:
            checked = read_list(data, "")
        except ImportRefused:
            continue
        assert accounted(checked) == Counter(in_the_file(data))


def test_every_row_of_a_list_turned_upside_down_is_accounted_for() -> None:
    check_mixed_up(12, 60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_every_row_of_many_lists_turned_upside_down_is_accounted_for(seed: int) -> None:
    check_mixed_up(seed, 600)


def test_every_reason_has_words_of_its_own() -> None:
    words = [reason_in_words(reason) for reason in RowReason]
    assert all(words)
    assert len(set(words)) == len(RowReason)


def test_rows_are_written_as_a_person_writes_them() -> None:
    assert in_short([1, 2, 3, 7, 9, 10]) == "1-3, 7, 9-10"
    assert in_short(list(range(1, 100, 2))).endswith("37, 39, …")
