"""Which column is what, from its heading, in any of the spellings schools use (context 4.1).

A heading is folded first (lower case, no diacritics, no punctuation, no "(*)"), then the first rule that fits decides.
The order matters: "Địa chỉ email" is an email, "SĐT GVCN" is nobody's parent, "Họ tên mẹ" is not the pupil's name.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

Role = Literal["father", "mother", "guardian", "parent", "staff"]
ListOf = Literal["parents", "staff"]


class Field(StrEnum):
    """What a column holds. DROPPED must not be kept and is reported; IGNORED is known, harmless and not needed."""

    ORDER = "order"
    NAME = "name"
    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    CLASS = "class"
    GRADE = "grade"
    PUPIL_CODE = "pupil_code"
    PHONE = "phone"
    EMAIL = "email"
    IGNORED = "ignored"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Heading:
    """`written`: as a person knows the column, "Thông tin cha: SĐT", without marks such as "(*)"."""

    field: Field
    written: str
    role: Role = "parent"
    said: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """A person's word on what a heading means."""

    field: Field
    role: Role = "parent"


Meanings = Mapping[str, ColumnMeaning]
"""By folded heading."""

_MARK = re.compile(r"[\(\[]\s*\*+\s*[\)\]]|\*+")
_WORDS = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """`SĐT  Mẹ (*)` → `sdt me`."""
    plain = unicodedata.normalize("NFD", _MARK.sub(" ", text).lower().replace("đ", "d"))
    return _WORDS.sub(" ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")\b")


_EMAIL = _any("e ?mail", "gmail", "thu dien tu", "hop thu")
_PHONE = _any("sdt", "dt", "dtdd", "sddt", "so dt", "dien thoai", "di dong", "zalo", "phone", "mobile", "tel", "so may",
    "thue bao")  # fmt: skip
_NOT_A_PARENT = _any("gvcn", "giao vien", "chu nhiem", "nha truong", "thay", "co giao")
_PUPIL = _any("hoc sinh", "hs", "tre", "be")
_FATHER = _any("cha", "bo", "father")
_MOTHER = _any("me", "mother")
_GUARDIAN = _any("giam ho", "gh", "do dau", "ong ba", "nuoi duong", "guardian")
_PARENTS = _any("phu huynh", "ph", "phhs", "cha me", "bo me", "parent", "parents")
_DROPPED = _any(
    "cccd", "cmnd", "cmt", "can cuoc", "ho chieu", "dinh danh", "so dinh danh", "ngay sinh", "nam sinh", "sinh ngay", "noi sinh",
    "dan toc", "ton giao", "quoc tich", "gioi tinh", "nam nu", "dia chi", "noi o", "cho o", "ho khau", "thuong tru", "tam tru",
    "que quan", "uu tien", "chinh sach", "ho ngheo", "can ngheo", "khuyet tat", "suc khoe", "nghe nghiep", "so tai khoan", "stk",
    "ngan hang", "bao hiem", "bhyt", "bhxh", "date of birth", "ethnicity", "religion", "address", "gender", "mo coi",
    "noi cap", "ngay cap", "so tk", "nguyen quan", "ho khau", "hoan canh", "thuong binh", "liet si", "con tb", "benh", "nhom mau",
    "chieu cao", "can nang", "di tat", "thu nhap", "noi lam viec", "noi cong tac", "facebook", "anh the", "hinh anh",
)  # fmt: skip
# Only where nothing else stands there: "Tỉnh/TP", "Xã/Phường", "Nữ"; "Quan hệ" and "Tình trạng" fold to the same beginnings.
_DROPPED_WHOLE = re.compile(
    r"(?:(?:tinh|tp|thanh pho|quan|huyen|xa|phuong|thi tran|ap|thon|xom|buon|khu pho|duong|so nha|d c|dc|tuoi|nam|nu|phai|gioi|anh)(?: |$))+"
)
_ORDER = re.compile(r"stt|tt|so tt|so thu tu|no")
_CODE = _any("ma hs", "ma hoc sinh", "ma so hs", "ma so hoc sinh", "ma thong ke", "student id", "student code")
# This year's; "Lớp cũ" and "Lớp năm trước" stand beside it in every September's list, "Lớp trưởng" is a person.
_CLASS = re.compile(
    r"(?:(?:ten|khoi|nhom|hoc|lop|class|name|hien|tai|nay|moi|dang|cua|hs|hoc sinh|be|tre|va|nam|chinh khoa) )*"
    r"(?:lop|class)(?: (?:ten|khoi|nhom|hoc|name|hien|tai|nay|moi|dang|cua|hs|hoc sinh|be|tre|nam|chinh khoa|20\d\d))*"
)
_OTHER_CLASS = _any("lop cu", "lop nam truoc", "lop nam ngoai", "lop truoc", "ma lop")
_GRADE = re.compile(r"khoi|khoi hoc|grade")
_NAMES = _any("ho ten", "ho va ten", "ten hs", "ten hoc sinh", "ten tre", "ten be", "full name", "student name", "ho ten hs")
_FAMILY = re.compile(r"ho|ho dem|ho lot|ho va dem|ho va ten dem|ho ten dem|ho va ten lot|ho va chu lot|ho va lot")
_GIVEN = re.compile(r"ten|ten rieng|ten goi")
_IGNORED = _any("ghi chu", "note", "notes", "nhan xet", "hoc luc", "hanh kiem", "ngay vao lop", "chu ky", "ky ten", "ky nhan")

# A column headed by nothing but who it belongs to: a name or a number, and its cells tell which.
_WHOSE = re.compile(
    r"(?:(?:ho ten|cha|bo|me|phu huynh|ph|phhs|ong|ba|nguoi|giam ho|do dau|hoac|va|thong tin|lien he|cua|hs)(?: |$))+"
)

_STAFF_CODE = _any("ma gv", "ma giao vien", "ma can bo", "ma cb", "ma nhan vien", "ma nv", "ma vien chuc", "so hieu")
_STAFF_NAME = re.compile(r"can bo|giao vien|gvcn|nhan vien|vien chuc|cb gv nv|staff|teacher|name")
_STAFF_IGNORED = _any("chuc vu", "chuc danh", "to", "to chuyen mon", "mon", "mon day", "bo mon", "bo phan", "nhiem vu", "trinh do",
    "phong", "hop dong", "bien che", "kiem nhiem", "lop", "chu nhiem", "position", "department")  # fmt: skip
_STAFF_RULES: tuple[tuple[Callable[[str], object], Field], ...] = (
    (_EMAIL.search, Field.EMAIL),
    (_DROPPED.search, Field.DROPPED),
    (_DROPPED_WHOLE.fullmatch, Field.DROPPED),
    (_PHONE.search, Field.PHONE),
    (_ORDER.fullmatch, Field.ORDER),
    (_STAFF_CODE.search, Field.PUPIL_CODE),
    (_FAMILY.fullmatch, Field.FAMILY_NAME),
    (_GIVEN.fullmatch, Field.GIVEN_NAME),
    (_NAMES.search, Field.NAME),
    (_STAFF_NAME.fullmatch, Field.NAME),
    (_IGNORED.search, Field.IGNORED),
    (_STAFF_IGNORED.search, Field.IGNORED),
)


def read_heading(above: str, own: str, *, of: ListOf = "parents", meanings: Meanings | None = None) -> Heading:
    """One column from its heading and, in two-row headers, the heading above it.

    A person's meaning is stronger than ours, but for what must be dropped: nobody can ask for that to be kept.
    """
    above, own = " ".join(_MARK.sub(" ", above).split()), " ".join(_MARK.sub(" ", own).split())
    written = f"{above}: {own}" if above and own else above or own
    folded = fold(f"{above} {own}")
    field = _field_of(folded, of)
    said = (meanings or {}).get(folded)
    if said is not None and field is not Field.DROPPED:
        return Heading(said.field, written, said.role if of == "parents" else "staff", said=True)
    return Heading(field, written, _role(folded) if of == "parents" else "staff")


@lru_cache(maxsize=4096)
def _field_of(folded: str, of: ListOf) -> Field:
    return _staff_field(folded) if of == "staff" else _field(folded)


def says_only_whose(heading: Heading) -> bool:
    """Whether it is a parent's column that may hold names or numbers: "Mẹ", "Phụ huynh", "Người giám hộ"."""
    return heading.field is Field.IGNORED and _WHOSE.fullmatch(fold(heading.written)) is not None


def _role(folded: str) -> Role:
    father, mother = _FATHER.search(folded), _MOTHER.search(folded)
    if _GUARDIAN.search(folded):
        return "guardian"
    if bool(father) != bool(mother):
        return "father" if father else "mother"
    return "parent"


def _staff_field(folded: str) -> Field:
    """A list of staff: every number on it is theirs. The first rule that fits decides."""
    return next((field for fits, field in _STAFF_RULES if fits(folded)), Field.UNKNOWN)


def _field(folded: str) -> Field:  # noqa: C901, PLR0911, PLR0912 - a list of rules read from top to bottom
    a_parent = any(p.search(folded) for p in (_FATHER, _MOTHER, _GUARDIAN, _PARENTS))
    if not folded:
        return Field.UNKNOWN
    if (_EMAIL.search(folded) or _PHONE.search(folded)) and not a_parent:
        if _NOT_A_PARENT.search(folded):
            return Field.DROPPED
        if _PUPIL.search(folded):  # pupils' own numbers: only with an age check, never in the parents' list
            return Field.DROPPED
    if _EMAIL.search(folded):
        return Field.EMAIL
    if _DROPPED.search(folded) or _DROPPED_WHOLE.fullmatch(folded):
        return Field.DROPPED
    if _PHONE.search(folded):
        return Field.PHONE
    if _ORDER.fullmatch(folded):
        return Field.ORDER
    if _CODE.search(folded):
        return Field.PUPIL_CODE
    if _IGNORED.search(folded) or _NOT_A_PARENT.search(folded) or _OTHER_CLASS.search(folded):
        return Field.IGNORED
    if _CLASS.fullmatch(folded):
        return Field.CLASS
    if _GRADE.fullmatch(folded):
        return Field.GRADE
    if a_parent:  # a parent's name: nothing we send needs it
        return Field.IGNORED
    if _FAMILY.fullmatch(folded):
        return Field.FAMILY_NAME
    if _GIVEN.fullmatch(folded):
        return Field.GIVEN_NAME
    if _NAMES.search(folded):
        return Field.NAME
    return Field.UNKNOWN
