"""One cell without what programs and typists put around it: Excel's apostrophe, `="6/1"`, quotation marks, a mark behind it.

The same for every cell: a class and an email are wrapped as a phone number is. What a person is shown stays as it was written.
"""

import re
from typing import NamedTuple

_FORMULA = re.compile(r'=\s*(?:T\(\s*)?"((?:[^"]|"")*)"\s*\)?')
_QUOTED = re.compile(r'"((?:[^"]|"")*)"|“([^”]*)”|«([^»]*)»')
_APOSTROPHES = "'‘’`´"
_AROUND = " \t\r\n\xa0"
_BEHIND = ",;." + _AROUND
ERROR_VALUES = re.compile(
    r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA)|Err:\d{3}"
)
"""What Excel and LibreOffice show for a formula that failed, in every format."""
LOST_LETTER = "\ufffd"
"""Stands for bytes that are no letter in the file's encoding."""


class Unwrapped(NamedTuple):
    """`as_text`: the wrapping says that the cell is text, so that no spreadsheet took digits from it."""

    text: str
    as_text: bool


def unwrap(text: str) -> Unwrapped:
    """Takes the wrapping off a cell; what is not wrapped comes back without marks and spaces around it."""
    if text[:1].isalnum() and text[-1].isalnum() and '"' not in text:  # nearly every cell
        return Unwrapped(text, as_text=False)
    inner, as_text = text.strip(_AROUND), False
    if formula := _FORMULA.fullmatch(inner):
        inner, as_text = formula[1].replace('""', '"'), True
    elif quoted := _QUOTED.fullmatch(inner):
        inner = next(filter(None, quoted.groups()), "").replace('""', '"')
    if inner[:1] and inner[0] in _APOSTROPHES:
        inner, as_text = inner.lstrip(_APOSTROPHES), True
    if inner.count('"') % 2:  # a quotation mark that was never closed
        inner = inner.strip('"')
    return Unwrapped(inner.rstrip(_BEHIND).strip(_AROUND + _APOSTROPHES), as_text=as_text)
