"""The file of numbers, kept ahead by whoever works; one that cannot be written holds up nobody."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from service.records import AHEAD, issued_up_to
from tests.workers.jobs.conftest import Bench
from workers.kept.tools import Tools
from workers.rounds.numbering import keep_numbers


def _with(bench: Bench, file: Path | None) -> Tools:
    return replace(bench.tools, settings=bench.tools.settings.model_copy(update={"numbers_file": file}))


async def test_it_is_far_ahead_of_what_was_issued(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "numbers"
    await keep_numbers(_with(bench, file))
    (row,) = await bench.approved.rows("SELECT next_number FROM number_counter")
    assert issued_up_to(file) == row.next_number + AHEAD


async def test_a_file_that_cannot_be_written_holds_up_nobody(bench: Bench, tmp_path: Path) -> None:
    await keep_numbers(_with(bench, tmp_path / "no such directory" / "numbers"))
    spoiled = tmp_path / "numbers"
    spoiled.write_text("no number", encoding="ascii")
    await keep_numbers(_with(bench, spoiled))
    assert spoiled.read_text(encoding="ascii") == "no number", "what it was is for a person to find out"


async def test_a_worker_without_one_asks_for_nothing_and_writes_nothing(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await bench.approved.run("DROP FUNCTION door_next_number")
    await keep_numbers(_with(bench, None))
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - within a coroutine
    with pytest.raises(ProgrammingError):
        await keep_numbers(_with(bench, tmp_path / "numbers"))
