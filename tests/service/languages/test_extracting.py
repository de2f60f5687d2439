"""`make catalogues`: a language is begun by its code; what lacks words is said by file, or only counted where words may lack."""

from pathlib import Path

import pytest

from service.languages.extracting import main, update


@pytest.mark.parametrize(
    ("written", "said"),
    [("kh", "not the country's"), ("xx", "no language's code"), ("km-KH", "no language's code"), ("KM", "written km")],
)
def test_what_is_no_languages_code_begins_none(written: str, said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        main([written])


def test_a_language_that_is_begun_says_how_much_of_it_is_lacking(tmp_path: Path) -> None:
    (line,) = update(("km",), tmp_path)
    assert line.startswith("km: ")
    assert "still to be translated" in line


def test_a_language_that_must_be_whole_names_each_sentence_with_its_file(tmp_path: Path) -> None:
    lines = update(("vi",), tmp_path)
    assert len(lines) > 500
    assert all(line.startswith("vi/") and ".po: " in line for line in lines)
