"""Names and classes stand in the order of a Vietnamese dictionary, not of code points."""

import unicodedata
from typing import Literal

import pytest

from contact_registry.classes.keys import in_order
from contact_registry.vietnamese_order import vietnamese_order

LISTS = [
    "ba bà bả bã bá bạ ban bàn bản bán bạn băn bằn bắn bân bần bấn",
    "a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y",
    "An Ân Bình Chi Dũng Đức Em Én Hà Hạ Hải Hằng Hoa Hòa Hoàng Nam Oanh Ông Phúc Quân Tâm Thảo Uyên Vy Yến",
    "ma mà mả mã má mạ mai mài mải mãi mái mại",
]


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_come_before_tones(listed: str, form: Literal["NFC", "NFD"]) -> None:
    words = [unicodedata.normalize(form, word) for word in listed.split()]
    assert sorted(set(words), key=vietnamese_order) == words


def test_names_are_compared_syllable_by_syllable() -> None:
    names = ["Đỗ An", "Lê Thị Ánh", "Lê Thị Bích", "Lý An", "Nguyễn Ân", "Nguyễn Văn An", "Nguyễn Văn Ân"]
    assert sorted(set(names), key=vietnamese_order) == names
    assert sorted(names) != names  # what code points make of it


def test_case_and_the_way_letters_are_composed_do_not_matter() -> None:
    assert vietnamese_order("ĐỨC") == vietnamese_order(unicodedata.normalize("NFD", "đức"))


def test_classes_named_by_letters_stand_where_a_school_lists_them() -> None:
    classes = ["6A2", "6A10", "6D", "6Đ", "6E", "10A1", "Chồi 1", "Lá 2", "Lá 10", "Mầm 1"]
    assert sorted(sorted(classes), key=in_order) == classes
