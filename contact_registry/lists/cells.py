"""One kept cell as it was written → what it says, and what is wrong with it. Nothing here looks beyond the cell."""

import re

from contact_registry.addresses.phone_numbers import read_phones
from contact_registry.addresses.typed import read_email
from contact_registry.classes.in_sheets import grade_of, is_damaged, without_asides
from contact_registry.headings.meanings import Field, Heading, fold
from contact_registry.lists.checked import CheckedCell
from contact_registry.plain_text import clean
from contact_registry.spreadsheets.marks import Formula, Rounded
from contact_registry.spreadsheets.unwrapping import ERROR_VALUES, LOST_LETTER, unwrap
from contact_registry.spreadsheets.written import written

KEPT = frozenset({Field.NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.CLASS, Field.GRADE, Field.PHONE, Field.EMAIL})
"""The only fields whose cells are ever looked at, or kept."""

_LONGEST = 500
_LONGEST_CLASS = 40
_MOST_EMAILS = 10
_SAID_EMPTY = frozenset({"", "khong", "khong co", "chua co", "ko", "k", "x", "no", "none", "n a", "0"})
_LEADING_WORD = re.compile(r"^\s*l[ớo]p(?:[\s:]+(?=\S)|[_.-]*(?=\d))", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:\s+(?:hoặc|hoac|hay|và|va|or|and))?[\s;,/|&]+", re.IGNORECASE)
_LABEL = re.compile(r"(?:^|(?<=[\s;,/|]))(?:[^\W\d_]+[ ]?){1,3}\s*:\s*(?=\S*@)")  # "Mẹ: me@..."; "mailto:"
_BESIDE = re.compile(r"\s*[(\[][^()@\[\]]*[)\]]|(?<=\w)\s+[-–—]\s+[^\W\d_][^@;,/|]*$")  # "... (mẹ)", "... - mẹ"
_NAMED = re.compile(r"^[^<>@]*<([^<>\s]+@[^<>\s]+)>$")  # "Nguyen Van An <an@...>"


def check_cell(heading: Heading, value: object, *, typed: bool) -> CheckedCell:
    """Reads a cell under its heading. `typed`: the file tells numbers and dates from text, so text is what was typed."""
    text = written(value)[:_LONGEST]
    values: tuple[str, ...] = ()
    codes = _unreadable(heading, value, text)
    if text and not codes:
        values, codes = _read(heading, value, text, typed=typed)
    if LOST_LETTER in text:
        codes = (*codes, "cell.letters_lost")
    return CheckedCell(heading.written, heading.field, heading.role, text, values, codes)


def _unreadable(heading: Heading, value: object, text: str) -> tuple[str, ...]:
    """Why a cell says nothing at all: a formula that failed, or one whose result was never worked out."""
    if isinstance(value, Formula):
        return ("cell.no_result",)
    if text[:1] in ("#", "E") and ERROR_VALUES.fullmatch(text):
        return ("cell.error",)
    if isinstance(value, Rounded) and heading.field is Field.PHONE:
        return ("phone.digits_lost",)
    return ()


def _read(heading: Heading, value: object, text: str, *, typed: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the cell holds, and its problems."""
    if heading.field is Field.PHONE:
        phones = read_phones(value)
        return phones.numbers, phones.problems
    inner, as_text = unwrap(text)
    if heading.field is Field.EMAIL:
        return _emails(inner)
    if heading.field is Field.CLASS:
        inner = without_asides(clean(inner))
        if is_damaged(inner if as_text or isinstance(value, str) else value, typed=typed or as_text):
            return (), ("class.damaged",)
        name = _LEADING_WORD.sub("", inner)[:_LONGEST_CLASS]
        return ((name,) if name else ()), ()
    if heading.field is Field.GRADE:
        return tuple(filter(None, (grade_of(inner),))), ()
    return ((inner,) if inner else ()), ()


def _emails(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses in lower case, each once; `email.invalid` if one of them is none."""
    text = _BESIDE.sub("", _LABEL.sub("", clean(text))).strip(" ;,.")
    if named := _NAMED.fullmatch(text):
        text = named[1]
    if fold(text) in _SAID_EMPTY:
        return (), ()
    parts = _BETWEEN.split(text) if text.count("@") > 1 else [text]
    if len(parts) > _MOST_EMAILS:
        return (), ("email.invalid",)
    read = [read_email(part.strip(".")) for part in parts if part.strip(".")]
    return tuple(dict.fromkeys(filter(None, read))), ("email.invalid",) if None in read else ()
