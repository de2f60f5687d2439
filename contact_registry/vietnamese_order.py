"""The order in which Vietnamese is listed: letter by letter (a ă â b c d đ e ê …), and of one spelling tone by tone.

A database's own order follows code points (đ behind z) or, without ICU, another language's; dictionaries compare a syllable's
letters first and its tone only then: `ba bà bả bã bá bạ ban`.
"""

import unicodedata
from functools import lru_cache

Key = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
"""Syllable by syllable: its letters, then their tones."""

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACE = {
    letter: 0x100 + place for place, letter in enumerate(_ALPHABET)
}  # behind digits and marks, before letters of other scripts
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}  # huyền, hỏi, ngã, sắc, nặng; behind none


@lru_cache(maxsize=16_384)
def vietnamese_order(text: str) -> Key:
    """Makes a key to sort a name or a class by, whatever its case and however its letters are composed."""
    return tuple(_syllable(written) for written in unicodedata.normalize("NFD", text.lower()).split())


def _syllable(decomposed: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    letters: list[str] = []
    tones: list[int] = []
    for sign in decomposed:
        if sign in _TONES and tones:
            tones[-1] = _TONES[sign]
        elif unicodedata.combining(sign) and letters:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + sign)
        else:
            letters.append(sign)
            tones.append(0)
    return tuple(
        _PLACE.get(letter, ord(letter[0]) if ord(letter[0]) < 0x100 else 0x1000 + ord(letter[0])) for letter in letters
    ), tuple(tones)
