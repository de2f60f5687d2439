"""Names as they are searched and shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_registry.addresses.masking import masked_name
from contact_registry.headings.meanings import fold
from contact_registry.people.directory import fold_name

LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂBCDĐEÊGHIKLMNOÔƠPQRSTUƯVXY"
MARKS = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
words = st.lists(st.tuples(st.sampled_from(LETTERS), st.sampled_from(MARKS)).map("".join), min_size=1).map("".join)


@given(st.lists(words, min_size=1, max_size=5).map(" ".join), st.sampled_from(["NFC", "NFD"]))
def test_a_name_folds_as_a_heading_does_in_whatever_form_it_was_typed(name: str, form: str) -> None:
    assert fold_name(unicodedata.normalize(form, name)) == fold(name).split()  # type: ignore[arg-type]


@given(st.text())
def test_anything_folds_to_words_without_marks_and_capitals(text: str) -> None:
    for word in fold_name(text):
        assert not any(unicodedata.combining(c) or c.isspace() for c in word)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Văn An", "N. V. An"),
        ("  Đỗ   Ánh Ngọc ", "Đ. Á. Ngọc"),
        ("An", "An"),
        ("", ""),
    ],
)
def test_a_masked_name_is_what_a_person_is_called_by(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@given(st.lists(words, min_size=2, max_size=5))
def test_no_family_or_middle_name_is_shown(name: list[str]) -> None:
    *before, given = masked_name(" ".join(name)).split()
    assert given == unicodedata.normalize("NFC", name[-1]) or given == name[-1]
    assert all(len(part) <= 2 and part.endswith(".") for part in before)
