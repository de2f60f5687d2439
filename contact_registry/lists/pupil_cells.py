"""The cells of one pupil that are kept: also where one cell is merged over many rows, or a number stands on a line of its own."""

import re
from collections.abc import Sequence

from contact_registry.headings.fields import Field, ListOf
from contact_registry.headings.heading_rules import says_remarks, says_status
from contact_registry.headings.heading_words import fold
from contact_registry.headings.meanings import Heading, words_of
from contact_registry.lists.cells import KEPT, check_cell
from contact_registry.lists.checked import CheckedCell, SeenColumn
from contact_registry.lists.column_cells import letter, only_numbers
from contact_registry.lists.pupil_rows import PupilRow
from contact_registry.lists.tables import Table
from contact_registry.spreadsheets.sheets import Sheet
from contact_registry.spreadsheets.written import written

Columns = Sequence[tuple[int, Heading]]

_PART_OF_CLASS = re.compile(r"\d{1,2}")
_CLASS_AROUND = Heading(Field.CLASS, "Lớp")
_CONTACTS = (Field.PHONE, Field.EMAIL)
# "Đã chuyển trường", "Thôi học từ 5/9"; not "chuyển từ trường khác đến", "nghỉ học thứ bảy".
_LEFT = re.compile(
    r"(?:da |xin )?(?:chuyen (?:truong|di|sang truong)|thoi hoc|bo hoc|nghi hoc (?:han|luon)|rut ho so|bao luu|tot nghiep"
    r"|ra truong|dropped out|left|transferred)\b(?!.* (?:den|lop)\b).*"
)
_STATUS_LEFT = re.compile(
    r"(?:da |xin |dang )?(?:chuyen|thoi|bo|nghi|rut|bao luu|tot nghiep|ra truong|khong (?:con )?hoc|inactive|dropped|left"
    r"|transferred)\b(?!.* (?:den|lop)\b).*"
)
# Marks may stand beside their letters, so the letters before them are looked at only.
_MAY_SAY_LEFT = re.compile(r"\b(?:chuy|th[oô]|b[oỏ]|r[uú]|b[aả]o|ngh|ra t|t[oố]t|kh[oô]|inact|drop|left|transf)", re.IGNORECASE)


def kept_columns(table: Table, seen: Sequence[SeenColumn]) -> Columns:
    """Chooses the columns whose cells are looked at. A class column there is in every table, be it only the title's."""
    fields = {column.letter: column.field for column in seen}
    return tuple(
        (place, heading)
        for place, heading in enumerate(table.columns)
        if (heading.field in KEPT and fields.get(letter(place)) is heading.field) or _may_say_left(heading)
    )


def _may_say_left(heading: Heading) -> bool:
    if heading.field is not Field.IGNORED or heading.said:
        return False
    words = words_of(heading)
    return says_status(words) or says_remarks(words)


def cells_of(sheet: Sheet, pupil: PupilRow, columns: Columns, *, of: ListOf) -> list[CheckedCell]:
    """Reads the pupil's cells. Of what a remark says only that the pupil has left is kept, and not in which words."""
    row = sheet.rows[pupil.index]
    cells = []
    has_class = False
    for place, heading in columns:
        value = row[place] if place < len(row) else ""
        if heading.field is Field.CLASS:
            if has_class:
                continue
            has_class = True
            value = _merged(sheet, pupil, place, value)
            value = value if written(value) else pupil.class_around or ""
            if pupil.table.has_grade and _PART_OF_CLASS.fullmatch(written(value)):  # 1, beside a column that says 6
                cells.append(check_cell(heading, written(value), typed=True))
                continue
        elif heading.field in _CONTACTS:
            value = _all_lines(sheet, pupil, place, _merged(sheet, pupil, place, value))
            if heading.mixed:
                value = only_numbers(value)
        elif heading.field is Field.IGNORED:
            if _says_left(heading, value):
                cells.append(CheckedCell(heading.written, heading.field, heading.role, "", (), ("pupil.left",)))
            continue
        cells.append(check_cell(heading, value, typed=sheet.typed))
    if of == "parents" and not has_class:
        cells.append(check_cell(_CLASS_AROUND, pupil.class_around or "", typed=sheet.typed))
    return cells


def _merged(sheet: Sheet, pupil: PupilRow, place: int, value: object) -> object:
    if (value == "" or value is None) and (pupil.index, place) in sheet.merged_up:
        return sheet.rows[sheet.merged_up[pupil.index, place]][place]
    return value


def _all_lines(sheet: Sheet, pupil: PupilRow, place: int, value: object) -> object:
    """With the numbers of the pupil's further lines."""
    if not pupil.more:
        return value
    lines = (sheet.rows[index] for index in pupil.more)
    return "; ".join(filter(None, [written(value), *(written(line[place]) for line in lines if place < len(line))]))


def _says_left(heading: Heading, value: object) -> bool:
    if not isinstance(value, str) or not _MAY_SAY_LEFT.search(value):
        return False
    left = _STATUS_LEFT if says_status(words_of(heading)) else _LEFT
    return left.fullmatch(fold(value[:100])) is not None
