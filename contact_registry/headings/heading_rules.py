"""What a column holds by the words of its heading (`heading_words`), in any of the spellings schools use (context 4.1).

The first rule that fits decides. The order matters: "Địa chỉ email" is an email, "SĐT GVCN" is nobody's parent, "Họ tên mẹ" is
not the pupil's name, "Địa chỉ, SĐT" has a number in it.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from contact_registry.headings.fields import Field, ListOf, Role


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")\b")


def _all(words: str) -> re.Pattern[str]:
    """Nothing but these phrases, in any order."""
    return re.compile(rf"(?:(?:{words})(?: |$))+")


_EMAIL = _any("e ?mail", "gmail", "thu dien tu", "hop thu")
_PHONE = _any(
    "sdt", "dt", "dtdd", "dtll", "dtlh", "sddt", "so dt", "dien thoai", "di dong", "zalo", "phone", "mobile", "tel", "so may",
    "sdth", "thue bao", "hotline", "so xdt", "xdt (?:cha|bo|me|ba|ong|ph|phhs|phu huynh|lien he|nha|di dong)",
)  # fmt: skip
# "Số phụ huynh" are numbers, "Sổ liên lạc" is a book, "Số phụ huynh dự họp" a count: the cells tell.
_PERHAPS_PHONE = re.compile(r"(?<!ho )\bso (?:cua )?(?:lien he|lien lac|phu huynh|ph|phhs|me|bo|cha|ba|ong|nguoi nha|gia dinh)\b")
_BARE_DT = re.compile(r"(?:\d )?xdt(?: \d)?")
"""Dân tộc written short; điện thoại in a list whose headings have no marks. The cells tell."""
_NOT_A_PARENT = _any("gvcn", "gv", "gvbm", "giao vien", "chu nhiem", "nha truong", "thay(?! doi| the| cho)", "co giao")
# "SĐT nhận tin nhắn của nhà trường", "SĐT người đón trẻ" are parents'
_HEARS_OF = re.compile(
    r"\b(?:(?<!ca )nhan(?! vien)|dang ky|khai bao|cung cap|trao doi|ket noi)\b.*\b(?:nha truong|gvcn|gv|giao vien|chu nhiem"
    r"|co giao|thay)\b"
    r"|\b(?:voi|tu|de) (?:nha truong|gvcn|gv|giao vien|co giao|thay)\b"
    r"|\b(?:nguoi|(?<!ca )nhan(?! vien)|don|bao tin)\b.*\b(?:hoc sinh|hs|tre|be)\b"
)
# Who is called for other things than a child, and numbers of before: not taken, but a person may say that they are parents'.
_SOMEBODY_ELSE = _any(
    "hieu truong", "ban giam hieu", "bgh", "van phong", "y te", "(?<!thong )bao ve", "bao mau", "co nuoi", "nha bep",
    "lai xe", "tai xe", "nha xe", "xe", "tro giang", "cbpt", "phu trach", "to truong", "truong ban", "ctv", "cong tac vien",
    "gioi thieu", "truong cu",
)  # fmt: skip
_OF_BEFORE = re.compile(
    r"(?!.*\bmoi\b).*\b(?:cu(?! tru)|ngung|ngung dung|ngung su dung|(?:khong|het)(?: con)? (?:dung|su dung))\b"
)
_PUPIL = _any("hoc sinh", "hs", "tre", "be")
_FATHER = _any("cha", "bo", "father")
_MOTHER = _any("me", "mother")
_GUARDIAN = _any("giam ho", "gh", "do dau", "ong ba", "nuoi duong", "guardian")
_PARENTS = _any(
    "phu huynh",
    "ph",
    "phhs",
    "cha me",
    "bo me",
    "parent",
    "parents",
    "gia dinh",
    "nguoi nha",
    "nguoi than",
    "than nhan",
    "anh chi",
)
_KIN = (_FATHER, _MOTHER, _GUARDIAN, _PARENTS)
_ACCOUNT = _any("so tai khoan", "stk", "so tk", "ngan hang")
_DROPPED = _any(
    "cccd", "cmnd", "cmt", "can cuoc", "ho chieu", "dinh danh", "so dinh danh", "ngay sinh", "nam sinh", "sinh ngay", "noi sinh",
    "dan toc", "ton giao", "quoc tich", "gioi tinh", "nam nu", "dia chi", "noi o", "cho o", "ho khau", "thuong tru", "tam tru",
    "que quan", "uu tien", "chinh sach", "ho ngheo", "can ngheo", "khuyet tat", "suc khoe", "nghe nghiep", "so tai khoan", "stk",
    "ngan hang", "bao hiem", "bhyt", "bhxh", "date of birth", "ethnicity", "religion", "address", "gender", "mo coi",
    "noi cap", "ngay cap", "so tk", "nguyen quan", "ho khau", "hoan canh", "thuong binh", "liet si", "con tb", "benh", "nhom mau",
    "chieu cao", "can nang", "di tat", "thu nhap", "noi lam viec", "noi cong tac", "facebook", "anh the", "hinh anh",
)  # fmt: skip
# Only where nothing else stands there: "Tỉnh/TP", "Xã/Phường", "Nữ"; "Quan hệ" and "Tình trạng" fold to the same beginnings.
_DROPPED_WHOLE = _all(
    "tinh|tp|thanh pho|quan|huyen|xa|phuong|thi tran|ap|thon|xom|buon|khu pho|duong|so nha|d c|dc|tuoi|nam|nu|phai|gioi|anh"
)
_ORDER = re.compile(r"stt|tt|so tt|so thu tu|no|xdt stt")
# What a ministry's database calls a pupil is a long number, too: "Mã HS (Bộ GD&ĐT)", "Mã MOET".
_CODE = re.compile(
    r"ma (?!lop\b|qr\b).*|.*\b(?:ma hs|ma hoc sinh|ma so hs|ma so hoc sinh|ma thong ke|student id|student code)\b.*|id|code"
    r"|(?!.*\b(?:ten|lop)\b).*\b(?:bgd|csdl|moet)\b.*"
)
# This year's; "Lớp cũ" and "Lớp năm trước" stand beside it in every September's list, "Lớp trưởng" is a person.
_CLASS = re.compile(
    r"(?:(?:ten|khoi|nhom|hoc|lop|class|name|hien|tai|nay|moi|dang|cua|hs|hoc sinh|be|tre|va|nam|chinh khoa|con|chau|em|anh|chi"
    r"|ong|o|thuoc|vao|nh) )*"
    r"(?:lop|class)"
    r"(?: (?:ten|khoi|nhom|hoc|name|hien|tai|nay|moi|dang|theo|cua|hs|hoc sinh|be|tre|nam|nam hoc|nh|chinh khoa|chinh|20\d\d"
    r"|nao|may|gi|con|chau|em|o"
    r"|(?:hoc ky|hk|ky) ?(?:1|2|i|ii)))*"
)
_OTHER_CLASS = _any("lop cu", "lop nam truoc", "lop nam ngoai", "lop truoc", "ma lop")
_GRADE = re.compile(r"khoi|khoi hoc|grade")
_NAMES = _any(
    "ho ten",
    "ho va ten",
    "ten hs",
    "ten hoc sinh",
    "ten tre",
    "ten be",
    "ten con",
    "ten chau",
    "full name",
    "student name",
    "ho ten hs",
)
_PUPILS = _all("hoc sinh|hs|tre|tre em|be|chau|con|em|cua|ten|ho|va|day du|student|pupil|name|full")
_FAMILY = re.compile(
    r"ho|ho dem|ho lot|ho va dem|ho va ten dem|ho ten dem|ho va ten lot|ho va chu lot|ho va lot|last name|family name|surname"
)
_GIVEN = re.compile(r"ten|ten rieng|ten goi|first name|given name")
_STATUS = _any("trang thai", "tinh trang", "hien trang", "status")
_REMARKS = _any("ghi chu", "note", "notes", "nhan xet", "y kien", "gop y", "luu y", "dien giai")
_IGNORED = _any(
    "ghi chu", "note", "notes", "nhan xet", "hoc luc", "hanh kiem", "ngay vao lop", "chu ky", "ky ten", "ky nhan",
    "trang thai", "status", "tinh trang", "hien trang",
)  # fmt: skip
_PART_OF_A_CELL = _any("ten", "ho ten")
# A column headed by nothing but who it belongs to: a name or a number, and its cells tell which.
_WHOSE = _all(
    "ho ten|cha|bo|me|phu huynh|ph|phhs|ong|ba|nguoi|giam ho|do dau|hoac|va|thong tin|lien he|lien lac|cua|hs|hoc sinh"
    "|gia dinh|nha|than|khac|1|2|3"
)

_TEACHING = _any(
    "chu nhiem", "mon day", "day mon", "to chuyen mon", "chuyen mon", "chuc danh", "bien che", "he so luong", "ngach", "vao nganh"
)
_TEACHERS = _any("giao vien", "gv", "gvcn", "can bo", "nhan vien", "cb gv", "cbgv", "cbgvnv", "vien chuc", "teacher", "staff")
_STAFF_CODE = _any("ma gv", "ma giao vien", "ma can bo", "ma cb", "ma nhan vien", "ma nv", "ma vien chuc", "so hieu")
_STAFF_NAME = re.compile(r"can bo|giao vien|gvcn|nhan vien|vien chuc|cb gv nv|staff|teacher|name")
_STAFF_IGNORED = _any(
    "chuc vu", "chuc danh", "to", "to chuyen mon", "mon", "mon day", "bo mon", "bo phan", "nhiem vu", "trinh do", "phong",
    "hop dong", "bien che", "kiem nhiem", "lop", "chu nhiem", "position", "department",
)  # fmt: skip
_STAFF_RULES: tuple[tuple[Callable[[str], object], Field], ...] = (
    (_EMAIL.search, Field.EMAIL),
    (_ACCOUNT.search, Field.DROPPED),
    (_PHONE.search, Field.PHONE),
    (_BARE_DT.fullmatch, Field.DROPPED),
    (_DROPPED.search, Field.DROPPED),
    (_DROPPED_WHOLE.fullmatch, Field.DROPPED),
    (_ORDER.fullmatch, Field.ORDER),
    (_STAFF_CODE.search, Field.PUPIL_CODE),
    (_FAMILY.fullmatch, Field.FAMILY_NAME),
    (_GIVEN.fullmatch, Field.GIVEN_NAME),
    (_NAMES.search, Field.NAME),
    (_STAFF_NAME.fullmatch, Field.NAME),
    (_IGNORED.search, Field.IGNORED),
    (_STAFF_IGNORED.search, Field.IGNORED),
)


@lru_cache(maxsize=4096)
def field_of(words: str, of: ListOf) -> Field:
    """Decides what a column headed by these words holds, in a list `of` parents or staff."""
    if of == "staff":  # every number on a list of staff is theirs
        return next((field for fits, field in _STAFF_RULES if fits(words)), Field.UNKNOWN)
    return _field(words)


def _field(words: str) -> Field:  # noqa: C901, PLR0911, PLR0912 - a list of rules read from top to bottom
    a_parent = mentions_parent(words)
    if not words:
        return Field.UNKNOWN
    by_phone = (_PHONE.search(words) or _PERHAPS_PHONE.search(words)) and not _ACCOUNT.search(words)
    if (_EMAIL.search(words) or by_phone) and (nobody := _not_to_write_to(words, a_parent=a_parent)):
        return nobody
    if _EMAIL.search(words):
        return Field.EMAIL
    if by_phone:
        return Field.PHONE
    if _BARE_DT.fullmatch(words) or _DROPPED.search(words) or _DROPPED_WHOLE.fullmatch(words):
        return Field.DROPPED
    if _ORDER.fullmatch(words):
        return Field.ORDER
    if _CODE.fullmatch(words):
        return Field.PUPIL_CODE
    if _IGNORED.search(words) or _NOT_A_PARENT.search(words) or _OTHER_CLASS.search(words):
        return Field.IGNORED
    if _CLASS.fullmatch(words):
        return Field.CLASS
    if _GRADE.fullmatch(words):
        return Field.GRADE
    if a_parent:  # a parent's name: nothing we send needs it
        return Field.IGNORED
    if _FAMILY.fullmatch(words):
        return Field.FAMILY_NAME
    if _GIVEN.fullmatch(words):
        return Field.GIVEN_NAME
    if _NAMES.search(words) or _PUPILS.fullmatch(words):
        return Field.NAME
    return Field.UNKNOWN


def _not_to_write_to(words: str, *, a_parent: bool) -> Field | None:
    """What a column of numbers or emails is that are no parent's, or not any more; None where they may be."""
    if _OF_BEFORE.match(words) or (_SOMEBODY_ELSE.search(words) and not a_parent):
        return Field.IGNORED
    if a_parent or _HEARS_OF.search(words):
        return None
    # Pupils' own numbers: only with an age check, never in the parents' list.
    a_pupil = _PUPIL.search(words) and not _NAMES.search(words)
    return Field.DROPPED if _NOT_A_PARENT.search(words) or a_pupil else None


def role_of(words: str) -> Role:
    """Decides whose number stands under these words."""
    father, mother = _FATHER.search(words), _MOTHER.search(words)
    if _GUARDIAN.search(words):
        return "guardian"
    if bool(father) != bool(mother):
        return "father" if father else "mother"
    return "parent"


def is_mixed(words: str) -> bool:
    """Tells whether a column of numbers holds more in each cell: "Địa chỉ, SĐT", "Họ tên cha, SĐT"."""
    return bool(_PART_OF_A_CELL.search(words) or _DROPPED.search(words))


def says_status(words: str) -> bool:
    """Tells whether cells under it may say that a pupil has left."""
    return _STATUS.search(words) is not None


def says_remarks(words: str) -> bool:
    """Tells whether people write there what comes to their mind."""
    return _REMARKS.search(words) is not None


def by_its_cells(words: str) -> tuple[Field, Field] | None:
    """Returns what a column is if its cells are numbers, and what if they are none; None where the heading is enough."""
    if _BARE_DT.fullmatch(words) or words in ("dt", "dt 1"):  # "ĐT" is đối tượng in some lists
        return Field.PHONE, Field.DROPPED
    if _EMAIL.search(words) and _PHONE.search(words):
        return Field.PHONE, Field.EMAIL
    if _WHOSE.fullmatch(words) or (_PERHAPS_PHONE.search(words) and not _PHONE.search(words)):
        return Field.PHONE, Field.IGNORED
    return None


def names_teachers(words: str) -> bool:
    """Tells whether these are the names of teachers: "Họ tên giáo viên", "GVCN"."""
    return _TEACHERS.search(words) is not None and not _PHONE.search(words) and not _EMAIL.search(words)


def says_what_teachers_do(words: str) -> bool:
    """Tells whether only teachers have what stands under it: "Môn dạy", "Lớp chủ nhiệm"."""
    return _TEACHING.search(words) is not None


def mentions_parent(words: str) -> bool:
    """Tells whether a parent or guardian is named."""
    return any(p.search(words) for p in _KIN)
