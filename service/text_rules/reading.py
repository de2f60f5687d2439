"""A text as eyes and phones read it: without accents, in lower case, every look-alike sign as the plain one."""

import unicodedata
from functools import lru_cache

_SAME = str.maketrans(
    {
        **dict.fromkeys("đðɖ", "d"),
        **dict.fromkeys("。．｡․﹒", "."),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("／⁄∕", "/"),
        **dict.fromkeys("＿", "_"),
        "：": ":",
    }
)


@lru_cache(maxsize=4096)
def _read(char: str) -> str:
    """What one character is read as; nothing for one that is not seen."""
    if char == "\n":
        return char
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    apart = unicodedata.normalize("NFKD", char.translate(_SAME))
    kept = "".join(c for c in apart if not unicodedata.combining(c) and unicodedata.category(c) not in ("Mn", "Me", "Cf", "Cc"))
    return "".join(" " if c.isspace() else c for c in kept.lower().translate(_SAME))


class Reading:
    """`words` is what is searched; a place in it leads back to the text it was read from."""

    __slots__ = ("_at", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        read = [_read(char) for char in text]
        self.words = "".join(read)
        self._at = [place for place, shown in enumerate(read) for _ in shown]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Finds the characters of the text behind `words[start:end]`."""
        return self._at[start], self._at[end - 1] + 1

    def written(self, start: int, end: int) -> str:
        """Returns what stands there, with its accents, in lower case."""
        first, last = self.span(start, end)
        return unicodedata.normalize("NFC", self.text[first:last]).lower()
