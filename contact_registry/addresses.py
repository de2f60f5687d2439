"""One address as a person types it → the one form it is kept and matched in, by the rules that lists are read by."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from contact_registry.errors import AddressRefused
from contact_registry.phone_numbers import read_phones

_LONGEST = 320
_PLAIN = re.compile(r"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@([a-z0-9.-]+)")


def read_email(text: str) -> str | None:
    """In lower case, its host in ASCII; None where it is no address."""
    text = text.removeprefix("mailto:").strip(".<>()")
    # Nearly every address there is: its host is the library's to judge, once for all who are there.
    if (plain := _PLAIN.fullmatch(text)) and len(text) <= 254 and len(plain[1]) <= 64 and _host_stands(plain[2]):
        return text
    return _validated(text)


@lru_cache(maxsize=1024)
def _host_stands(host: str) -> bool:
    return _validated(f"a@{host}") == f"a@{host}"


def _validated(text: str) -> str | None:
    try:
        checked = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    return (checked.ascii_email or checked.normalized).lower()


def read_address(channel: str, written: str) -> str:
    """A mobile number in E.164 ("sms"), or an email. Raises `AddressRefused` with the code of what is wrong with it."""
    if channel == "email":
        email = read_email(written.strip()[:_LONGEST])
        if email is None:
            raise AddressRefused("email.invalid")
        return email
    cell = read_phones(written)
    if len(cell.numbers) > 1:
        raise AddressRefused("phone.several")
    if not cell.numbers:
        raise AddressRefused(next(iter(cell.problems), "phone.too_short"))
    return cell.numbers[0]
