"""Emails are what the library says they are, also where it is asked for the host alone."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from contact_registry.addresses.typed import read_email

_LOCAL = st.text("abz09._+-", min_size=1, max_size=70)
_HOST = st.one_of(
    st.sampled_from(["gmail.com", "example.com", "nbk.edu.vn", "localhost", "a.test", "xn--bcher-kva.example"]),
    st.text("abz09.-", min_size=1, max_size=20),
)


def told(text: str) -> str | None:
    try:
        checked = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    return (checked.ascii_email or checked.normalized).lower()


@given(_LOCAL, _HOST)
@example("a..b", "gmail.com")
@example("a" * 65, "gmail.com")
@example("a" * 64, f"{'b' * 63}.{'c' * 63}.{'d' * 63}.vn")
def test_a_plain_address_is_one_where_the_library_says_so(local: str, host: str) -> None:
    text = f"{local}@{host}".strip(".")
    assert read_email(text) == told(text)


@pytest.mark.parametrize(
    "written",
    [
        "o'an@gmail.com",
        "an/binh@gmail.com",
        "an`@gmail.com",
        'an"b@gmail.com',
        "nguyễnvănan@gmail.com",
        "a\u0301n@gmail.com",
        "an@gm\u0430il.com",  # a Cyrillic letter
        "an@gma\u0131l.com",  # a Turkish i without its dot
        "an@gmaíl.com",
        "an@yahôô.com",
        "an@gmail.cơm",
        "an@\u03b3mail.com",  # a Greek letter
        "an@trường\u0430.vn",
        "an@-gmail.com",
        "an@@gmail.com",
        "an@gmail",
    ],
)
def test_what_was_typed_by_mistake_is_no_address(written: str) -> None:
    assert read_email(written) is None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("An.Nguyen+lop6@Gmail.com", "an.nguyen+lop6@gmail.com"),
        ("an@trườnghọc.vn", "an@xn--trnghc-4zb1470d9da.vn"),
        ("an@\u043f\u043e\u0447\u0442\u0430.example", "an@xn--80a1acny.example"),
    ],
)
def test_an_address_in_a_host_of_its_own_language_is_one(written: str, address: str) -> None:
    assert read_email(written) == address
