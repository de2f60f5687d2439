"""Sheets of teachers in a list of parents: their numbers are no parents', so they are not taken and said so."""

import re
from collections.abc import Sequence

from contact_registry.importing.heading_words import fold
from contact_registry.importing.sheets import Sheet
from contact_registry.importing.tables import Table
from contact_registry.importing.written import written

_NAME = re.compile(
    r"(?:(?:ds|danh sach|bang|tt|thong tin|so|sdt|dt|dien thoai|zalo|cac|thay co|va|nam hoc|nh|20\d\d|truong|thcs|th|thpt) )*"
    r"(?:gvcn|gv|giao vien|giao vien chu nhiem|cbgv|cb gv|cbgvnv|cb gv nv|can bo|can bo giao vien|nhan vien|nhan su|thay co|teachers?|staff)"
    r"(?: (?:gv|nv|nhan vien|giao vien|chu nhiem|va|nam hoc|nh|20\d\d|sdt|dt|dien thoai|truong|\d))*"
)


_TITLE = re.compile(
    r"\b(?:danh sach|ds|thong tin|danh ba|so dien thoai|sdt) (?:cac |doi ngu )*(?:gvcn|gv|giao vien|cbgv|cb gv|can bo|nhan vien|thay co|vien chuc)\b(?!.*\b(?:hoc sinh|phu huynh)\b)"
)


def is_of_staff(sheet: Sheet, tables: Sequence[Table]) -> bool:
    """Whether the sheet is a list of staff, by its headings or, where no parent is named in them, by its name or its title."""
    if any(heading.said for table in tables for heading in table.columns):  # a person knows better
        return False
    if all(table.is_of_staff() for table in tables):
        return True
    if any(table.names_parents() for table in tables):
        return False
    titles = (cell for row in sheet.rows[: tables[0].header] for cell in map(written, row) if cell)
    return _NAME.fullmatch(fold(sheet.name or "")) is not None or any(_TITLE.search(fold(title)) for title in titles)
