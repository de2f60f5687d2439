"""School lists as files, in the formats schools have."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

import openpyxl

from contact_registry.spreadsheets.legacy_text import _TCVN3, _VNI

Rows = Sequence[Sequence[object]]


def in_tcvn3(text: str) -> str:
    """As .VnTime holds it. Letters that only its capital font has stay small, as they do there."""
    back = {new: chr(old) for old, new in _TCVN3.items()}
    return "".join(back.get(letter, back.get(letter.lower(), letter)) for letter in text)


def in_vni(text: str) -> str:
    """As VNI-Times holds it."""
    back = {new: old for old, new in _VNI.items()}
    return "".join(back.get(letter, letter) for letter in text)


def xlsx(
    sheets: Mapping[str, Rows], *, merged: Sequence[str] = (), hidden: Sequence[str] = (), hidden_rows: Sequence[int] = ()
) -> bytes:
    """As Excel writes it. `merged`: ranges on every sheet; `hidden`: letters of columns, names of sheets;
    `hidden_rows`: on every one.
    """
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if value == "" else value for value in row])
        for cells in merged:
            sheet.merge_cells(cells)
        for row_number in hidden_rows:
            sheet.row_dimensions[row_number].hidden = True
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for letter in set(hidden) - set(sheets):
            sheet.column_dimensions[letter].hidden = True
    book.save(made)
    return made.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The same archive with one more part, or another one under that name."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return made.getvalue()


def ods(sheets: Mapping[str, Rows]) -> bytes:
    """A minimal OpenDocument spreadsheet, as LibreOffice would name its parts."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join("<table:table-row>" + "".join(map(_ods_cell, row)) + "</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        archive.writestr("META-INF/manifest.xml", manifest, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _ods_cell(value: object) -> str:
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
