"""Single cells: whatever a program or a typist put around what stands in one, and cells that say nothing at all."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_registry.classes.in_sheets import is_damaged
from contact_registry.headings.meanings import Field, Heading
from contact_registry.lists.cells import check_cell
from contact_registry.lists.tenth_classes import perhaps_tenths
from contact_registry.spreadsheets.marks import Formula, Rounded
from contact_registry.spreadsheets.unwrapping import unwrap

PHONE, EMAIL, CLASS, NAME = (Heading(f, f.value) for f in (Field.PHONE, Field.EMAIL, Field.CLASS, Field.NAME))

WRAPPINGS: list[Callable[[str], str]] = [
    lambda text: f"'{text}",
    lambda text: f"’{text}",
    lambda text: f"'{text}'",
    lambda text: f'="{text}"',
    lambda text: f'= "{text}"',
    lambda text: f'=T("{text}")',
    lambda text: f'"{text}"',
    lambda text: f'"{text}',
    lambda text: f"“{text}”",
    lambda text: f"{text},",
    lambda text: f"{text} ;",
    lambda text: f"{text}.",
    lambda text: f" {text}\xa0",
    lambda text: f"'{text};",
]
CONTENT = {
    PHONE: [("0912345678", "+84912345678")],
    EMAIL: [("an@example.com", "an@example.com")],
    CLASS: [("6A1", "6A1"), ("6/1", "6/1"), ("12.6", "12.6"), ("Lá 1", "Lá 1")],
    NAME: [("Nguyễn Văn An", "Nguyễn Văn An")],
}


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize("wrap", WRAPPINGS)
@pytest.mark.parametrize(("heading", "content"), [(heading, each) for heading, found in CONTENT.items() for each in found])
def test_every_wrapping_comes_off_every_cell(
    heading: Heading, content: tuple[str, str], wrap: Callable[[str], str], *, typed: bool
) -> None:
    plain, value = content
    cell = check_cell(heading, wrap(plain), typed=typed)
    assert (cell.values, cell.codes) == ((value,), ())


@given(st.text(max_size=40))
def test_a_cell_without_wrapping_stays_as_it_is(text: str) -> None:
    assert unwrap(text).text in text.replace('""', '"')
    inner = unwrap(text).text
    assert unwrap(f"'{inner}").text == inner or inner[:1] in {*"'‘’`´=", '"', "“", "«"}


def test_a_class_wrapped_as_text_is_no_damaged_number() -> None:
    assert check_cell(CLASS, "60", typed=False).codes == ("class.damaged",)
    assert check_cell(CLASS, '="60"', typed=False).values == ("60",)
    assert check_cell(CLASS, "'6/1/2026", typed=False).codes == ("class.damaged",)


@pytest.mark.parametrize("text", ["12.6", "6.1", "1.12"])
def test_a_class_with_a_dot_is_one_in_a_text_too(text: str) -> None:
    assert check_cell(CLASS, text, typed=False).values == (text,)


@pytest.mark.parametrize("text", ["6.0", "6,1", "60", "13.1", "6.123", "6E+1"])
def test_what_a_spreadsheet_made_of_a_class_is_damaged(text: str) -> None:
    assert is_damaged(text, typed=False)


@pytest.mark.parametrize(
    ("classes", "other"),
    [
        (["6.1", "6.2", "6.9"], {"6.1"}),
        (["6.1", "6.2", "6.11"], {"6.1"}),
        (["6.1", "6.9", "6.10"], set()),
        (["6.1", "6.8", "7.9"], set()),
        (["6.2", "6.19"], {"6.2"}),
        (["6A1", "", "6/1", "9.9"], set()),
    ],
)
def test_a_tenth_class_that_lost_its_zero_is_not_taken_for_the_first(classes: list[str], other: set[str]) -> None:
    assert perhaps_tenths(classes) == other


@pytest.mark.parametrize(
    ("written", "emails"),
    [
        ("an@example.com (mẹ)", ["an@example.com"]),
        ("an@example.com - mẹ", ["an@example.com"]),
        ("Mẹ: an@example.com; Bố: binh@example.com.", ["an@example.com", "binh@example.com"]),
        ("Email mẹ: an@example.com,", ["an@example.com"]),
        ("Nguyễn Văn An <an@example.com>", ["an@example.com"]),
        ("an@example.com hoặc binh@example.com", ["an@example.com", "binh@example.com"]),
        ("an@example.com & binh@example.com", ["an@example.com", "binh@example.com"]),
        ("an@example.com/binh@example.com", ["an@example.com", "binh@example.com"]),
        ("'an@example.com'", ["an@example.com"]),
        ("mailto:an@example.com", ["an@example.com"]),
        ("không có.", []),
    ],
)
def test_what_stands_beside_an_email_is_no_part_of_it(written: str, emails: list[str]) -> None:
    cell = check_cell(EMAIL, written, typed=True)
    assert (list(cell.values), cell.codes) == (emails, ())


@pytest.mark.parametrize("written", ["nguyen van an@example.com", "an @example.com", "an@ example.com", "nguyễnvănan@gmail.com"])
def test_an_email_that_may_be_another_is_not_guessed(written: str) -> None:
    assert check_cell(EMAIL, written, typed=True).codes == ("email.invalid",)


@pytest.mark.parametrize("heading", [PHONE, EMAIL, CLASS, NAME])
@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "Err:502"])
def test_a_formula_that_failed_is_said(heading: Heading, error: str) -> None:
    cell = check_cell(heading, error, typed=True)
    assert (cell.values, cell.codes, cell.written) == ((), ("cell.error",), error)


@pytest.mark.parametrize("heading", [PHONE, EMAIL, CLASS, NAME])
def test_a_formula_without_a_result_is_said_and_never_worked_out(heading: Heading) -> None:
    cell = check_cell(heading, Formula('="0912345678"'), typed=True)
    assert (cell.values, cell.codes, cell.written) == ((), ("cell.no_result",), '="0912345678"')


def test_a_number_shown_rounded_is_no_number_to_write_to() -> None:
    assert check_cell(PHONE, Rounded(818552000), typed=True).codes == ("phone.digits_lost",)
    assert check_cell(PHONE, 818552000.0, typed=True).values == ("+84818552000",)


def test_a_letter_lost_on_saving_is_said_of_its_cell_alone() -> None:
    assert check_cell(NAME, "Nguy\ufffdn An", typed=False).codes == ("cell.letters_lost",)
    cell = check_cell(PHONE, "0912345678\ufffd", typed=False)
    assert (cell.values, cell.codes) == (("+84912345678",), ("cell.letters_lost",))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("6A1 (SS: 32)", "6A1"),
        ("6A1 sĩ số 32", "6A1"),
        ("6A1, 32 HS", "6A1"),
        ("Lớp 6A1 - cô Lan", "6A1"),
        ("6A1 (Cô Lan 0987654321)", "6A1"),
        ("6A1 GVCN: Thầy Nam", "6A1"),
        ("6/1 năm học 2026-2027", "6/1"),
        ("6A1 2026-2027", "6A1"),
        ("Lá 1 (cô Hoa)", "Lá 1"),
        ("Khối 6 - Lớp 6A1", "6A1"),
        ("Lớp6A1", "6A1"),
        ("6a1/", "6a1"),
        ("10A1 (TN)", "10A1 (TN)"),
        ("11A1 - KHTN", "11A1 - KHTN"),
        ("12.6", "12.6"),
        ("Lớp 6", "6"),
    ],
)
@pytest.mark.parametrize("typed", [True, False])
def test_what_is_said_beside_a_class_is_no_part_of_it(written: str, name: str, *, typed: bool) -> None:
    cell = check_cell(CLASS, written, typed=typed)
    assert (cell.values, cell.codes) == ((name,), ())


@pytest.mark.parametrize("text", ["10-11-2026", "6-1-2026", "6/1/2026"])
def test_a_date_is_no_class_with_something_beside_it(text: str) -> None:
    assert check_cell(CLASS, text, typed=True).codes == ("class.damaged",)
