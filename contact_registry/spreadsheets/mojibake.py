"""UTF-8 that a program read as Windows-1252 or -1258 and saved so:
"Nguyá»…n VÄƒn An" is Nguyễn Văn An, and can be made that again.

So can Windows-1258 that was read as -1252: "NguyêÞn Vãn Aình" is Nguyễn Văn Ánh.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from contact_registry.plain_text import composed
from contact_registry.spreadsheets.text_encodings import share_of_syllables

_BYTES: dict[int, int] = {code: code for code in range(256)}
"""Letter → the byte it was read from, in either page; the empty places of both are control characters."""
for _page in ("cp1258", "cp1252"):
    for _byte in range(128, 256):
        _letter = bytes([_byte]).decode(_page, errors="ignore")
        if _letter:
            _BYTES[ord(_letter)] = _byte
_LEAD = "".join(chr(code) for code, byte in _BYTES.items() if 0xC3 <= byte <= 0xE2)
_NEXT = "".join(chr(code) for code, byte in _BYTES.items() if 0x80 <= byte <= 0xBF) + "\ufffd"
_PAIR = re.compile(f"[{re.escape(_LEAD)}][{re.escape(_NEXT)}]")
_BYTES[0xFFFD] = 0xFF  # a byte that the page has no letter for: of such a letter of two bytes, only Đ is Vietnamese
_CUT = re.compile(rb"\xe1[\xba\xbb]\xff|\xc3\xff")
_SPACE_LOST = re.compile("[Ã\u0102](?: |$)")
_VIETNAMESE = re.compile(r"[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ]")
_SAMPLES = 5
_TONE_BESIDE = re.compile(r"[aeoâêôãõýAEOÂÊÔÃÕÝ][ìòÌÒÞ]")
"""A vowel and the letter that -1252 has in the place of a tone; no Vietnamese word has these two."""
_MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class Repaired:
    """A sheet's rows with such text made whole; `samples`: (as written, as read)."""

    rows: list[list[object]]
    samples: tuple[tuple[str, str], ...]


def repair(rows: Sequence[Sequence[object]]) -> Repaired | None:
    """Repairs the letters of a sheet; None where nothing was read wrongly, as in nearly every sheet."""
    wrong = sum(isinstance(cell, str) and not cell.isascii() and repair_text(cell) is not None for row in rows for cell in row)
    if not wrong:
        return None
    samples: dict[str, str] = {}
    repaired: list[list[object]] = []
    for row in rows:
        new = list(row)
        for column, value in enumerate(row):
            if isinstance(value, str) and not value.isascii() and (text := repair_text(value, sure=wrong > 1)) is not None:
                new[column] = text
                if len(samples) < _SAMPLES and " " in text:
                    samples[value] = text
        repaired.append(new)
    return Repaired(repaired, tuple(samples.items()))


def repair_text(text: str, *, sure: bool = False) -> str | None:
    """Repairs one cell; None where it is no such text. Bytes that were lost on the way come back as U+FFFD. `sure`: other cells
    beside it are.
    """
    if not _PAIR.search(text) and not (sure and _SPACE_LOST.search(text)):
        return None
    # "Ã" and a space that cannot be broken are one "à"; many programs make a plain space of it, or trim it.
    read = bytearray()
    for letter in _SPACE_LOST.sub("Ã\xa0", text):
        byte = _BYTES.get(ord(letter))
        if byte is None:
            return None
        read.append(byte)
    whole = _CUT.sub("\ufffd".encode(), bytes(read).replace(b"\xc4\xff", "Đ".encode())).decode("utf-8", errors="replace")
    lost, found = whole.count("\ufffd"), len(_VIETNAMESE.findall(whole))
    if not found or lost > found:
        return None
    return composed(whole)


def repair_page(rows: Sequence[Sequence[object]]) -> Repaired | None:
    """Repairs letters of Windows-1258 that were read as those of -1252; None where there are none, as in nearly every sheet."""
    texts = [cell for row in rows for cell in row if isinstance(cell, str) and not cell.isascii()]
    if sum(bool(_TONE_BESIDE.search(text)) for text in texts) < 2:
        return None
    read = {text: _as_1258(text) for text in texts}
    if share_of_syllables(" ".join(read.values())) < max(_MOSTLY, share_of_syllables(" ".join(texts))):
        return None
    repaired = [[read.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    samples = [(text, new) for text, new in read.items() if " " in new and new != text]
    return Repaired(repaired, tuple(samples[:_SAMPLES]))


def _as_1258(text: str) -> str:
    try:
        return composed(text.encode("cp1252").decode("cp1258"))
    except UnicodeError:
        return text
