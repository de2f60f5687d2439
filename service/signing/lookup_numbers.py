"""The look-up number ("số tra cứu"): a keyed permutation of a delivery's number, written `4071 8826 3163`.

    number ── + 2·10^9 ──► 10-round Feistel over 10^5 × 10^5,
walked until the first digit is 2 to 7 ──► 10 digits + 2 check digits

No table of numbers exists: the permutation runs backwards. The key hides order and volume, nothing else; a look-up number is
a pointer, not a secret. First digits 2 to 7 keep clear of phone numbers (0, 84), identity cards (0) and most bank cards; the
check digits (ISO 7064 MOD 97-10) catch every single wrong digit and every swap of neighbours, so that a typing error is
"mistyped" and never "not ours". Vectors: tests/vectors/lookup_numbers.json.

Written out, so that anyone can make it again. For 12 digits H = 10^5 (for 16: 10^7), x = L·H + R, and for round r = 0 … 9:
L, R = R, (L + F(r, R)) mod H, where F(r, R) is BLAKE2b keyed with the key, 8 bytes of digest, of one byte r and R in 4 bytes,
all big-endian. Starting inside the range of allowed first digits makes the walk a bijection of it.
"""

import hashlib
import re
import unicodedata
from array import array

_ROUNDS = range(10)
# What people and phones put between the groups: spaces of all kinds, dots, hyphens and dashes, at most two in a row ("4071 -
# 8826").
GAP = r"[ \t\u00a0\u2000-\u200b\u202f\u205f\u3000.\-\u2010-\u2015\u2212]"
_RUN = re.compile(rf"\d+(?:{GAP}{{1,3}}\d+)*")
_GAPS = re.compile(rf"{GAP}+")


class Mistyped(ValueError):
    """Not a look-up number: wrong length, wrong check digits, or something that was never issued in this shape."""


class LookupNumbers:
    """Turns delivery numbers into look-up numbers and back, under one key. `digits` is 12, or 16 for a nation."""

    def __init__(self, key: bytes, digits: int = 12) -> None:
        if digits not in (12, 16):
            raise ValueError("a look-up number has 12 or 16 digits")
        if len(key) < 16:
            raise ValueError("the key has at least 16 bytes")
        self.digits = digits
        self._key = key
        self._half: int = 10 ** (digits // 2 - 1)
        self._low: int = 2 * self._half**2 // 10
        self._high: int = 8 * self._half**2 // 10
        # One prepared state per round: a copy is cheaper than a keyed start.
        self._starts = [hashlib.blake2b(bytes([r]), key=key, digest_size=8) for r in _ROUNDS]
        # What each round's F gave before, from 1 to H; 0: not asked yet. A worker meets most of it within 60,000 numbers. 4 MB; a
        # nation's would be 400 MB, and is not kept.
        self._met = [array("I", bytes(4 * self._half)) if digits == 12 else None for _ in _ROUNDS]

    @property
    def capacity(self) -> int:
        """How many numbers there are: 6·10^9 with 12 digits."""
        return self._high - self._low

    def written(self, number: int) -> str:
        """Writes a delivery number (0 ≤ number < `capacity`) as its look-up number, in groups of four."""
        if not 0 <= number < self.capacity:
            raise ValueError("delivery number out of range")
        x = self._forward(number + self._low)
        while not self._low <= x < self._high:
            x = self._forward(x)
        plain = f"{x}{_check_digits(x):02}"
        return " ".join([plain[i : i + 4] for i in range(0, self.digits, 4)])

    def number(self, typed: str) -> int:
        """Reads a look-up number, however it is grouped, back into its delivery number. Raises `Mistyped`."""
        plain = _GAPS.sub("", _ascii_digits(typed)).strip()
        if len(plain) != self.digits or not plain.isascii() or not plain.isdigit():
            raise Mistyped
        x, check = divmod(int(plain), 100)
        if check != _check_digits(x) or not self._low <= x < self._high:
            raise Mistyped
        x = self._backward(x)
        while not self._low <= x < self._high:
            x = self._backward(x)
        return x - self._low

    def _forward(self, x: int) -> int:
        half = self._half
        left, right = divmod(x, half)
        for r, met in enumerate(self._met):
            left, right = right, (left + ((met and met[right]) or self._mixed(r, right))) % half
        return left * half + right

    def _backward(self, x: int) -> int:
        half = self._half
        left, right = divmod(x, half)
        for r in reversed(_ROUNDS):
            met = self._met[r]
            left, right = (right - ((met and met[left]) or self._mixed(r, left))) % half, left
        return left * half + right

    def _mixed(self, r: int, right: int) -> int:
        """F(r, right) modulo H, from 1 to H."""
        mixed = self._starts[r].copy()
        mixed.update(right.to_bytes(4, "big"))
        made = int.from_bytes(mixed.digest(), "big") % self._half or self._half
        if met := self._met[r]:
            met[right] = made
        return made


def _check_digits(body: int) -> int:
    """2 to 98, so that the whole is 1 modulo 97. 00, 01 and 99 would be second spellings and never occur."""
    return 98 - body * 100 % 97


def find_numbers(text: str, digits: int = 12) -> list[str]:
    """Finds what could be look-up numbers in a text, in order, each once, as bare digits. Their check digits are not looked at.

    A candidate is `digits` digits in one piece, or three (four) groups of four in a row, or a run of groups that has exactly
    `digits` digits in all; spaces, dots, dashes and full-width digits do not matter.
    """
    found: dict[str, None] = {}
    for run in _RUN.findall(_ascii_digits(text)):
        groups = _GAPS.split(run)
        at, size = 0, digits // 4
        while at < len(groups):
            if len(groups[at]) == digits:
                found[groups[at]] = None
            elif [len(group) for group in groups[at : at + size]] == [4] * size:
                found["".join(groups[at : at + size])] = None
                at += size - 1
            at += 1
        whole = "".join(groups)
        if len(whole) == digits:
            found[whole] = None
    return list(found)


def _ascii_digits(text: str) -> str:
    """Full-width and other decimal digits as 0 to 9; everything else stays."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in text)
