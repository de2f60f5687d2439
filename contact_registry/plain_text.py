"""Text as a person sees it: what spreadsheets, the web and a Mac put between letters is taken out before
anything is compared or kept.
"""

import re
import unicodedata
from functools import cache
from typing import Literal

_MARKS = 30
"""On one letter. More are in no language (UAX 15), and the time that composing them takes grows with their square."""


@cache
def _pile() -> re.Pattern[str]:
    marks = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
    return re.compile(f"([{marks}]{{{_MARKS}}})[{marks}]+")


def composed(text: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """Brings text into a normal form, marks that are piled on a letter without end left out:
    in linear time, whatever it holds.
    """
    if text.isascii():
        return text
    return unicodedata.normalize(form, _pile().sub(r"\1", text) if len(text) > _MARKS else text)


def visible(text: str) -> str:
    """Brings text into NFC, without what nobody sees: zero widths, marks of direction, soft hyphens, control characters other
    than white space.
    """
    if not text.isprintable():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    return composed(text)


def one_line(text: str) -> str:
    """Puts the visible text on one line, one plain space between words."""
    if text.isascii() and text.isalnum():  # a number, a class
        return text
    return " ".join(visible(text).split())


def clean(text: str) -> str:
    """Brings text into NFKC (full-width letters too) line by line, digits of every script as 0-9."""
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c, c)) for c in composed(text, "NFKC"))
    return "\n".join(one_line(line) for line in text.splitlines()).strip()
