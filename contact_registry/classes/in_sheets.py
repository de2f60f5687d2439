"""Class names: told from what a spreadsheet made of them, and the grade they stand for."""

import datetime as dt
import re
from functools import lru_cache

from contact_registry.headings.meanings import fold
from contact_registry.plain_text import one_line

# 6/1 becomes 6 January, 6E1 becomes 60, 6.10 becomes 6.1: a class that is a date or a number is not what was typed.
# Vietnamese Excel writes 06-Thg1.
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?: [\d:]+)?|\d{1,2}-[A-Za-z]{3,}\d{0,2}(?:-\d+)?|[A-Za-z]{3,}\d{0,2}-\d{1,2}", re.ASCII
)
# Whatever may be somebody's number, and no school year: 0912 345 678, +84 912.345.678, 912345678; and emails.
_ADDRESS = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .\-]?\d){8,}|\d{9,}|(?<!\d)[35789]\d\d[ .\-]\d{3}[ .\-]\d{3}|\S+@\S+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?(?:[eE]\+?\d+)?")
DOTTED = re.compile(r"(?:1[0-2]|[1-9])\.[1-9]\d?")
_MONTHS = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "thg"}
_GRADE = re.compile(r"(?:lop |khoi )?(1[0-2]|[1-9])(?!\d)(?! tuoi)")
_PRESCHOOL = {"nha tre": "Nhà trẻ", "nhom tre": "Nhà trẻ", "nt": "Nhà trẻ", "mam": "Mầm", "choi": "Chồi", "la": "Lá"}

_LETTER = "[a-zà-ỹđ]"
_STREAMS = (
    "chuyên toán tin lí lý hóa hoá sinh văn sử địa anh pháp nga trung nhật hàn tiếng khtn khxh xã hội tự nhiên clc cơ bản "
    "nâng cao"
)
_STREAM = "(?:" + "|".join(_STREAMS.split()) + ")"
_CLASS = re.compile(
    # 6 A 1, 6A 1; not 6A 32 học sinh, 6A 5/9/2026
    rf"(?:1[0-2]|[1-9])\s?{_LETTER} \d{{1,2}}(?!\d|[./-]\d|\s*(?:hs|học|em|cháu|trẻ)\b)|"
    # 6A1, 10 A1, 6/1, 6.1, 12A1.1; 12 Anh, 12C1 chuyên Toán 1
    rf"(?:1[0-2]|[1-9])(?:[./_-]\d{{1,2}}|(?! tuổi)\s?[./_-]?\s?{_LETTER}{{1,6}}\d{{0,2}}(?:[./-]\d{{1,2}})?)"
    rf"(?:(?: {_STREAM})+(?: \d{{1,2}})?|(?<={_LETTER}{{2}}) \d{{1,2}})?"
    # Lá 1, Mầm A
    rf"|(?:mầm|chồi|lá|cơm|cháo|bột)(?: (?:nát|{_LETTER}?\d{{0,2}})\b)?"
    # Nhóm trẻ 25-36 tháng, 5 tuổi A, MG bé 2
    rf"|(?:nhà trẻ|nhóm trẻ|nt|mẫu giáo|mg|\d tuổi)(?: (?:bé|nhỡ|lớn|tháng|tuổi|{_LETTER}\d{{0,2}}"
    rf"|\d{{1,2}}(?:\s?-\s?\d{{1,2}})?)\b)*",
    re.IGNORECASE,
)
_SPELLINGS = re.compile(r"(1[0-2]|[1-9]) ?([a-zđ]) ?(\d{0,2})", re.IGNORECASE)
_SHORT = re.compile(r"[A-ZĐ]{1,3}\d{0,2}|\d{1,2}", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?:(?:danh sách|danh sach|dshs|ds|học sinh|hs|trẻ em|các cháu|của)\b[\s_-]*)*(?:(?:lớp|lop)[\s_]*:?[\s_]*)?", re.IGNORECASE
)
_AFTER = re.compile(
    r"\s*[-–_(,;:|].*|\s+\d{1,3}\s?(?:hs|học sinh|em|cháu|trẻ)\b.*|\s+(?:t|tháng )\d{1,2}|\s+(?:năm học|năm|nh|gvcn|giáo viên"
    r"|sĩ số|sỉ số|ss|khóa|niên khóa|học kỳ|hk)\b.*",
    re.IGNORECASE,
)
_IN_TITLE = re.compile(
    r"\b(?:lớp|lop|class)(?:\s+(?:học|chủ nhiệm|hiện tại))?\s*:?\s*[\"'“”‘’(\[]?\s*|\b(?=(?:nhóm trẻ|nhà trẻ)\b)", re.IGNORECASE
)
# Between the rows of a list "chuyển từ lớp 6A2" tells of one pupil; a title begins as titles do.
_BEGINS_TITLE = re.compile(
    r"(?:danh sach|ds|bang|so (?:dien thoai|lien lac|theo doi)|thong tin|truong|thcs|thpt|th|tieu hoc|mam non|mn|hoc sinh|hs|khoi"
    r"|nam hoc|phu huynh|tre|bieu|mau|tong hop"
    r"|cac em|cap nhat|sdt|dien thoai|lien he)\b"
)
_NUMBERED = re.compile(r"(?:[ivx]{1,4}|\d{1,2}|[a-z])$")
"""What a part of a list is headed by: "I. Lớp 6A1", "B) LỚP 6A2"."""
_TELLS_OF_ONE = re.compile(
    r"\b(?:chuyen|sang|tu|len|xuong|qua|ve|xin|hoc lai|o lai|luu ban|con|chau|gvcn|anh|chi|em (?!hoc sinh))\b"
)
_TOLD_BEHIND = re.compile(r"\W*(?:cu|chuyen|sang|truoc|nam truoc|nam ngoai|len|ve|qua|xin|den|moi chuyen|hoc lai|tu)\b")
_CHAPTER = re.compile(r"khối|học|trưởng|và|của|năm", re.IGNORECASE)


def without_addresses(text: str) -> str:
    """Takes numbers and emails out of a class or a sheet's name, which are kept in the open."""
    return _ADDRESS.sub("…", text)


def is_damaged(value: object, *, typed: bool) -> bool:
    """Tells whether a class cell is a date or a number, or holds one to call. `typed`: the file tells numbers from text, so text
    is what was typed.
    """
    if isinstance(value, (dt.date, dt.time, dt.timedelta, int, float)):
        return True
    text = str(value).strip()
    if without_addresses(text) != text:
        return True
    if _DATE.fullmatch(text):
        words = re.findall(r"[A-Za-z]+", text.lower())
        return not words or words[0][:3] in _MONTHS
    return not typed and bool(_NUMBER.fullmatch(text)) and not DOTTED.fullmatch(text)


@lru_cache(maxsize=4096)
def grade_of(class_name: str) -> str | None:
    """Reads the grade out of a class's name: 6A1 → "6", Lá 1 → "Lá"; None where the name does not tell."""
    folded = fold(class_name)
    if found := _GRADE.match(folded):
        return found[1]
    return next((grade for start, grade in _PRESCHOOL.items() if re.match(rf"(?:lop )?{start}\b", folded)), None)


def in_grade(class_name: str, grade: str | None) -> str:
    """Joins a class to the grade that stands in a column of its own: A1 of 6 is 6A1, 1 of 6 is 6/1; a name that says more stays
    as it is.
    """
    if not grade or not _SHORT.fullmatch(class_name):
        return class_name
    if not grade[0].isdigit():
        return f"{grade} {class_name}"
    return f"{grade}/{class_name}" if class_name[0].isdigit() else f"{grade}{class_name}"


def one_spelling(class_name: str) -> str:
    """Writes a class in the one way that stands for several: "6a1" and "6 A1" are 6A1."""
    found = _SPELLINGS.fullmatch(class_name)
    return f"{found[1]}{found[2].upper()}{found[3]}" if found else class_name


_BESIDE_CLASS = re.compile(
    r"(?P<class>(?:l[ớo]p[\s:]+)?(?:(?:1[0-2]|[1-9])\s?[./_-]?\s?(?:[A-Za-zĐđ]{1,3}\s?)?\d{0,2}|[^\W\d_]+ [A-Za-zĐđ]?\d{0,2}))\s*"
    r"(?:[-–_(,;:|/]\s*|\s(?=\S))(?:(?:s[ĩỉi]\s?s[ốo]|ss|gvcn|giáo viên|gv|cô|thầy|năm học|niên khóa|nh)\b.*|\d{1,3}\s*(?:hs"
    r"|học sinh|em|cháu|trẻ)\b.*"
    r"|20\d\d\s*[-–/]\s*(?:20)?\d\d\W*|\W*)",
    re.IGNORECASE,
)
_GRADE_BEFORE = re.compile(r"khối\s*\d{1,2}\s*[-–,:/|]\s*(?=l[ớo]p\b)", re.IGNORECASE)


def without_asides(name: str) -> str:
    """Takes what is said of a class out of its cell: "6A1 (SS: 32)", "6A1 - cô Lan", "Khối 6 - Lớp 6A1"; "10A1 (TN)" is another
    class and stays.
    """
    if name.isalnum():  # nearly every one
        return name
    name = _GRADE_BEFORE.sub("", name)
    found = _BESIDE_CLASS.fullmatch(name)
    return found["class"].strip() if found else name


def class_in_title(text: str, *, below_a_header: bool = False) -> str | None:
    """Finds the class in a title: "DANH SÁCH HỌC SINH LỚP 6A1 NĂM HỌC 2026-2027". `below_a_header`: among a list's rows, where
    remarks name classes, too.
    """
    for found in _IN_TITLE.finditer(text):
        name = _named(text[found.end() :], alone=False)
        if name and not (below_a_header and _is_remark(text[: found.start()], text[found.end() + len(name) :])):
            return name
    return None


def _is_remark(before: str, behind: str) -> bool:
    before, behind = fold(before), fold(behind)
    if _TOLD_BEHIND.match(behind) or _TELLS_OF_ONE.search(before):
        return True
    return bool(before) and not _BEGINS_TITLE.match(before) and not _NUMBERED.match(before)


def class_of_sheet(name: str) -> str | None:
    """Finds the class a sheet is named after: "6A1", "Lớp 6.1", "DS lớp 6A1 (2)", "Lá 1", "Lớp Thỏ Trắng"; None for "Sheet1",
    "Khối 6".
    """
    before, rest = _begun(name)
    said = re.search(r"l[ớo]p", before, re.IGNORECASE)
    return _named(rest, alone=True) or (_in_words(rest) if said else None)


def class_alone(text: str) -> str | None:
    """Finds the class that stands alone in a cell above its pupils: "6A1", "DANH SÁCH HỌC SINH 6A1"."""
    return _named(_begun(text)[1], alone=True)


def _begun(text: str) -> tuple[str, str]:
    """Text apart into what may stand before a class and the rest."""
    text = one_line(text)
    before = _BEFORE.match(text)
    end = before.end() if before else 0
    return text[:end], text[end:]


def _named(text: str, *, alone: bool) -> str | None:
    """The class these words begin with; `alone`: and nothing follows but a copy's number, a year, a teacher."""
    found = _CLASS.match(text)
    if found is None or text[found.end() : found.end() + 1].isalnum():
        number = re.match(r"(?:1[0-2]|[1-9])\b(?![./]?\d)", text) if not alone else None
        return number[0] if number else None
    rest = text[found.end() :]
    if alone and rest.strip() and not _AFTER.fullmatch(rest):
        return None
    return found[0].strip().removesuffix("-").strip()


def _in_words(text: str) -> str | None:
    """What stands behind the word "lớp", where it is no class by its look: "Thỏ Trắng", "1"."""
    name = _AFTER.sub("", text).strip()
    return name if 0 < len(name) <= 20 and not _CHAPTER.match(name) else None
