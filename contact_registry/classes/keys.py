"""What all ways to write a class have in common, and in which order classes stand. Pure: lists and audiences both ask it."""

import re
from functools import lru_cache

from contact_registry.plain_text import clean
from contact_registry.vietnamese_order import Key, vietnamese_order

ALIKE = str.maketrans({**dict.fromkeys("ðɖ", "đ"), **dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("⁄∕", "/")})
_SAYS_CLASS = re.compile(r"(?:l[ớoơóò]p|class)(?:[\s_:.-]+|(?=\d))(?=.)")
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)[\s./_:-]+(?=\d)")
_BETWEEN = re.compile(r"(?<!\d)[\s._:-]+|[\s._:-]+(?!\d)|(?<!\d)/|/(?!\d)")
_NOUGHTS = re.compile(r"(?<!\d)0+(?=\d)")


@lru_cache(maxsize=16_384)
def class_key(name: str) -> str:
    """Makes the key that all ways to write a class have in common: `Lớp 6 A1` → `6a1`, `6.1` → `6/1`, `Lá 1` → `lá1`. Empty for
    no name at all.
    """
    written = _SAYS_CLASS.sub("", clean(name).lower().translate(ALIKE).strip(), count=1)
    return _NOUGHTS.sub("", _BETWEEN.sub("", _BETWEEN_NUMBERS.sub("/", written)))


def in_order(name: str) -> tuple[tuple[bool, int, Key], ...]:
    """Makes a key to sort classes by: 6A2 before 6A10, 9B before 10A."""
    parts = re.findall(r"\d+|\D+", class_key(name))
    return tuple((not part.isdigit(), int(part) if part.isdigit() else 0, vietnamese_order(part)) for part in parts)
