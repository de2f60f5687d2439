"""Class names: told from what a spreadsheet made of them, and the grade they stand for."""

import datetime as dt
import re
from functools import lru_cache

from contact_registry.importing.headings import fold

# 6/1 becomes 6 January, 6E1 becomes 60, 6.10 becomes 6.1: a class that is a date or a number is not what was typed.
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?: [\d:]+)?|\d{1,2}-[A-Za-z]{3,}(?:-\d+)?|[A-Za-z]{3,}-\d{1,2}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:[eE]\+?\d+)?")
_MONTHS = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "thg"}
_GRADE = re.compile(r"(?:lop |khoi )?(1[0-2]|[1-9])(?!\d)")
_PRESCHOOL = {"nha tre": "Nhà trẻ", "nhom tre": "Nhà trẻ", "mam": "Mầm", "choi": "Chồi", "la": "Lá"}
_IN_TITLE = re.compile(r"\bLỚP\s*:?\s+([^\s,;:()]+(?:\s+\d{1,2}(?!\d))?)", re.IGNORECASE)
_SHEET = re.compile(r"(?:lop )?((?:1[0-2]|[1-9])\s*[./]?\s*[a-z][a-z0-9./-]*|(?:mam|choi|la|nha tre|nhom tre)(?: \w+)?)")


def is_damaged(value: object, *, typed: bool) -> bool:
    """Whether a class cell is a date or a number. `typed`: the file tells numbers from text, so text is what was typed."""
    if isinstance(value, (dt.date, dt.time, dt.timedelta, int, float)):
        return True
    text = str(value).strip()
    if _DATE.fullmatch(text):
        words = re.findall(r"[A-Za-z]+", text.lower())
        return not words or words[0][:3] in _MONTHS
    return not typed and bool(_NUMBER.fullmatch(text))


@lru_cache(maxsize=4096)
def grade_of(class_name: str) -> str | None:
    """6A1 → "6", Lá 1 → "Lá"; None where the name does not tell."""
    folded = fold(class_name)
    if found := _GRADE.match(folded):
        return found[1]
    return next((grade for start, grade in _PRESCHOOL.items() if re.match(rf"(?:lop )?{start}\b", folded)), None)


def class_in_title(text: str) -> str | None:
    """The class of "DANH SÁCH HỌC SINH LỚP 6A1"."""
    found = _IN_TITLE.search(text)
    return found[1] if found and grade_of(found[1]) else None


def class_of_sheet(name: str) -> str | None:
    """The class a sheet is named after: "6A1", "Lớp 6A1", "Lá 1"; None for "Sheet1"."""
    if not _SHEET.fullmatch(fold(name)):
        return None
    return re.sub(r"^\s*lớp\s+", "", name, flags=re.IGNORECASE).strip()
