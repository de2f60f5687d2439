"""An office's own number, as its verification card has it: unlike a parent's it may be a landline or a service number."""

import re

import phonenumbers

from contact_registry.addresses.phone_numbers import read_phones
from contact_registry.plain_text import clean

_OFFICE_TYPES = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.TOLL_FREE,  # 1800
        phonenumbers.PhoneNumberType.PREMIUM_RATE,  # 1900
    }
)
_OFFICE_SHAPE = re.compile(r"(?:\+84|\(?0|1[89]00)[0-9 .\-()]{4,20}")


def read_office_phone(written: str) -> str | None:
    """Reads the one number of an office into E.164: a mobile as `read_phones` does, a landline with its area code, or 1800 and
    1900. None for all else.
    """
    cell = read_phones(written)
    if len(cell.numbers) == 1:
        return cell.numbers[0] if "phone.several" not in cell.problems else None
    plain = clean(written)
    if cell.numbers or not _OFFICE_SHAPE.fullmatch(plain):
        return None
    try:
        number = phonenumbers.parse(plain, "VN")
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _OFFICE_TYPES:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
