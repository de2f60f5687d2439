"""The look-up number: one to one, caught when mistyped, found in a text, the same as in the checked-in vectors."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.signing.lookup_numbers import LookupNumbers, Mistyped, find_numbers
from tests.vectors.make_lookup_numbers import vectors

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "lookup_numbers.json").read_text())
TWELVE = LookupNumbers(bytes(range(32)))
SIXTEEN = LookupNumbers(bytes(range(32)), 16)
serials = st.integers(0, TWELVE.capacity - 1)


def test_the_vectors_are_what_their_script_makes() -> None:
    assert vectors() == VECTORS


@pytest.mark.parametrize("vector", VECTORS["numbers"])
def test_numbers_are_those_of_the_vectors(vector: dict[str, Any]) -> None:
    numbers = LookupNumbers(bytes.fromhex(VECTORS["key"]), vector["digits"])
    assert numbers.written(vector["number"]) == vector["written"]
    assert numbers.number(vector["written"]) == vector["number"]


@given(serials)
def test_every_number_comes_back(serial: int) -> None:
    assert TWELVE.number(TWELVE.written(serial)) == serial


@given(st.integers(0, SIXTEEN.capacity - 1))
def test_every_number_of_a_nation_comes_back(serial: int) -> None:
    assert SIXTEEN.number(SIXTEEN.written(serial)) == serial


@given(serials)
def test_the_first_digit_is_2_to_7_and_the_whole_is_1_modulo_97(serial: int) -> None:
    written = TWELVE.written(serial)
    assert written[0] in "234567"
    assert [len(group) for group in written.split(" ")] == [4, 4, 4]
    assert int(written.replace(" ", "")) % 97 == 1


@given(serials, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_caught(serial: int, at: int, by: int) -> None:
    plain = TWELVE.written(serial).replace(" ", "")
    wrong = plain[:at] + str((int(plain[at]) + by) % 10) + plain[at + 1 :]
    with pytest.raises(Mistyped):
        TWELVE.number(wrong)


@given(serials, st.integers(0, 10))
def test_two_swapped_neighbours_are_always_caught(serial: int, at: int) -> None:
    plain = TWELVE.written(serial).replace(" ", "")
    swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
    if swapped != plain:
        with pytest.raises(Mistyped):
            TWELVE.number(swapped)


@pytest.mark.parametrize("form", ["{}{}{}", "{} {} {}", "{}.{}.{}", "{}-{}-{}", "{}\u00a0{}\u00a0{}", " {} – {} – {} "])
def test_grouping_does_not_matter(form: str) -> None:
    assert TWELVE.number(form.format(*TWELVE.written(7).split(" "))) == 7


def test_full_width_digits_are_digits() -> None:
    wide = TWELVE.written(7).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert TWELVE.number(wide) == 7


@pytest.mark.parametrize(
    "typed", ["", "abc", "1", "0000 0000 0000", "4071 8826 316", "4071 8826 31633", "4071-8826-316x", "²²²²²²²²²²²²"]
)
def test_what_is_no_look_up_number_is_mistyped(typed: str) -> None:
    with pytest.raises(Mistyped):
        TWELVE.number(typed)


@pytest.mark.parametrize("number", [-1, TWELVE.capacity])
def test_there_are_no_numbers_beyond_the_range(number: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        TWELVE.written(number)


def test_another_key_leads_elsewhere() -> None:
    assert LookupNumbers(b"k" * 32).number(TWELVE.written(7)) != 7


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Số tra cứu: 4071 8826 3163", ["407188263163"]),
        ("So tra cuu:407188263163.", ["407188263163"]),
        ("4071.8826.3163, 4071-8826-3163", ["407188263163"]),
        ("Gọi 113. 4071 8826 3163", ["407188263163"]),
        ("４０７１ ８８２６ ３１６３", ["407188263163"]),
        ("13/10 4071\u00a08826\u00a03163 và 2345 6789 0123", ["407188263163", "234567890123"]),
        ("Gọi 0912 345 678 hoặc 113", []),
        ("4071 8826 31633", []),
        ("", []),
    ],
)
def test_numbers_are_found_in_a_text(text: str, found: list[str]) -> None:
    assert find_numbers(text) == found
