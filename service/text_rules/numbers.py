"""Telephone numbers, account and card numbers, and amounts of money, in digits or in words, however they are cut up."""

import re
from collections.abc import Iterator
from functools import cache, partial

from service.text_rules.reading import Reading

_DAY = r"(?:0?[1-9]|[12]\d|3[01])[/.\-](?:0?[1-9]|1[0-2])(?:[/.\-](?:19|20)\d\d)?"
_DATE = rf"(?:{_DAY}|(?:19|20)\d\d[/.\-](?:0?[1-9]|1[0-2])[/.\-](?:0?[1-9]|[12]\d|3[01])|(?:19|20)\d\d)"
# A time, a date, or a range of dates or years that stands alone: more digits right before or behind make it a piece of a number.
_TIME = re.compile(r"(?<![\d:.])(?:[01]?\d|2[0-4])(?:[:hg][0-5]\d|[hg])(?![\d:.]\d|\d)")
_STANDING = re.compile(rf"(?<![\d/_:])(?<!\d[ .\-(]){_DATE}(?: ?- ?{_DATE})?(?!\d)(?!(?: ?[-/_(:] ?|[ .])\d)")
_PUBLIC = re.compile(r"11[1-5]|156|5656|(?:19|20)\d\d")

KNOWN_PHONE = "known_phone"
"""Not a breach: a telephone number that may stand in the text."""

_RUN = re.compile(r"\+?\(?\d(?:(?:[ .\-()/_:]{0,2}|[ .\-]?[,;|\n][ \-]?(?=\d{2}))\d)+")
_NUMERAL = r"(?:khong|mot|hai|ba|bon|tu|nam|lam|nham|sau|bay|tam|chin|muoi|tram|chuc|nua|linh|le|ruoi|vai|may)"
_THOUSANDS = r"(?:trieu|nghin|ngan(?! hang)|ty|ti(?= (?:dong|ruoi))|cu(?= khoai))"
_AMOUNT = re.compile(
    r"(?<![\d.,/])\d{1,15}(?:[., ]\d{1,15}){0,6}\s?(?:dong|d|vnd|k|nghin|ngan|trieu|tr|ty|ti|usd|do la|€|\$|₫)(?![\w])"
    r"|[$€₫]\s?\d[\d.,]*"
    r"|(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?![\d])"
    rf"|\b{_NUMERAL}(?: {_NUMERAL}){{0,8}} {_THOUSANDS}(?: (?:{_NUMERAL}|{_THOUSANDS})){{0,8}}\b"
    r"|\b(?:chuc|tram|nghin|ngan|trieu|ty) (?:trieu|ty|nghin|dong)\b"
)
_BARE = re.compile(r"(?<![\d])\d{5,}(?![\d])|(?<![\d])[1-9]\d{0,2}(?: \d{3})+(?![\d])")
_SLANG = re.compile(r"\d\s?(?:củ|chai|lít|xị)\b")
_DIGIT = r"(?:khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)"
_SPOKEN = re.compile(rf"\b{_DIGIT}(?:[ ,.\-]{{1,2}}{_DIGIT}){{6,}}\b")
_ACCOUNT = re.compile(r"(?:\bstk|tai khoan|\btk\b|\baccount\b|so the\b)[^.]{0,24}?(\d[\d .\-,/_:\n]{3,40}\d)")


def numbers(reading: Reading, taken: list[tuple[int, int]], known: tuple[str, ...] = ()) -> Iterator[tuple[str, int, int]]:
    """Takes each digit run for one thing, the first that fits; yields what it is and where. `taken`: places that were something
    else already.

    `known`: telephone numbers (E.164) that may stand in the text. A run must be one of them to its last digit, or several in a
    row; what is said to be an account stays one, whatever its digits.
    """
    words = reading.words
    for start, end in taken:
        words = words[:start] + "#" * (end - start) + words[end:]
    for harmless in (_TIME, _STANDING):
        words = harmless.sub(lambda m: "#" * len(m.group()), words)
    for rule in (_accounts, partial(_known, known), _runs, _spoken, _amounts):
        found = list(rule(words))
        yield from found
        for _, start, end in found:  # no later rule sees what this one took
            words = words[:start] + "#" * (end - start) + words[end:]


def _accounts(words: str) -> Iterator[tuple[str, int, int]]:
    yield from (("content.account_number", *match.span(1)) for match in _ACCOUNT.finditer(words))


def _known(known: tuple[str, ...], words: str) -> Iterator[tuple[str, int, int]]:
    if known:
        pattern = _pattern_of(known)
        yield from ((KNOWN_PHONE, *match.span()) for match in _RUN.finditer(words) if pattern.fullmatch(match.group()))


@cache
def _pattern_of(known: tuple[str, ...]) -> re.Pattern[str]:
    """A run that is nothing but these numbers, and public ones such as 113."""
    spelled = [digits for number in known for digits in spellings(number)]
    one = "|".join([*(rf"\+?\(?{'[ .()-]{0,2}'.join(digits)}" for digits in spelled), r"11[1-5]"])
    return re.compile(rf"(?:{one})(?:[ .,;|/:()\n-]{{1,3}}(?:{one}))*")


def spellings(number: str) -> tuple[str, str]:
    """Writes the digits of an E.164 number of Vietnam as dialled from abroad and at home."""
    national = number.removeprefix("+84")
    return "84" + national, national if national.startswith(("1800", "1900")) else "0" + national


def _runs(words: str) -> Iterator[tuple[str, int, int]]:
    for match in _RUN.finditer(words):
        groups = re.findall(r"\d+", match.group())
        digits = "".join(groups)
        if len(digits) < 7 or all(_PUBLIC.fullmatch(group) for group in groups):
            continue
        listed = re.search(r"[,;|\n]", match.group()) is not None
        if listed and len(digits) < 9 and max(map(len, groups)) < 3:
            continue  # days, classes: "10, 11, 12"
        dialled = match.group().lstrip("(").startswith(("0", "+"))
        if not dialled and not listed and _AMOUNT.match(words, match.start()):
            continue
        phone = dialled or digits.startswith(("84", "1800", "1900")) or len(digits) == 7
        phone = phone and len(digits) <= 12
        yield ("content.phone_not_on_card" if phone else "content.account_number"), *match.span()


def _spoken(words: str) -> Iterator[tuple[str, int, int]]:
    yield from (("content.phone_not_on_card", *match.span()) for match in _SPOKEN.finditer(words))


def _amounts(words: str) -> Iterator[tuple[str, int, int]]:
    spans = [match.span() for match in _AMOUNT.finditer(words)]
    for match in _BARE.finditer(words):
        groups = match.group().split()
        if all(match.end() <= a or match.start() >= b for a, b in spans) and not all(map(_PUBLIC.fullmatch, groups)):
            spans.append(match.span())
    yield from (("content.amount", *span) for span in spans)


def slang_amounts(reading: Reading) -> Iterator[tuple[int, int]]:
    """Amounts in words that without their accents would be other words; places in the text as written, in lower case."""
    lower = reading.text.lower()
    if len(lower) == len(reading.text):
        yield from (match.span() for match in _SLANG.finditer(lower))
