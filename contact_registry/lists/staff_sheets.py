"""Sheets of teachers in a list of parents: their numbers are no parents', so they are not taken and said so."""

import re
from collections.abc import Sequence

from contact_registry.classes.in_sheets import class_in_title, class_of_sheet
from contact_registry.headings.heading_words import fold
from contact_registry.headings.meanings import words_of
from contact_registry.lists.tables import Table
from contact_registry.spreadsheets.sheets import Sheet
from contact_registry.spreadsheets.written import written

_STAFF = (
    r"(?:gvcn|gv|giao vien(?: chu nhiem)?|cb ?gv ?nv|cb ?gv|can bo(?! lop)|nhan vien|nhan su|vien chuc|thay co|teachers?|staff"
    r"|bgh|ban giam hieu|hieu truong"
    r"|hoi dong(?: su pham| truong)?|to (?:toan|van|ngu van|anh|ngoai ngu|ly|hoa|sinh|su|dia|tin|the duc|tu nhien|xa hoi"
    r"|van phong|chuyen mon|hanh chinh)"
    r"|bao ve|bao mau|nha bep|cap duong|co nuoi|lai xe|tai xe|cong tac vien|ban dai dien|bdd)"
)
_NAME = re.compile(
    r"(?:(?:ds|danh sach|bang|tt|thong tin|so|sdt|dt|dien thoai|zalo|cac|cong tac|va|nam hoc|nh|\d+"
    r"|truong|thcs|th|thpt|danh ba) )*"
    + _STAFF
    + r"(?: (?:gv|nv|cn|bm|bo mon|nhan vien|giao vien|chu nhiem|va|nam hoc|nh|sdt|dt|dien thoai|truong|cmhs|phhs"
    r"|cha me hoc sinh|phu huynh|\d+|" + _STAFF + r"))*"
)
_TITLE = re.compile(
    r"\b(?:danh sach|ds|danh ba) (?:cac |doi ngu |dien thoai |so dien thoai |sdt |lien lac |lien he )*"
    + _STAFF
    + r"\b(?!.*\b(?:hoc sinh|phu huynh)\b)"
)
_OF_THEIRS = re.compile(
    r"(?:thong tin|so dien thoai|sdt|dien thoai) (?:cac |doi ngu |lien lac |lien he )*"
    + _STAFF
    + r"\b(?!.*\b(?:hoc sinh|phu huynh)\b)"
)
"""Where the title says no more: "SĐT GVCN: 0987…" above a class is one number, its teacher's."""
_OFFICES = re.compile(r"chuc vu|mon|bo mon|phan cong|nhiem vu|cong viec|vi tri(?: viec lam)?")
"""Headings of teachers' lists, which a class may have too: its officers' duties."""


def is_of_staff(sheet: Sheet, tables: Sequence[Table]) -> bool:
    """Tells whether the sheet is a list of staff, by its headings or, where no parent is named in them, by its name or its
    title.
    """
    if any(heading.said for table in tables for heading in table.columns):  # a person knows better
        return False
    if all(table.is_of_staff() for table in tables):
        return True
    if any(table.names_parents() for table in tables):
        return False
    above = [[cell for cell in map(written, row) if cell] for row in sheet.rows[: tables[0].header]]
    titles = [cell for row in above for cell in row]
    alone = (row[0] for row in above if len(row) == 1)
    if (
        _NAME.fullmatch(fold(sheet.name or ""))
        or any(_TITLE.search(fold(title)) for title in titles)
        or any(map(_is_theirs, alone))
    ):
        return True
    in_no_class = (
        not any(table.classes for table in tables)
        and not any(map(class_in_title, titles))
        and not class_of_sheet(sheet.name or "")
    )
    return in_no_class and any(
        _OFFICES.fullmatch(words_of(heading)) for table in tables for heading in table.columns if heading.written
    )


def _is_theirs(title: str) -> bool:
    return ":" not in title and not re.search(r"\d{4}", title) and _OF_THEIRS.match(fold(title)) is not None
