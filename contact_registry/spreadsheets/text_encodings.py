"""The bytes of a text → its letters: UTF-8 and UTF-16, Windows-1258 and -1252,
and the fonts before Unicode that hide in the latter.
"""

import re
import unicodedata
from typing import Literal, NamedTuple

from contact_registry.errors import ImportRefused
from contact_registry.plain_text import composed
from contact_registry.spreadsheets.legacy_text import Font, read_font

_WORD = re.compile("(?:[^\\W\\d_][\u0300-\u036f]*)+")
_WORDS_LOOKED_AT = 3_000
_TEXT_LOOKED_AT = 200_000
_TONES = "\u0300\u0301\u0303\u0309\u0323"
# A syllable without its tone: what Vietnamese begins with, its vowels, and what it ends with.
_SYLLABLE = re.compile(
    "(?:b|ch?|d|đ|gh?|gi|h|kh?|l|m|n|ngh?|nh|p|ph|qu|r|s|th?|tr|v|x)?"
    "(?:a[iouy]?|ă|âu?|ây|eo?|êu?|i[au]?|iêu?|o[aăeoi]?|oa[iyo]|oe[o]?|ôi?|ơi?|u[aâêiôơy]?|uây|uôi|uy[aêu]?|ư[aiơu]?|ươ[iu]|y|yêu?)"
    "(?:ch?|m|n[gh]?|p|t)?"
)


_LOST = re.compile(r"\?[^\W\d_]|[^\W\d_]\?")
_FAR_BETTER = 0.15
_WESTERN = {byte: bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(128, 160)}
"""Windows-1252 as it is used: its five empty places are control characters."""


class Decoded(NamedTuple):
    """`content` in NFC; U+FFFD where bytes are no letter. `page`: an old code page it came in.
    `font`: the font its letters are of.
    """

    content: str
    page: Literal["windows-1258"] | None = None
    font: Font | None = None


def decode(data: bytes) -> Decoded:
    """Reads a text in the encoding that it is in. What DOS put behind its end (Ctrl-Z, zeros) goes.

    A byte that was damaged costs its own cell only: a text that is UTF-8 but for a few bytes is UTF-8.
    """
    if utf16 := utf16_of(data[:4096]):
        content = data.decode(utf16, errors="replace")
        if content.count("\ufffd") * 20 > len(content):
            raise ImportRefused("import.unreadable")
        return Decoded(composed(content.removeprefix("\ufeff").rstrip("\x1a\0")))
    data = data.rstrip(b"\x1a\0")
    try:
        return Decoded(composed(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        mended = data.decode("utf-8-sig", errors="replace")
    lost = mended.count("\ufffd")
    kept = len(mended) - lost - sum(map(str.isascii, mended))
    if data.startswith(b"\xef\xbb\xbf") or kept >= 3 * lost:
        return Decoded(composed(mended))
    return _single_byte(data)


def utf16_of(head: bytes) -> str | None:
    """Decides which UTF-16 it is: by its mark, or, where that was cut off, by the zero in every other byte of digits and
    separators.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) // 2 or min(even, odd) > 0:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _single_byte(data: bytes) -> Decoded:
    """One byte a letter: the reading whose words are Vietnamese most often. Vietnamese Excel's own page where two are alike; an
    old font only where it is far better, for text that lost its letters on saving has some words that look like one.
    """
    western = data.decode("latin-1").translate(_WESTERN)
    pages = [Decoded(composed(data.decode("cp1258", errors="replace")), page="windows-1258"), Decoded(composed(western))]
    if len(_LOST.findall(western)) > 1:  # Windows-1258 has every letter of Vietnamese: nothing is lost in it
        pages.reverse()
    fonts = (Decoded(western, font="tcvn3"), Decoded(western, font="vni"))
    page, font = max(pages, key=_share), max(fonts, key=_share)
    return font if _share(font) > _share(page) + _FAR_BETTER else page


def _share(reading: Decoded) -> float:
    head = reading.content[:_TEXT_LOOKED_AT]
    return share_of_syllables(read_font(head, reading.font) if reading.font else head)


def share_of_syllables(text: str) -> float:
    """Measures, of the words with letters that English has not, the share that could be Vietnamese; 0 where there are none."""
    words = [word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if not word.isascii()][:_WORDS_LOOKED_AT]
    return sum(map(_is_syllable, words)) / len(words) if words else 0.0


def _is_syllable(word: str) -> bool:
    if not (word.islower() or word.istitle() or word.isupper()):
        return False
    apart = unicodedata.normalize("NFD", word.lower())
    tones = sum(c in _TONES for c in apart)
    plain = unicodedata.normalize("NFC", "".join(c for c in apart if c not in _TONES))
    return tones <= 1 and _SYLLABLE.fullmatch(plain) is not None
