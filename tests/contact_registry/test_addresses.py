"""Emails are what the library says they are, also where it is asked for the host alone."""

from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from contact_registry.addresses import read_email

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
