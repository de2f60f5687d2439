"""What the text in a column of names is: somebody's name, or a total, a signature, a note of whoever keeps the list."""

import re
from functools import lru_cache

from contact_registry.headings.heading_words import fold

# "Tống" is a family name and "Công" a given one: a total is what has nothing else behind it but its number.
_TOTAL = re.compile(
    r"(?:tong|cong)(?:(?: cong)?(?: so| hs| hoc sinh)\b.*| cong)?(?: \d.*)?"
    r"|(?:si so|danh sach (?:nay )?(?:co|gom)|an dinh|trong do)\b.*"
)
_SIGNED = re.compile(
    r"(?:hieu truong|pho hieu truong|p hieu truong|ban giam hieu|nguoi lap|nguoi bao cao|ky ten|thu truong|noi nhan|xac nhan cua"
    r"|duyet cua)\b|(?:giao vien|gvcn|giao vien chu nhiem|gv chu nhiem)$|.*\bngay \d* ?thang\b"
)
_OFFICE = re.compile(
    r"(?:giao vien|gvcn|gv|co giao|thay giao|chu nhiem|truong ban|pho ban|ban dai dien|dai dien|hoi truong|chi hoi|hoi phu huynh"
    r"|thu ky|ke toan|y te|van phong"
    r"|nguoi (?:lien he|phu trach)|phu trach|quan ly|bao ve|tai xe|lai xe|bi thu|chu tich|cong an|tram y te|bac si"
    r"|to truong dan pho"
    r"|lien he|moi (?:thac mac|chi tiet)|chi tiet lien he|hotline|duong day|dien thoai|sdt)\b"
)
_ADDRESSED = re.compile(r"\s*(?:cô|thầy)\s", re.IGNORECASE)
"""As a teacher is; "Cồ" is a family name."""
_EXAMPLE = re.compile(r"[(\[]?(?:vd|v\.d|ví dụ)\b", re.IGNORECASE)
_NOTED = re.compile(
    r"(?:danh sach|ds|hoc sinh|hs|ghi chu|chu thich|lop truong|lop pho|khoi|nam hoc|truong (?:thcs|th|thpt|tieu hoc|mam non|mn)"
    r"|phong gd|so gd|ubnd|stt|ho va ten"
    r"|ho ten|chuyen (?:truong|lop|den|di|tu|sang)|nghi hoc|bo hoc|thoi hoc|nhap hoc|moi (?:chuyen|nhap|vao)|khong co|chua co"
    r"|dang ky|het|lop|nu|luu y tat ca)\b"
)
_COMMON = (
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh truong lam mai cao luong luu chau ta "
    "phung to tang doan thai quach kieu ha dao trieu vuong chu diep khuc nghiem tong tieu ton thach danh son kim lieu au "
    "bach banh cu dam diem dong giang giap hong khong la lai lo mac man nong ninh ong phi quan quang sam than thi tham tra "
    "uong van vi xa y h k r o"
)
_SURNAMES = frozenset(_COMMON.split())
_FIRST_WORDS = frozenset(
    word for pattern in (_TOTAL, _SIGNED, _OFFICE, _NOTED) for word in re.findall(r"[a-z]{2,}|(?<=\|)[a-z](?= )", pattern.pattern)
)
"""Every word of these patterns, so that none of their beginnings is missing."""
_ASIDE = re.compile(r"\s*[(\[].*?(?:[)\]]|$)|\s+[-–—]\s.*|\s*[,;/+*].*")
_DATED = re.compile(r"[^,(\-–—]*,\s*(?:ngày|ngay)\b", re.IGNORECASE)  # "Biên Hòa, ngày … tháng …"
_WORD = re.compile(r"(?:[^\W\d_]|[?\ufffd])+(?:['’.\-](?:[^\W\d_]|[?\ufffd])*)*")  # letters may have been lost on saving
_MOST_WORDS = 8


def is_total(folded: str) -> bool:
    """Tells whether a folded cell says how many there are: "tong cong", "si so 32"."""
    return _TOTAL.fullmatch(folded) is not None


def is_signature(folded: str) -> bool:
    """Tells whether a folded cell belongs to the place, the date and who signs below a list."""
    return _SIGNED.match(folded) is not None


def is_example(folded: str) -> bool:
    """Tells whether a folded cell says that its row shows how to fill in the list."""
    return folded in ("vd", "vi du", "mau", "example", "e g")


def begins_with_example(text: str) -> bool:
    """Tells whether a name or a number is given as an example: "VD: Nguyễn Văn A"; "Vi" is a family name."""
    return _EXAMPLE.match(text) is not None


def is_of_office(text: str) -> bool:
    """Tells whether a text begins with what somebody does: their number is no parent's."""
    folded = fold(text)
    return bool(_OFFICE.match(folded) or _SIGNED.match(folded) or _ADDRESSED.match(text))


def is_name(text: str) -> bool:
    """Tells whether a text in a column of names is somebody's, and not a remark, a total or a title: "H'Loan Êban (lớp trưởng)"
    is.
    """
    name = text if text.replace(" ", "").isalpha() else _ASIDE.sub("", text)
    words = name.split()
    if not 0 < len(words) <= _MOST_WORDS or not all(word.isalpha() or _WORD.fullmatch(word) for word in words):
        return False
    if name != text and _DATED.match(text):
        return False
    if _ADDRESSED.match(text):
        return False
    first = words[0].casefold()
    if _begins_otherwise(first) and _is_otherwise(name, alone=len(words) == 1):
        return False
    capitals = sum(word[0].isupper() for word in words)
    return capitals * 2 >= len(words) or _is_surname(first)


def _is_otherwise(name: str, *, alone: bool) -> bool:
    folded = fold(name)
    if is_total(folded) and not (alone and name.casefold() not in ("tổng", "tong")):
        return True
    return bool(_SIGNED.match(folded) or _OFFICE.match(folded) or _NOTED.match(folded))


@lru_cache(maxsize=4096)
def _begins_otherwise(word: str) -> bool:
    """Whether any of what is no name begins with this word: most names do not, and need no second look."""
    return fold(word).split(" ", 1)[0] in _FIRST_WORDS


@lru_cache(maxsize=4096)
def _is_surname(word: str) -> bool:
    return fold(word) in _SURNAMES
