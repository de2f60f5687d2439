"""Text typed in the fonts of the years before Unicode: TCVN3 (.VnTime, "NguyÔn V¨n") and VNI (VNI-Times, "Nguyeãn Vaên").

Such a cell holds other letters than one saw, so nothing says which it is but the letters themselves. A sheet, or one column of
it, is taken for legacy text only where letters stand that Vietnamese in Unicode never has; a number in it is never touched. In a
list in Unicode single cells can be old, too: rows pasted from an old file. Those are read where TCVN3 left words that no language
has; what VNI leaves, foreign names have as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Font = Literal["tcvn3", "vni"]

_TCVN3_LETTERS = (
    ("¡¢£¤¥¦§", "ĂÂÊÔƠƯĐ"),
    ("¨©ª«¬\u00ad®", "ăâêôơưđ"),
    ("µ¶·¸¹", "àảãáạ"),
    ("»¼½¾Æ", "ằẳẵắặ"),
    ("ÇÈÉÊË", "ầẩẫấậ"),
    ("ÌÎÏÐÑ", "èẻẽéẹ"),
    ("ÒÓÔÕÖ", "ềểễếệ"),
    ("×ØÜÝÞ", "ìỉĩíị"),
    ("ßáâãä", "òỏõóọ"),
    ("åæçèé", "ồổỗốộ"),
    ("êëìíî", "ờởỡớợ"),
    ("ïñòóô", "ùủũúụ"),
    ("õö÷øù", "ừửữứự"),
    ("úûüýþ", "ỳỷỹýỵ"),
)
_TCVN3 = {ord(old): new for olds, news in _TCVN3_LETTERS for old, new in zip(olds, news, strict=True)}

# VNI writes a vowel and then what stands on it; a few letters stand alone.
_VNI_MARKS = {
    "a": ("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ"),
    "e": ("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ"),
    "o": ("ùøûõïâáàåãä", "óòỏõọôốồổỗộ"),
    "ô": ("ùøûõï", "ớờởỡợ"),
    "u": ("ùøûõï", "úùủũụ"),
    "ö": ("ùøûõï", "ứừửữự"),
    "y": ("ùøûõ", "ýỳỷỹ"),
}
_VNI_ALONE = {"í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "ô": "ơ", "ö": "ư", "î": "ỵ", "ñ": "đ"}


def _vni() -> dict[str, str]:
    table = {}
    for base, (marks, letters) in _VNI_MARKS.items():
        for mark, letter in zip(marks, letters, strict=True):
            table[base + mark] = letter
            table[base.upper() + mark.upper()] = letter.upper()
            table[base.upper() + mark] = letter.upper()
    return table | _VNI_ALONE | {old.upper(): new.upper() for old, new in _VNI_ALONE.items()}


_VNI = _vni()
_VNI_PART = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_MODERN = re.compile("[ăĂđĐĩĨũŨơƠưƯ\u1ea0-\u1ef9\u0300-\u0323]")
_TELLS: dict[Font, re.Pattern[str]] = {
    # signs, not letters, in the middle of a word; and letters that only Iceland and Portugal use
    "tcvn3": re.compile(r"[^\W\d_][¨©ª«¬\u00ad®µ¶·¸¹»¼½¾×ÞþßÐ]|[§®][^\W\d_]|[a-z][ÆÇÈÉÊËÌÎÏÑÒÓÔÕÖØÜÝ]"),
    "vni": re.compile(r"[ñÑ]|[aeouyôöAEOUYÔÖ][øûïåäëüØÛÏÅÄËÜ]|[aA][êéÊÉ]|[eE][âãáàÂÃÁÀ]|[öÖ][ùøûõïÙØÛÕÏ]"),
}
_BROKEN_WORD = re.compile("§[A-Za-zÀ-ỹ]|[a-z][ÆÇÈÉÊËÌÎÏÑÒÓÔÕÖØÜÝÞ]|[A-Za-zÀ-ỹ\u00ad](?:[¨ª«¬µ¶¸»¼½¾]|[©®·¹×](?=[A-Za-zÀ-ỹ]))")
"""Signs inside a word and accented capitals behind small letters. What stands behind words anywhere (®, a footnote's ¹) counts
only where the word goes on."""
_LOOKED_AT = 2_000
"""Rows that are looked at to tell. A list that begins in one font goes on in it."""


@dataclass(frozen=True, slots=True)
class LegacyText:
    """Text in a font's or code page's own letters, converted. `samples`: (as written, as read), to be confirmed by a person."""

    encoding: Literal["tcvn3", "vni", "windows-1258", "utf-8"]
    samples: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Converted:
    """A sheet's rows with legacy text written anew; `samples`: (as written, as read) of texts of two words or more."""

    rows: list[list[object]]
    font: Font
    samples: tuple[tuple[str, str], ...]


def read_font(text: str, font: Font) -> str:
    """Reads the text as it was seen in that font."""
    if font == "tcvn3":
        return text.translate(_TCVN3)
    return _VNI_PART.sub(lambda part: _VNI[part[0]], text)


def convert(rows: Sequence[Sequence[object]], font: Font | None = None) -> Converted | None:
    """Converts the sheet to Unicode; None where it is so already, as nearly every sheet is. `font`: that of the whole sheet,
    where it is known.
    """
    by_column: dict[int, list[str]] = {}
    for row in rows[:_LOOKED_AT]:
        for column, cell in enumerate(row):
            if isinstance(cell, str) and not cell.isascii():
                by_column.setdefault(column, []).append(cell)
    whole = font or _font_of([cell for found in by_column.values() for cell in found])
    fonts = {column: told for column, found in by_column.items() if (told := whole or _font_of(found))}
    pasted = sum(_is_pasted(cell) for found in by_column.values() for cell in found) >= 2
    if not fonts and not pasted:
        return None
    converted: list[list[object]] = []
    samples: dict[str, str] = {}
    for row in rows:
        new = list(row)
        for column, value in enumerate(row):
            if not isinstance(value, str) or value.isascii() or _MODERN.search(value):
                continue
            own = whole or fonts.get(column) or ("tcvn3" if pasted and _BROKEN_WORD.search(value) else None)
            if own:
                new[column] = text = read_font(value, own)
                if len(samples) < 5 and " " in value and text != value:
                    samples[value] = text
        converted.append(new)
    return Converted(converted, next(iter(fonts.values()), "tcvn3"), tuple(samples.items()))


def _is_pasted(cell: str) -> bool:
    return bool(_BROKEN_WORD.search(cell)) and not _MODERN.search(cell)


def _font_of(cells: Sequence[str]) -> Font | None:
    """The font these cells were typed in, if they tell: one tell is a typing error, and a text in Unicode beside it another."""
    modern = sum(bool(_MODERN.search(cell)) for cell in cells)
    tells: dict[Font, int] = {font: sum(bool(tell.search(cell)) for cell in cells) for font, tell in _TELLS.items()}
    font = max(tells, key=lambda each: tells[each])
    if tells[font] < 2 or tells[font] * 5 < len(cells) or tells[font] < 3 * modern:
        return None
    return font
