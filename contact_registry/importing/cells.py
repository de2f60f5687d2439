"""One kept cell as it was written → what it says, and what is wrong with it. Nothing here looks beyond the cell."""

import re

from contact_registry.addresses import read_email
from contact_registry.importing.checked import CheckedCell
from contact_registry.importing.classes import grade_of, is_damaged
from contact_registry.importing.headings import Field, Heading, fold
from contact_registry.importing.tables import written
from contact_registry.phone_numbers import read_phones
from contact_registry.plain_text import clean

KEPT = frozenset({Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.CLASS, Field.GRADE, Field.PHONE, Field.EMAIL})
"""The only fields whose cells are ever looked at, or kept."""

_LONGEST = 500
_LONGEST_CLASS = 40
_MOST_EMAILS = 10
_SAID_EMPTY = frozenset({"", "khong", "khong co", "chua co", "ko", "k", "x", "no", "none", "n a", "0"})
_LEADING_WORD = re.compile(r"^\s*l[ớo]p[\s:]+(?=\S)", re.IGNORECASE)
_LABEL = re.compile(r"(?:^|(?<=\s))[^\W\d_]+\s*:\s*(?=\S*@)")  # "Mẹ: me@..."; "mailto:"


def check_cell(heading: Heading, value: object, *, typed: bool) -> CheckedCell:
    """Reads a cell under its heading. `typed`: the file tells numbers and dates from text, so text is what was typed."""
    text = written(value)[:_LONGEST]
    values: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    if heading.field is Field.PHONE:
        if text:
            phones = read_phones(value)
            values, codes = phones.numbers, phones.problems
    elif heading.field is Field.EMAIL:
        if text:
            values, codes = _emails(text)
    elif heading.field is Field.CLASS:
        if text and is_damaged(value, typed=typed):
            codes = ("class.damaged",)
        elif text:
            values = (_LEADING_WORD.sub("", clean(text))[:_LONGEST_CLASS],)
    elif heading.field is Field.GRADE:
        values = tuple(filter(None, (grade_of(text),)))
    elif text:
        values = (text,)
    return CheckedCell(heading.written, heading.field, heading.role, text, values, codes)


def _emails(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses in lower case, each once; `email.invalid` if one of them is none."""
    text = _LABEL.sub("", clean(text))
    if fold(text) in _SAID_EMPTY:
        return (), ()
    parts = re.split(r"[\s;,/|]+", text) if text.count("@") > 1 else [text]
    if len(parts) > _MOST_EMAILS:
        return (), ("email.invalid",)
    read = [read_email(part) for part in parts if part]
    return tuple(dict.fromkeys(filter(None, read))), ("email.invalid",) if None in read else ()
