"""What a warning must not say, so that whatever does say it is known to be false: no link, no money, no account, no code.

Pure. A finding has a severity (an error stops submission), a code of the contract, the field, and the span of characters in it.
The rules fail closed: where a text could be read as forbidden, it is refused and the author words it otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from service.broadcasts import wordlists
from service.broadcasts.texts import Texts
from service.rendering import NUMBER_SLOT, unaccented

RULES_VERSION = 1
"""Stands in every record: which rules the text was held to."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`span`: first character and one past the last, in the field as written. `word`: what an ambiguous word may be read as."""

    severity: Literal["error", "warning"]
    code: str
    field: str
    span: tuple[int, int]
    values: tuple[tuple[str, str | int], ...] = ()


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    code = ord(char)
    plain = unaccented(chr(code - 0xFEE0) if 0xFF01 <= code <= 0xFF5E else char).lower()
    return plain if len(plain) == 1 else char


def _folded(text: str) -> str:
    """Lower case without accents and full-width shapes, character for character, so that spans stay true."""
    return "".join(map(_folded_char, text))


# Every repetition below is bounded: a text of any shape is read in time that grows with its length, not with its square.
# What a phone makes a link of, whatever the author meant: a scheme, www, a name with a known ending, an IP address.
_LINK = re.compile(
    r"\bh(?:tt|xx)ps?\s?:\s?/?/?\S*|\bwww\.\S+|\b(?:[a-z0-9-]{1,63}\.){1,8}(?:"
    + "|".join(wordlists.HOST_ENDINGS)
    + r")\b(?:[/:?#]\S*)?"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])(?:[/:]\S*)?|\b[a-z0-9._+-]{1,64}@[a-z0-9.-]{1,255}"
)
_NUMERAL = r"(?:mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi|tram|chuc|nua)"
_AMOUNT = re.compile(
    r"(?<![\d.,/])\d{1,15}(?:[., ]\d{1,15}){0,6}\s?(?:dong|d|vnd|k|nghin|ngan|trieu|tr|ty|ti|usd|do la|€|\$|₫)(?![\w])"
    r"|[$€₫]\s?\d[\d.,]*"
    r"|(?<![\d.,])[1-9]\d{0,2}(?:[.,]\d{3})+(?![\d])"
    rf"|\b{_NUMERAL}(?: {_NUMERAL}){{0,8}} (?:trieu|nghin|ngan|ty)\b"
)
_DIGITS = re.compile(r"(?<!\w)\+?\(?\d(?:[ .\-()]{0,2}\d)+(?!\w)")
_NOT_A_NUMBER = re.compile(
    r"\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d\d|(?:19|20)\d\d[/.\-]\d{1,2}[/.\-]\d{1,2}|(?:19|20)\d\d\s?-\s?(?:19|20)\d\d"
)  # a date or a school year
_ACCOUNT_WORD = re.compile(r"(?:\bstk\b|tai khoan|\btk\b|\baccount\b|so the\b)[^\n.]{0,24}?(\d[\d .\-]{3,40}\d)")


def _links(_: str, folded: str) -> Iterator[tuple[str, int, int]]:
    yield from (("content.link", *m.span()) for m in _LINK.finditer(folded))


def _numbers(_: str, folded: str) -> Iterator[tuple[str, int, int]]:
    """Amounts, account numbers and phone numbers: one digit run is one of them, the first that fits."""
    taken = [m.span() for m in _NOT_A_NUMBER.finditer(folded)] + [m.span() for m in _LINK.finditer(folded)]

    def free(start: int, end: int) -> bool:
        return all(end <= a or start >= b for a, b in taken)

    for match in _ACCOUNT_WORD.finditer(folded):
        if free(*match.span(1)):
            taken.append(match.span(1))
            yield "content.account_number", *match.span(1)
    for match in _DIGITS.finditer(folded):
        digits = re.sub(r"\D", "", match.group())
        if not free(*match.span()) or len(digits) < 7:
            continue
        dialled = match.group().lstrip("(").startswith(("0", "+"))
        if not dialled and _AMOUNT.match(folded, match.start()):
            continue
        phone = dialled or digits.startswith(("84", "1800", "1900")) or len(digits) == 7
        phone = phone and len(digits) <= 12
        taken.append(match.span())
        yield ("content.phone_not_on_card" if phone else "content.account_number"), *match.span()
    for match in _AMOUNT.finditer(folded):
        if free(*match.span()):
            yield "content.amount", *match.span()


_CLAUSE = re.compile(r"[^.!?;:,\n]+")
_GIVING = re.compile(r"\b(?:" + "|".join(wordlists.GIVING_VERBS) + r")\b")
_CODE = re.compile(r"\b(?:" + "|".join(wordlists.SECRET_CODES) + r")\b")


def _code_requests(text: str, folded: str) -> Iterator[tuple[str, int, int]]:
    """A verb of giving before the name of a secret code, in one clause, unless denied there or told of a third person."""
    for clause in _CLAUSE.finditer(folded):
        verb = _GIVING.search(clause.group())
        code = verb and _CODE.search(clause.group(), verb.end())
        if verb is None or code is None:
            continue
        start, end = clause.start() + verb.start(), clause.start() + code.end()
        before = text[clause.start() : start]
        denied = any(word in wordlists.NEGATIONS for word in re.findall(r"[\w']+", before.lower()))
        if not denied and not wordlists.THIRD_PERSON.search(unaccented(before).lower()):
            yield "content.code_request", start, end


def _slot(text: str, _: str) -> Iterator[tuple[str, int, int]]:
    yield from (("content.reserved_word", m.start(), m.end()) for m in re.finditer(re.escape(NUMBER_SLOT), text))


_ERRORS = (_links, _numbers, _code_requests, _slot)
_WORD = re.compile(r"\w+")


def _ambiguous(field: str, text: str) -> Iterator[Finding]:
    """Words that lose their sense with their accents: "đừng", "đúng" and "dùng" all become "dung"."""
    folded = _folded(text)
    harmless = [m.span() for m in wordlists.HARMLESS_PHRASES.finditer(folded)]
    for match in _WORD.finditer(folded):
        readings = wordlists.AMBIGUOUS.get(match.group())
        if readings and not any(a <= match.start() and match.end() <= b for a, b in harmless):
            yield Finding("warning", "content.ambiguous_unaccented", field, match.span(), (("readings", readings),))


def check_texts(title: str, texts: Texts, *, unaccented_sms: bool) -> tuple[Finding, ...]:
    """All findings of the cleaned texts, in the order of the fields and of the places in them."""
    found: list[Finding] = []
    for field, text in (("title", title), *texts.fields()):
        folded = _folded(text)
        errors = [Finding("error", code, field, (start, end)) for rule in _ERRORS for code, start, end in rule(text, folded)]
        if field == "texts.sms" and unaccented_sms:
            errors += _ambiguous(field, text)
        found += sorted(errors, key=lambda finding: finding.span)
    return tuple(found)
