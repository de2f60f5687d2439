"""The file of numbers only rises, and is there before what it stands for is used."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.records import AHEAD, issued_up_to, keep_ahead


@given(st.lists(st.integers(1, 10 * AHEAD), min_size=1, max_size=20))
def test_it_is_far_ahead_of_whatever_the_counter_said_and_never_falls(
    tmp_path_factory: pytest.TempPathFactory, counters: list[int]
) -> None:
    file = tmp_path_factory.mktemp("keys") / "numbers"
    before = 0
    for counter in counters:
        keep_ahead(file, counter)
        mark = issued_up_to(file)
        assert mark is not None
        assert mark >= counter + AHEAD // 2
        assert mark >= before
        assert mark <= max(before, counter + AHEAD), "no more numbers are given up than need be"
        before = mark


def test_it_is_written_seldom(tmp_path: Path) -> None:
    file = tmp_path / "numbers"
    keep_ahead(file, 1)
    written = file.stat().st_mtime_ns
    keep_ahead(file, 1 + AHEAD // 2)
    assert file.stat().st_mtime_ns == written
    keep_ahead(file, 2 + AHEAD // 2)
    assert issued_up_to(file) == 2 + AHEAD // 2 + AHEAD


def test_without_a_file_nothing_is_known_and_with_a_damaged_one_nothing_is_guessed(tmp_path: Path) -> None:
    assert issued_up_to(tmp_path / "numbers") is None
    (tmp_path / "numbers").write_text("many", encoding="ascii")
    with pytest.raises(ValueError, match="many"):
        issued_up_to(tmp_path / "numbers")
