"""One address as a person types it → the one form it is kept and matched in, by the rules that lists are read by."""

import re
import unicodedata
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from contact_registry.addresses.phone_numbers import read_phones
from contact_registry.errors import AddressRefused

_LONGEST = 320
_LOCAL = re.compile(r"[A-Za-z0-9.!#$%&*+=?^_~-]+")
"""What stands before the @. The standard allows an apostrophe, a slash and letters with accents too; in a school's list those
were typed by mistake: the apostrophe of a spreadsheet, two addresses in one cell, a Vietnamese keyboard left on."""
_KNOWN_HOSTS = frozenset({"gmail.com", "yahoo.com", "yahoo.com.vn", "hotmail.com", "outlook.com", "icloud.com", "live.com"})
_PLAIN = re.compile(r"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@([a-z0-9.-]+)")


def read_email(text: str) -> str | None:
    """Reads an email address into lower case, its host in ASCII. None where it is no address."""
    text = text.removeprefix("mailto:").strip(".<>()")
    # Nearly every address there is: its host is the library's to judge, once for all who are there.
    if (plain := _PLAIN.fullmatch(text)) and len(text) <= 254 and len(plain[1]) <= 64 and _host_stands(plain[2]):
        return text
    return _validated(text)


@lru_cache(maxsize=1024)
def _host_stands(host: str) -> bool:
    return _validated(f"a@{host}") == f"a@{host}"


def _validated(text: str) -> str | None:
    local, _, host = text.rpartition("@")
    if not _LOCAL.fullmatch(local) or _looks_like_another(host):
        return None
    try:
        checked = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    return (checked.ascii_email or checked.normalized).lower()


def _looks_like_another(host: str) -> bool:
    """Whether a host is ASCII but for a letter that was not meant: an accent typed by mistake (gmaíl.com), or a letter of another
    alphabet that looks the same. A host in Vietnamese has letters of its own in more than one place, and none of another
    alphabet.
    """
    if host.isascii():
        return False
    plain = unicodedata.normalize("NFD", host.lower().replace("đ", "d"))
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    foreign = [c for c in bare if not c.isascii()]
    if foreign:  # letters of another alphabet: only in a name that has no Latin ones beside them
        labels = [label for label in bare.split(".") if not label.isascii()]
        return any(c.isascii() and c.isalpha() for label in labels for c in label)
    return sum(not c.isascii() for c in unicodedata.normalize("NFC", host)) < 2 or bare in _KNOWN_HOSTS


def read_address(channel: str, written: str) -> str:
    """Reads one typed address: a mobile number into E.164 (`channel` "sms"), or an email. Raises `AddressRefused` with the code
    of what is wrong with it.
    """
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
