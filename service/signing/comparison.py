"""Is a received text word for word the official one? `same` after cosmetic folding, else `different`: whatever is not plainly the
same is different. Pure; a verifier could vendor it.

Cosmetic: Unicode composition (NFC), kinds of quotes, dashes and spaces, line breaks, invisible joiners, how the look-up number is
grouped. Diacritics are cosmetic only where the received text has none at all: "Dung chuyen" may stand for "Đừng chuyển" as it was
sent without accents, but nobody's phone drops one accent of many. Letters from other alphabets, direction marks, upper and lower
case are not cosmetic.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

from service.signing.lookup_numbers import GAP

Verdict = Literal["same", "different"]
Kind = Literal["missing", "added", "changed"]

_COSMETIC = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»＂", '"'),
        **dict.fromkeys("‘’‚‛`´′", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u200b\u2060\ufeff", None),
        "…": "...",
    }
)
# More marks on one letter are in no language (UAX 15), and the time that composing them takes grows with their square.
_MARKS = "".join(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))
_PILE = re.compile(f"([{_MARKS}]{{30}})[{_MARKS}]+")
_WORD = re.compile(r"\S+")
# As written; a word without any accent counts as any of these it could stand for ("dung" for "đừng"), one with accents only as
# itself: "cảm" is no "cấm".
_TURNS_ADVICE = {"không", "ko", "k0", "đừng", "chưa", "chớ", "cấm", "not", "no", "never", "don't"}
_MONEY = {"tiền", "chuyển", "khoản", "nạp", "đồng", "vnd", "vnđ", "triệu", "nghìn", "ngàn", "phí", "vay", "stk", "ck"}
_OPENS_ACCOUNTS = {"otp", "mã", "pin", "mật", "khẩu", "qr", "password", "code"}
_CRITICAL = frozenset(_TURNS_ADVICE | _MONEY | _OPENS_ACCOUNTS)
_HOST = re.compile(r"[a-z0-9]\.[a-z]{2,}|://|@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two part. `official` or `received` is empty where something was added or is missing."""

    kind: Kind
    official: str
    received: str
    critical: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences` are against the nearest official text, in its order; none when `same`.

    `nearest`: which of the official texts that is. `unaccented`: the texts are the same once accents are taken away. `whole`:
    every official word is there in one piece, with other words before or after it; that is `different` all the same.
    """

    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    nearest: int | None = None
    unaccented: bool = False
    whole: bool = False


def compare(received: str, officials: Sequence[str], number: str = "") -> Comparison:
    """Compares a received text with every official text of one record, each with the look-up number in its place.

    `number`: that number as written; where the received text has it grouped otherwise it counts as the same number.
    """
    received = _PILE.sub(r"\1", received)
    words = _words(_regroup(received, number))
    bare = not _has_marks(received)
    wanted = [_words(_without_marks(official) if bare else official) for official in officials]
    for at, official in enumerate(wanted):
        if words == official and words:
            return Comparison("same", nearest=at, unaccented=words != _words(officials[at]))
    # An email's text lies within the same text under its subject: the longest that is there whole says most.
    held = [at for at, official in enumerate(wanted) if _inside(official, words) is not None]
    if held:
        nearest = max(held, key=lambda at: len(wanted[at]))
        return Comparison("different", _around(wanted[nearest], words), nearest, whole=True)
    if not wanted:
        return Comparison("different", _differences([], words))
    nearest = min(range(len(wanted)), key=lambda at: Levenshtein.normalized_distance(wanted[at], words))
    return Comparison("different", _differences(wanted[nearest], words), nearest)


def _regroup(text: str, number: str) -> str:
    digits = [c for c in number if c.isdigit()]
    if not digits:
        return text
    return re.sub(r"(?<!\d)" + (GAP + "{0,3}").join(digits) + r"(?!\d)", number, text)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).translate(_COSMETIC))


def _has_marks(text: str) -> bool:
    return _without_marks(text) != unicodedata.normalize("NFC", text)


def _without_marks(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain).replace("đ", "d").replace("Đ", "D")


def _inside(official: list[str], received: list[str]) -> int | None:
    """Where in `received` all words of `official` stand, in one piece."""
    text, wanted = f" {' '.join(received)} ", f" {' '.join(official)} "
    at = text.find(wanted) if official else -1
    return text[: at + 1].count(" ") - 1 if at >= 0 else None


def _around(official: list[str], received: list[str]) -> tuple[Difference, ...]:
    at = _inside(official, received) or 0
    return tuple(_difference([], words) for words in (received[:at], received[at + len(official) :]) if words)


def _differences(official: list[str], received: list[str]) -> tuple[Difference, ...]:
    """A replaced phrase is one change. A word that happens to stand in both phrases does not part them."""
    spans: list[tuple[int, int, int, int]] = []
    for step in Levenshtein.opcodes(official, received):
        if step.tag == "equal":
            continue
        span = (step.src_start, step.src_end, step.dest_start, step.dest_end)
        while spans and span[0] - spans[-1][1] < min(_size(span), _size(spans[-1])):
            before = spans.pop()
            span = (before[0], span[1], before[2], span[3])
        spans.append(span)
    return tuple(_difference(official[a:b], received[c:d]) for a, b, c, d in spans)


def _size(span: tuple[int, int, int, int]) -> int:
    return max(span[1] - span[0], span[3] - span[2])


def _difference(was: list[str], now: list[str]) -> Difference:
    kind: Kind = "changed" if was and now else "missing" if was else "added"
    return Difference(kind, " ".join(was), " ".join(now), critical=any(_is_critical(word) for word in (*was, *now)))


_CRITICAL_BARE = frozenset(_without_marks(word) for word in _CRITICAL)


def _is_critical(word: str) -> bool:
    """A digit, a host or link, a negation, money or a code is in it."""
    plain = unicodedata.normalize("NFC", word).lower().strip(".,:;!?()\"'")
    known = plain in _CRITICAL or (plain.isascii() and plain in _CRITICAL_BARE)
    return known or any(c.isdigit() for c in plain) or bool(_HOST.search(word))
