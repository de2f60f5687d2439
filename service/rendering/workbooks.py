"""A workbook to hand out. Every cell is text: what begins with "=" stays what somebody wrote and never becomes a formula."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter


def text_workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Writes an xlsx of one sheet with a bold first row."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        as_text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
        sheet.set_column(0, len(headings) - 1, 28, as_text)
        sheet.freeze_panes(1, 0)
        for line, values in enumerate([headings, *rows]):
            for place, value in enumerate(values):
                sheet.write_string(line, place, value, as_text if line else bold)
    return made.getvalue()
