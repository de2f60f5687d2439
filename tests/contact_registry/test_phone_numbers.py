"""Numbers as schools write them: every spelling of a mobile gives the same number, and nothing is ever guessed."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_registry import PhoneCell, read_phones
from contact_registry.phone_heads import MOBILE_HEADS, OLD_HEADS

mobiles = st.builds(str.__add__, st.sampled_from(sorted(MOBILE_HEADS)), st.from_regex(r"[0-9]{7}", fullmatch=True))


def e164(national: str) -> str:
    return "+84" + national[1:]


SPELLINGS: list[Callable[[str], str]] = [
    lambda n: n,
    e164,
    lambda n: "84" + n[1:],
    lambda n: "0084" + n[1:],
    lambda n: "(+84)" + n[1:],
    lambda n: "(+84)" + n,
    lambda n: "+84 (0) " + n[1:],
    lambda n: f"{n[:4]}.{n[4:7]}.{n[7:]}",
    lambda n: f"{n[:4]}-{n[4:7]}-{n[7:]}",
    lambda n: f"{n[:3]} {n[3:6]} {n[6:]}",
    lambda n: f"{n[:4]}\xa0{n[4:7]}\xa0{n[7:]}\u200b",
    lambda n: f"'{n}",
    lambda n: f"Zalo: {n} (mẹ)",
    lambda n: f"bố: {n}",
    lambda n: n.translate({ord("0") + d: 0xFF10 + d for d in range(10)}),
    lambda n: n[0] + n[1:].replace("0", "O"),
]


@given(mobiles, st.sampled_from(SPELLINGS))
def test_every_spelling_of_a_mobile_is_the_same_number(number: str, spelling: Callable[[str], str]) -> None:
    assert read_phones(spelling(number)) == PhoneCell((e164(number),))


@given(mobiles)
def test_a_lost_zero_is_given_back(number: str) -> None:
    back = PhoneCell((e164(number),), ("phone.zero_restored",))
    assert read_phones(int(number)) == back
    assert read_phones(float(number)) == back
    assert read_phones(number[1:]) == back
    assert read_phones(f"{number[1:]}.0") == back


@given(st.sampled_from(sorted(OLD_HEADS)), st.from_regex(r"[0-9]{7}", fullmatch=True))
def test_numbers_from_before_2018_are_converted_and_marked(old: str, rest: str) -> None:
    new = e164(OLD_HEADS[old] + rest)
    assert read_phones(old + rest) == PhoneCell((new,), ("phone.converted_2018",))
    assert read_phones("84" + old[1:] + rest) == PhoneCell((new,), ("phone.converted_2018",))
    assert read_phones(int(old + rest)) == PhoneCell((new,), ("phone.zero_restored", "phone.converted_2018"))


@given(mobiles, mobiles, st.sampled_from(["/", ";", ", ", " hoặc ", " và ", " - ", "\n", "|", " ", "-", "  "]))
def test_two_numbers_in_a_cell_are_two(first: str, second: str, between: str) -> None:
    cell = read_phones(f"{first}{between}{second}")
    assert cell.numbers == tuple(dict.fromkeys((e164(first), e164(second))))
    assert cell.problems == ("phone.several",)


@given(mobiles, st.integers(0, 9999))
def test_an_abbreviated_second_number_is_never_guessed(number: str, tail: int) -> None:
    assert read_phones(f"{number}/{tail:02}") == PhoneCell((), ("phone.ambiguous",))


@given(st.one_of(st.text(max_size=60), st.integers(), st.floats(), st.text("0123456789 +-./,()oO", max_size=40)))
def test_whatever_a_cell_holds_only_mobiles_come_out(value: object) -> None:
    cell = read_phones(value)
    assert all(
        len(n) == 12 and n.startswith("+84") and n[3] in "35789" and n[1:].isascii() and n[1:].isdigit() for n in cell.numbers
    )
    assert len(set(cell.numbers)) == len(cell.numbers)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("9.12346E+08", "phone.digits_lost"),
        ("9,12E+8", "phone.digits_lost"),
        (dt.date(2026, 9, 1), "phone.digits_lost"),
        (912345678.5, "phone.digits_lost"),
        ("09123456", "phone.too_short"),
        ("091234567", "phone.too_short"),
        ("09123456789", "phone.too_long"),
        ("091234567890", "phone.too_long"),
        ("02517126725", "phone.landline"),
        ("2517126725", "phone.landline"),
        ("19001234", "phone.not_vietnamese_mobile"),
        ("1900545436", "phone.not_vietnamese_mobile"),
        ("1800 1090", "phone.not_vietnamese_mobile"),
        ("+1 650 253 0000", "phone.not_vietnamese_mobile"),
        ("0061 412 345 678", "phone.not_vietnamese_mobile"),
        ("01112345678", "phone.not_vietnamese_mobile"),
        ("0612345678", "phone.not_vietnamese_mobile"),
    ],
)
def test_what_cannot_get_a_message_is_said(value: object, code: str) -> None:
    assert read_phones(value) == PhoneCell((), (code,))


@pytest.mark.parametrize("value", [None, "", "  ", "không có", "-", "x", 0, "0", "\u200b", True])
def test_an_empty_cell_is_no_problem(value: object) -> None:
    assert read_phones(value) == PhoneCell()


def test_length_tells_a_country_code_from_vinaphones_head() -> None:
    assert read_phones("841234567").numbers == ("+84841234567",)
    assert read_phones("84912345678").numbers == ("+84912345678",)
