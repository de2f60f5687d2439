"""Lists as schools and programs of all kinds write them (all people invented), each with what must come of it.

tests/vectors/strangers.json says it by file: pupils (`rows`), numbers, classes, names, emails; `codes` of rows by number, where a
row that is not named has no error; `says`: codes that must be among its problems; `left_out`: rows by reason; `refused`: the
code, the `columns` offered, and what comes out once a person `said` what they are; `sample`: the same as that sample, a `sheet`
of it, a code `besides`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from contact_registry.errors import ImportRefused
from contact_registry.headings import ColumnMeaning, Field, fold_heading
from contact_registry.lists import CheckedList, SeenColumn, read_list

VECTORS = Path(__file__).parents[1] / "vectors"
RIGHT: dict[str, dict[str, Any]] = json.loads((VECTORS / "strangers.json").read_text(encoding="utf-8"))
SAMPLES: dict[str, list[dict[str, Any]]] = json.loads((VECTORS / "sample_lists.json").read_text(encoding="utf-8"))


def data_of(name: str) -> bytes:
    return (VECTORS / "strangers" / name).read_bytes()


def read(name: str, right: dict[str, Any]) -> CheckedList | None:
    """The list as a person gets it in the end; None where it is refused for good."""
    if "refused" not in right:
        return read_list(data_of(name), "")
    with pytest.raises(ImportRefused) as refused:
        read_list(data_of(name), "")
    assert refused.value.code == right["refused"]
    if "said" not in right:
        return None
    headings = [column.heading for column in refused.value.columns if isinstance(column, SeenColumn)]
    assert headings == right["columns"]
    said = {fold_heading(h): ColumnMeaning(Field(f)) for h, f in zip(headings, right["said"], strict=True)}
    return read_list(data_of(name), "", meanings=said)


def test_every_file_has_an_outcome() -> None:
    assert {file.name for file in (VECTORS / "strangers").iterdir()} == RIGHT.keys()
    assert len(RIGHT) == 61


@pytest.mark.parametrize("name", [name for name in sorted(RIGHT) if "sample" not in RIGHT[name]])
def test_a_stranger_s_list_comes_out_right(name: str) -> None:
    right = RIGHT[name]
    checked = read(name, right)
    if checked is None:
        return
    rows = checked.rows
    assert len(rows) == right["rows"]
    assert sorted({number for row in rows for _, number in row.phones}) == sorted(right["numbers"])
    assert sorted({row.class_name for row in rows}) == sorted(right["classes"])
    if "names" in right:
        assert [row.pupil for row in rows] == right["names"]
    if "emails" in right:
        assert sorted({email for row in rows for email in row.emails}) == right["emails"]
    if "dropped" in right:
        assert list(checked.dropped_columns) == right["dropped"]
    for row in rows:
        found = sorted(problem.code for problem in row.problems)
        wanted = right.get("codes", {}).get(str(row.row))
        assert found == sorted(wanted) if wanted is not None else not row.to_fix, row.row
    assert set(right.get("says", ())) <= {problem.code for problem in checked.problems}
    for reason, numbers in right.get("left_out", {}).items():
        assert [list(each.rows) for each in checked.left_out if each.reason == reason] == [numbers]


@pytest.mark.parametrize("name", [name for name in sorted(RIGHT) if "sample" in RIGHT[name]])
def test_a_sample_that_went_through_a_program_comes_out_as_it_was(name: str) -> None:
    right = RIGHT[name]
    checked = read_list(data_of(name), "")
    besides = {right.get("besides")}
    found = [
        (
            row.row,
            row.class_name,
            [number for _, number in row.phones],
            row.email,
            {p.code for p in row.problems} - besides,
        )
        for row in checked.rows
    ]
    assert found == [
        (row["row"], row["class"], row["phones"], row["email"], set(row["codes"]) - besides)
        for row in SAMPLES[right["sample"]]
        if row["sheet"] == right.get("sheet", row["sheet"])
    ]
    assert set(right.get("says", ())) <= {problem.code for problem in checked.problems}
