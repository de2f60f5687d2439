"""Sheets of teachers in a list of parents: their numbers are no parents', so they are not taken and said so."""

import re
from collections.abc import Sequence

from contact_registry.importing.heading_words import fold
from contact_registry.importing.tables import Table

_NAME = re.compile(
    r"(?:(?:ds|danh sach|bang|tt|thong tin|so|sdt|dt|dien thoai|zalo|cac|thay co|va|nam hoc|nh|20\d\d|truong|thcs|th|thpt) )*"
    r"(?:gvcn|gv|giao vien|giao vien chu nhiem|cbgv|cb gv|cbgvnv|cb gv nv|can bo|can bo giao vien|nhan vien|nhan su|thay co|teachers?|staff)"
    r"(?: (?:gv|nv|nhan vien|giao vien|chu nhiem|va|nam hoc|nh|20\d\d|sdt|dt|dien thoai|truong|\d))*"
)


def is_of_staff(sheet_name: str | None, tables: Sequence[Table]) -> bool:
    """Whether the sheet is a list of staff, by its headings or, where no parent is named in them, by its name."""
    if any(heading.said for table in tables for heading in table.columns):  # a person knows better
        return False
    if all(table.is_of_staff() for table in tables):
        return True
    named = sheet_name is not None and _NAME.fullmatch(fold(sheet_name)) is not None
    return named and not any(table.names_parents() for table in tables)
