"""A cell of phone numbers as schools write them → mobile numbers in E.164, and what was wrong or changed on the way.

Nothing is guessed: `0912345678/79` means two numbers to a person and none to us. The order of work is context 4.3: lost digits,
folding, splitting *before* stripping, prefixes, lost zeros, the 2018 table, and only then what kind of number it is.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

from contact_registry.phone_heads import MOBILE_HEADS, OLD_HEADS

MAX_CELL = 500
"""Characters of a cell that are looked at. A list of ten numbers has 150."""

_PLAIN = re.compile(r"0[0-9]{9}")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_FLOAT_ZERO = re.compile(r"(\d{8,13})[.,]0+")
_NUMBER_WITH_O = re.compile(r"(?<![^\W\d_])[0-9oO](?:[ .\-]?[0-9oO]){7,}(?![^\W\d_])")
_SEPARATORS = re.compile(r"[/\\;,|&\n\r]|\s[-–—]\s|(?<![^\W\d_])(?:hoặc|hoac|hay|và|va|or|and)(?![^\W\d_])", re.IGNORECASE)
_NOT_DIGITS = re.compile(r"\D+")
_GAPS = re.compile(r"(?<=\d)(?:[\s.\-–—()]+)(?=[\d+(])")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad'’`"))


@dataclass(frozen=True, slots=True)
class PhoneCell:
    """`numbers`: Vietnamese mobiles, E.164, each once, in the order written. `problems`: codes, one for each cause."""

    numbers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    number: str | None
    problems: tuple[str, ...] = ()


def read_phones(value: object) -> PhoneCell:
    """Reads one cell: text, a number, a date a spreadsheet made of it, or nothing. Never raises."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value[:3] in MOBILE_HEADS:  # nearly every cell of most lists
        return PhoneCell((_e164(value),))
    if value is None or isinstance(value, bool):
        return PhoneCell()
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return PhoneCell(problems=("phone.digits_lost",))
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")) or not value.is_integer():  # noqa: PLR0124 - NaN
            return PhoneCell(problems=("phone.digits_lost",))
        value = int(value)
    written = clean(str(value))
    if _SCIENTIFIC.fullmatch(written.replace(" ", "")):
        return PhoneCell(problems=("phone.digits_lost",))
    if whole := _FLOAT_ZERO.fullmatch(written):
        written = whole[1]
    return _read_text(written)


def clean(text: str) -> str:
    """NFKC (full-width digits and letters too), no invisible characters, one plain space between words."""
    folded = unicodedata.normalize("NFKC", text[:MAX_CELL]).translate(_INVISIBLE)
    return "\n".join(" ".join(line.split()) for line in folded.splitlines()).strip()


def _read_text(written: str) -> PhoneCell:
    written = _NUMBER_WITH_O.sub(lambda found: found[0].replace("o", "0").replace("O", "0"), written)
    parts = [part for part in _SEPARATORS.split(written) if any(c.isdigit() for c in part)]
    if all(set(_digits(part)) <= {"0"} for part in parts):  # "không có", "-", "0": how an empty cell is said
        return PhoneCell()
    if len(parts) > 1 and any(len(_digits(part)) < 8 for part in parts[1:]) and len(_digits(parts[0])) >= 8:
        return PhoneCell(problems=("phone.ambiguous",))
    readings = [reading for part in parts for reading in _read_part(part)]
    numbers = tuple(dict.fromkeys(r.number for r in readings if r.number))
    problems = [code for r in readings for code in r.problems]
    if len(readings) > 1:
        problems.insert(0, "phone.several")
    return PhoneCell(numbers, tuple(dict.fromkeys(problems)))


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdigit())


def _read_part(part: str) -> list[_Reading]:
    """Usually one number. Two run together with only a gap between are told apart by what each side makes."""
    whole = _read_one(part)
    if whole.number or len(_digits(part)) < 17:
        return [whole]
    found = []
    for gap in _GAPS.finditer(part):
        left, right = _read_one(part[: gap.start()]), _read_part(part[gap.end() :])
        if left.number and all(r.number for r in right):
            found.append([left, *right])
    return found[0] if len(found) == 1 else [whole]


def _read_one(part: str) -> _Reading:  # noqa: PLR0911 - prefixes, from the plainest to the strangest
    digits = _digits(part)
    first = re.search(r"\d", part)
    plus = first is not None and "+" in part[: first.start()]
    if plus or digits.startswith("00"):
        digits = digits if plus else digits[2:]
        if not digits.startswith("84"):
            return _Reading(None, ("phone.not_vietnamese_mobile",))
        return _national("0" + digits[2:].lstrip("0"))
    if digits.startswith("84") and (len(digits) == 11 or (len(digits) == 12 and _is_84_then_national(digits))):
        return _national("0" + digits[2:].lstrip("0"))
    if digits.startswith("840") and len(digits) == 13:
        return _national(digits[2:])
    if len(digits) == 9 and digits[0] in "35789":
        return _restored("0" + digits)
    if len(digits) == 10 and "0" + digits[:3] in OLD_HEADS:
        return _restored("0" + digits)
    if len(digits) == 10 and digits[0] == "2":
        return _national("0" + digits)
    return _national(digits)


def _is_84_then_national(digits: str) -> bool:
    return digits[2] == "0" or "0" + digits[2:5] in OLD_HEADS


def _restored(national: str) -> _Reading:
    """A zero that a spreadsheet took is given back only where that makes a mobile number."""
    reading = _national(national)
    return _Reading(reading.number, ("phone.zero_restored", *reading.problems)) if reading.number else reading


def _national(digits: str) -> _Reading:
    """What a number is, written as one dials it at home (0...), or whatever digits there were."""
    if len(digits) == 11 and digits[:4] in OLD_HEADS:
        return _Reading(_e164(OLD_HEADS[digits[:4]] + digits[4:]), ("phone.converted_2018",))
    if len(digits) == 10 and _is_mobile(digits):
        return _Reading(_e164(digits))
    return _Reading(None, (_why_not(digits),))


def _why_not(digits: str) -> str:
    if digits.startswith(("1800", "1900")) and 8 <= len(digits) <= 10:
        return "phone.not_vietnamese_mobile"
    if digits.startswith("02") and 10 <= len(digits) <= 11:
        return "phone.landline"
    if len(digits) < 10:
        return "phone.too_short"
    if len(digits) > 11 or (len(digits) == 11 and not digits.startswith("01")) or not digits.startswith("0"):
        return "phone.too_long"
    return "phone.not_vietnamese_mobile"


def _is_mobile(national: str) -> bool:
    if national[:3] in MOBILE_HEADS:
        return True
    # A head younger than our table: the library's metadata is brought up to date with every release.
    number = phonenumbers.PhoneNumber(country_code=84, national_number=int(national))
    return national[0] == "0" and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def _e164(national: str) -> str:
    return "+84" + national[1:]
