"""A cell of phone numbers as schools write them → mobile numbers in E.164, and what was wrong or changed on the way.

Nothing is guessed: `0912345678/79` means two numbers to a person and none to us. The order of work is context 4.3: lost digits,
folding, splitting *before* stripping, prefixes, lost zeros, the 2018 table, and only then what kind of number it is.
"""

import datetime as dt
import re
from dataclasses import dataclass

import phonenumbers

from contact_registry.addresses.old_landlines import old_landline
from contact_registry.addresses.old_numbers import without_old
from contact_registry.addresses.phone_heads import MOBILE_HEADS, OLD_HEADS
from contact_registry.plain_text import clean

MAX_CELL = 500
"""Characters of a cell that are read. A list of ten numbers has 150; what is longer is no list of numbers."""

_PLAIN = re.compile(r"0[0-9]{9}")
_SCIENTIFIC = re.compile(r"(\d)(?:[.,](\d+))?[eE](\+?)(\d{1,2})")
_ROUNDED = 1_000_000
"""A multiple of this without its zero was a scientific notation more often than not: 9.12E+08, worked out again, is 912000000."""
_ROUNDED_TEXT = re.compile(r"[1-9]\d{2,3}0{6}")
_SURELY_ROUNDED = "9" + "0" * 8
# A zero before it makes ten digits: else the dot groups a number that ends in zeros.
_FLOAT_ZERO = re.compile(r"(0\d{9}|[1-9]\d{7,12})[.,]0+")
_THOUSANDS = re.compile(r"\+?\d{1,4}(?:,\d{3}){2,3}")
_NUMBER_WITH_O = re.compile(r"(?<![^\W\d_])[0-9oO](?:[ .\-]?[0-9oO]){7,}(?![^\W\d_])")
_LISTED = re.compile(r"(?<![\d(+.\-])(?<!\d )[1-9] ?(?::|[.)] )\s*(?=[0+(])")  # "1. 0912...", "số 2: 0912...", "bố1: 0912..."
_NUMBERED = re.compile(r"(?:^|(?<=\s))([1-9]) ?[.:)/\-]\s*(?=[0+(])")  # "1/ 0912... 2/ 0987...", "1-0912..."
_SEPARATORS = re.compile(
    r"[/\\;,|&\n\r]|(?<=\d)\s*\+(?=\s*0)|\s[-–—]\s|(?<![^\W\d_])(?:hoặc|hoac|hay|và|va|or|and)(?![^\W\d_])", re.IGNORECASE
)
_GAPS = re.compile(r"(?<=\d)\D+(?=\d)")
_WORD = re.compile(r"[^\W\d_]")
_QUOTES = dict.fromkeys(map(ord, "'‘’`"))
_YOUNG = frozenset({"03", "05", "07", "08", "09"})
_MOST_DIGITS = 13
"""Of one number, in its longest spelling: 840 and an old national number."""
_MOST_NUMBERS = 10
_FEWEST_DIGITS = 8
"""What has fewer is no number of its own: a year, the ending of another number, a child's place in the family."""


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
    if _lost_digits(value):
        return PhoneCell(problems=("phone.digits_lost",))
    written = clean(str(int(value) if isinstance(value, float) else value)[: 8 * MAX_CELL]).translate(_QUOTES)
    if scientific := _SCIENTIFIC.fullmatch(written.replace(" ", "")):
        written = _written_out(scientific)
    elif whole := _FLOAT_ZERO.fullmatch(written):
        written = whole[1]
    problem = _why_not_read(written)
    if problem:
        return PhoneCell(problems=(problem,))
    written, old = without_old(written)
    read = _read_text(written)
    return PhoneCell(read.numbers, (*read.problems, "phone.old_number")) if old else read


def _why_not_read(written: str) -> str | None:
    """What is wrong with a whole cell, before its numbers are looked for."""
    if len(written) > MAX_CELL:
        return "phone.too_long"
    if _ROUNDED_TEXT.fullmatch(written):
        return "phone.digits_lost"
    return "phone.landline" if old_landline(written) else None


def _lost_digits(value: object) -> bool:
    """What a spreadsheet made something else of: a date, a fraction, 0912-345-678 worked out,
    which is below zero, and 9.12E+08.
    """
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return True
    if isinstance(value, float) and not value.is_integer():  # NaN and infinity, too
        return True
    return isinstance(value, (int, float)) and (value < 0 or (value > 0 and value % _ROUNDED == 0))


def _written_out(scientific: re.Match[str]) -> str:
    """The number where no digit of it is lost, else one that is rounded for sure. Java writes 9.123456E8 for 912345600, as short
    as it can; a spreadsheet's 9.12346E+08 is rounded, unless every digit stands there.
    """
    whole, fraction, plus, power = scientific[1], scientific[2] or "", scientific[3], scientific[4]
    zeros = int(power) - len(fraction)
    if not 0 <= zeros < 6 or (zeros and (plus or power.startswith("0"))):
        return _SURELY_ROUNDED
    return whole + fraction + "0" * zeros


def _read_text(written: str) -> PhoneCell:
    written = _NUMBER_WITH_O.sub(lambda found: found[0].replace("o", "0").replace("O", "0"), written)
    written = _LISTED.sub("; ", _unnumbered(written))
    if _THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    parts = [part for part in _SEPARATORS.split(written) if any(c.isdigit() for c in part)]
    if _says_none(written, parts):
        return PhoneCell()
    long = [len(_digits(part)) >= _FEWEST_DIGITS for part in parts]
    if any(long) and not all(long):
        return PhoneCell(problems=("phone.ambiguous",))
    if not any(long):  # no part could be a number, so these are one: a date, half a number
        parts = ["".join(parts)]
    readings = [reading for part in parts for reading in _read_part(part)]
    numbers = tuple(dict.fromkeys(r.number for r in readings if r.number))
    problems = [code for r in readings for code in r.problems]
    if "phone.ambiguous" in problems:
        return PhoneCell(problems=("phone.ambiguous",))
    if len(readings) > 1:
        problems.insert(0, "phone.several")
    return PhoneCell(numbers, tuple(dict.fromkeys(problems)))


def _unnumbered(written: str) -> str:
    """Without the numbers of a list, "1/ 0912... 2/ 0987...": only where they count from one,
    so that none is a number's ending.
    """
    counts = [int(count) for count in _NUMBERED.findall(written)]
    if counts != list(range(1, len(counts) + 1)) or not written.lstrip().startswith("1"):
        return written
    return _NUMBERED.sub("; ", written)


def _says_none(written: str, parts: list[str]) -> bool:
    """How an empty cell is said: "không có", "-", "0", "đi làm xa 2 năm"."""
    digits = [_digits(part) for part in parts]
    return all(set(each) <= {"0"} for each in digits) or (sum(map(len, digits)) < 3 and _WORD.search(written) is not None)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdigit())


def _read_part(part: str) -> list[_Reading]:
    """Usually one number. Several with only gaps or words between are told apart if there is just one way to do it."""
    whole, digits = _read_one(part), len(_digits(part))
    if whole.number or not _FEWEST_DIGITS < digits <= _MOST_DIGITS * _MOST_NUMBERS:
        return [whole]
    cuts = [0, *(gap.start() for gap in _GAPS.finditer(part)), len(part)]
    # By where it begins, how the rest can be read: none, one or two ways.
    ways: dict[int, list[list[_Reading]]] = {len(part): [[]]}
    more = False
    for place, begin in reversed(list(enumerate(cuts[:-1]))):
        ways[begin] = []
        for end in cuts[place + 1 :]:
            piece = part[begin:end]
            size = len(_digits(piece))
            if size > _MOST_DIGITS:
                break
            reading = _read_one(piece)
            if ways[end] and (reading.number or reading.problems == ("phone.landline",)):
                ways[begin] += [[reading, *rest] for rest in ways[end]]
            if reading.number and (begin == 0 or end == len(part)):
                more = more or digits - size > 1 or bool(_WORD.search(_between(part, begin, end)))
        del ways[begin][2:]
    if len(ways[0]) == 1:
        return ways[0][0]
    # A whole number and other digits set apart from it: its second ending, an extension, an hour.
    return [_Reading(None, ("phone.ambiguous",))] if more else [whole]


def _between(part: str, begin: int, end: int) -> str:
    """What stands between a number at one end of a part and the digits beside it."""
    gap = _GAPS.match(part, begin or end)
    return gap[0] if gap else ""


def _read_one(part: str) -> _Reading:  # noqa: PLR0911 - prefixes, from the plainest to the strangest
    digits = _digits(part)
    first = re.search(r"\d", part)
    plus = first is not None and "+" in part[: first.start()]
    if plus or digits.startswith("00"):
        digits = digits if plus else digits[2:]
        if not digits.startswith("84"):
            return _Reading(None, ("phone.not_vietnamese_mobile",))
        return _national("0" + digits[2:].removeprefix("0"))
    if digits.startswith("84") and (len(digits) == 11 or (len(digits) == 12 and _is_84_then_national(digits))):
        return _national("0" + digits[2:].removeprefix("0"))
    if digits.startswith("842") and len(digits) == 12:
        return _national("0" + digits[2:])
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
    # A head younger than our table: the library's metadata is brought up to date with every release. Not 01: before 2018 that
    # began eleven digits, so ten of them are an old number with one missing.
    number = phonenumbers.PhoneNumber(country_code=84, national_number=int(national))
    return national[:2] in _YOUNG and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def _e164(national: str) -> str:
    return "+84" + national[1:]
