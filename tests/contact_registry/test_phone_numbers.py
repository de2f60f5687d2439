"""Numbers as schools write them: every spelling of a mobile gives the same number, and nothing is ever guessed."""

import datetime as dt
import time
import unicodedata
from collections.abc import Callable

import phonenumbers
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from contact_registry.addresses import PhoneCell, read_office_phone, read_phones
from contact_registry.addresses.phone_heads import MOBILE_HEADS, OLD_HEADS

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
    lambda n: n.translate({ord("0") + d: 0x660 + d for d in range(10)}),
    lambda n: f"{n[:4]},{n[4:7]},{n[7:]}",
    lambda n: f"số 1: {n}",
    lambda n: f"bố1: {n}",
    lambda n: "84 (0)" + n[1:],
    lambda n: n + ".0",
    lambda n: f"‘{n}’",
    lambda n: f"{n} ; ",
    lambda n: unicodedata.normalize("NFD", f"mẹ: {n} (bác sĩ)"),
]


@given(mobiles, st.sampled_from(SPELLINGS))
def test_every_spelling_of_a_mobile_is_the_same_number(number: str, spelling: Callable[[str], str]) -> None:
    assert read_phones(spelling(number)) == PhoneCell((e164(number),))


@given(mobiles)
def test_a_lost_zero_is_given_back(number: str) -> None:
    assume(not number.endswith("000000"))
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
    if not rest.endswith("000000"):
        assert read_phones(int(old + rest)) == PhoneCell((new,), ("phone.zero_restored", "phone.converted_2018"))


PREFIXES = ("", "0", "84", "840", "0084", "00840")


def oracle(digits: str) -> set[str]:
    """What a run of digits can be, found the other way round: whatever a mobile looks like behind each way to begin one."""
    rests = [digits.removeprefix(prefix) for prefix in PREFIXES if digits.startswith(prefix)]
    old = {"+84" + OLD_HEADS["0" + rest[:3]][1:] + rest[3:] for rest in rests if len(rest) == 10 and "0" + rest[:3] in OLD_HEADS}
    return old | {"+84" + rest for rest in rests if len(rest) == 9 and is_mobile(rest)}


def is_mobile(rest: str) -> bool:
    number = phonenumbers.PhoneNumber(country_code=84, national_number=int(rest))
    known = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE and rest[0] in "35789"
    return known or "0" + rest[:2] in MOBILE_HEADS


BEGINNINGS = [
    "",
    "0",
    "84",
    "840",
    "0084",
    "00840",
    "009",
    "09",
    "01",
    "012",
    "12",
    "016",
    "9",
    "841",
    "8409",
    "084",
    "02",
    "8402",
    "8400",
]
digit_runs = st.builds(str.__add__, st.sampled_from(BEGINNINGS), st.text("0123456789", min_size=4, max_size=12))


@given(digit_runs)
@example("0121090560")  # an old number with a digit missing, which phonenumbers takes for a new one
@example("008400320910188")
def test_digits_are_a_number_exactly_where_an_oracle_says_so(digits: str) -> None:
    cell = read_phones(digits)
    assert set(cell.numbers) == oracle(digits)
    if not cell.numbers and set(digits) != {"0"}:
        assert len(cell.problems) == 1, "what is no number has one cause"


NO_PHONES = {
    "identity number": st.from_regex(r"0(?:0[1-9]|[1-8][0-9]|9[0-6])[0-3][0-9]{8}", fullmatch=True),
    "account number": st.from_regex(r"[1-7][0-9]{12,15}", fullmatch=True).filter(lambda d: not d.startswith("84")),
    "date": st.dates(dt.date(1950, 1, 1), dt.date(2030, 1, 1)).flatmap(
        lambda d: st.sampled_from(
            [f"{d:%d/%m/%Y}", f"{d:%d-%m-%Y}", f"{d:%d.%m.%Y}", f"{d:%Y-%m-%d}", f"{d.day}/{d.month}/{d.year}"]
        )
    ),
    "landline": st.from_regex(r"(?:0|84|\+84 ?|0084)2[0-9]{1,2}[ .]?[2-8][0-9]{7}", fullmatch=True),
    "service": st.from_regex(r"1[89]00[ .]?[0-9]{4,6}", fullmatch=True),
    "abroad": st.from_regex(r"(?:\+|00)(?:1|7|33|44|49|61|65|66|81|82|85[5-6]|86)[ ]?[1-9][0-9]{7,9}", fullmatch=True),
    "short": st.from_regex(r"[0-9]{3,7}", fullmatch=True).filter(lambda d: set(d) != {"0"}),
}


@pytest.mark.parametrize("kind", NO_PHONES)
@given(data=st.data())
def test_what_is_no_mobile_is_never_taken_for_one(kind: str, data: st.DataObject) -> None:
    cell = read_phones(data.draw(NO_PHONES[kind]))
    assert (cell.numbers, len(cell.problems)) == ((), 1)


def test_a_dot_before_the_last_zeros_groups_and_makes_no_fraction() -> None:
    assert read_phones("03200000.00") == PhoneCell(("+84320000000",))
    assert read_phones("032000000.0") == PhoneCell(("+84320000000",))
    assert read_phones("0912345678.00") == PhoneCell(("+84912345678",))
    assert read_phones("912345678.0") == PhoneCell(("+84912345678",), ("phone.zero_restored",))


@given(mobiles, st.data())
def test_grouping_and_what_nobody_sees_change_nothing(number: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, 9), max_size=4)))
    pieces = [number[begin:end] for begin, end in zip([0, *cuts], [*cuts, None], strict=True)]
    gap = data.draw(st.sampled_from([" ", ".", "-", "\xa0", "\u200b", "\u202f", "\u2011", "\ufeff", "\u200e", "_", ". "]))
    assume(gap != ". " or all(len(piece) > 1 for piece in pieces))  # "2. 0912..." is the second of a list
    assume(pieces[0] != "08")  # "08 38222222" was a landline of the city until 2017
    assert read_phones(gap.join(pieces)) == PhoneCell((e164(number),))


WORDS = st.sampled_from(["bố", "mẹ:", "(ông)", "Zalo", "SĐT:", "Nguyễn Văn An", "của bà", "tel.", "“bác”"])


@given(
    st.lists(st.tuples(WORDS, mobiles), min_size=2, max_size=4, unique_by=lambda each: each[1]),
    st.sampled_from([" ", ", ", "; ", "\n"]),
)
def test_numbers_with_words_between_them_are_that_many(pairs: list[tuple[str, str]], between: str) -> None:
    cell = read_phones(between.join(f"{word} {number}" for word, number in pairs))
    assert cell == PhoneCell(tuple(e164(number) for _, number in pairs), ("phone.several",))


@given(st.lists(mobiles, min_size=2, max_size=5, unique=True), st.sampled_from(["số {}: ", "{}) "]))
def test_a_numbered_list_in_a_cell_is_its_numbers(numbers: list[str], mark: str) -> None:
    cell = read_phones("; ".join(mark.format(n) + number for n, number in enumerate(numbers, start=1)))
    assert cell == PhoneCell(tuple(map(e164, numbers)), ("phone.several",))


@pytest.mark.parametrize(
    "value", ["1 " * 250, "912345678 " * 50, "84 " * 160, "84 9 " * 100, "0912345678 " * 45, "0" * 500, "9" * 40_000]
)
def test_no_cell_takes_long(value: str) -> None:
    """Every gap once tried with every other was 2^250 readings."""
    began = time.perf_counter()
    read_phones(value)
    assert time.perf_counter() - began < 0.5


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
        ("0712345678", "phone.not_vietnamese_mobile"),
        ("842513822222", "phone.landline"),
        ("(0251) 3.822.222", "phone.landline"),
        (-5235, "phone.digits_lost"),
        ("19/09/2012", "phone.too_short"),
        ("0912345678 số 2", "phone.ambiguous"),
        ("0912345678 - 79", "phone.ambiguous"),
        ("79/0912345678", "phone.ambiguous"),
        ("0912345678-79", "phone.ambiguous"),
        ("0912345678 (gọi sau 17h)", "phone.ambiguous"),
        ("09123456780987654321", "phone.too_long"),
        ("0912345678" + " 1" * 300, "phone.too_long"),
    ],
)
def test_what_cannot_get_a_message_is_said(value: object, code: str) -> None:
    assert read_phones(value) == PhoneCell((), (code,))


@pytest.mark.parametrize(
    ("value", "numbers"),
    [
        ("9.123456E8", ["+84912345600"]),
        ("9.12345601E8", ["+84912345601"]),
        ("9.12345678E+08", ["+84912345678"]),
        ("9.12345E8", ["+84912345000"]),
        ("9.12345E+08", None),
        ("8.18552E+08", None),
        ("9.12E8", None),
        ("9.123456789E8", None),
        (912000000, None),
        (912000000.0, None),
        ("912000000", None),
        ("0912000000", ["+84912000000"]),
    ],
)
def test_a_scientific_notation_is_written_out_where_no_digit_is_lost(value: object, numbers: list[str] | None) -> None:
    if numbers is None:
        assert read_phones(value) == PhoneCell((), ("phone.digits_lost",))
    else:
        assert list(read_phones(value).numbers) == numbers


@pytest.mark.parametrize(
    "written",
    [
        "0613822222",
        "06513822222",
        "(061) 3.822.222",
        "061-3822222",
        "0438695144",
        "04 3869 5144",
        "(08) 38.222.222",
        "08.38222222",
        "(038) 3822222",
        "02513822222",
        "0711 3822222",
    ],
)
def test_a_landline_of_before_2017_is_a_landline(written: str) -> None:
    assert read_phones(written) == PhoneCell((), ("phone.landline",))


@pytest.mark.parametrize("written", ["0383822222", "038 3822222", "0838222222", "(0912) 345678", "(+84) 383822222"])
def test_a_mobile_number_is_no_landline_of_before_2017(written: str) -> None:
    assert len(read_phones(written).numbers) == 1


@pytest.mark.parametrize(
    "written",
    [
        "1/ 0912345600\n2/ 0987654321",
        "1/ 0912345600 2/ 0987654321",
        "1/0912345600 2/0987654321",
        "1. 0912345600 2. 0987654321",
        "1) 0912345600; 2) 0987654321",
        "1-0912345600\n2-0987654321",
        "1: 0912345600, 2: 0987654321",
    ],
)
def test_the_numbers_of_a_numbered_list_are_no_digits_of_it(written: str) -> None:
    assert read_phones(written) == PhoneCell(("+84912345600", "+84987654321"), ("phone.several",))


@pytest.mark.parametrize(
    "value", [None, "", "  ", "không có", "-", "x", 0, "0", "\u200b", True, "chưa có số", "đi làm xa 2 năm", "mẹ mất"]
)
def test_an_empty_cell_is_no_problem(value: object) -> None:
    assert read_phones(value) == PhoneCell()


def test_length_tells_a_country_code_from_vinaphones_head() -> None:
    assert read_phones("841234567").numbers == ("+84841234567",)
    assert read_phones("84912345678").numbers == ("+84912345678",)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0251 3822 123", "+842513822123"),
        ("(0251) 3.822.123", "+842513822123"),
        ("+84 251 3822123", "+842513822123"),
        ("024 3869 5144", "+842438695144"),
        ("0912.345.678", "+84912345678"),
        ("01234567890", "+84834567890"),
        ("1800 1234", "+8418001234"),
        ("19001234", "+8419001234"),
        ("113", None),
        ("3822 123", None),
        ("0251 3822 123 / 0912345678", None),
        ("0912345678, 0912345679", None),
        ("0251 3822 123 máy lẻ 12", None),
        ("+1 212 555 0100", None),
        ("9704 1234 5678 9012", None),
        ("", None),
    ],
)
def test_an_offices_number_may_be_a_landline_or_a_service_number(written: str, number: str | None) -> None:
    assert read_office_phone(written) == number


@pytest.mark.parametrize(
    "cell",
    [
        "Số mới: 0912345600, số cũ: 0987654321",
        "0912345600 (số cũ 0987654321)",
        "0987654321 (cũ), 0912345600 (mới)",
        "0987.654.321 cũ 0912.345.600 mới",
        "cũ: 0987654321\nmới: 0912345600",
        "0912345600; 0987 654 321 (không dùng nữa)",
        unicodedata.normalize("NFD", "SĐT CŨ 0987654321; 0912345600"),
    ],
)
def test_a_number_that_is_called_old_is_not_taken(cell: str) -> None:
    assert read_phones(cell) == PhoneCell(("+84912345600",), ("phone.old_number",))


def test_a_number_that_is_called_old_and_stands_alone_is_asked_about() -> None:
    assert read_phones("0912345600 (số cũ)") == PhoneCell(("+84912345600",), ("phone.old_number",))
    assert read_phones("mẹ cũng dùng 0912345600") == PhoneCell(("+84912345600",))
