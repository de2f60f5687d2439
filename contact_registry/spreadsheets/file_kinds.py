"""What a file is, from its bytes: a name can lie, and a worker should not begin on a photo."""

import re
from typing import Literal

from contact_registry.errors import ImportRefused
from contact_registry.spreadsheets.text_encodings import utf16_of

MAX_BYTES = 10 * 1024 * 1024

Format = Literal["xlsx", "xls", "ods", "xml", "html", "text"]
"""`xml`: "XML Spreadsheet 2003", or OpenDocument in one file. `html`: a page with a table, as many programs "export to Excel"."""

_OPENDOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."  # an OpenDocument file begins with its own name, by its standard
# What Excel 97 puts before an encrypted workbook's first other record: BOF, perhaps a mark against writing, FILEPASS.
_FILEPASS = re.compile(
    rb"\x09\x08(?:\x10\x00\x00\x06\x05\x00.{12}|\x08\x00\x00\x05\x05\x00.{4})(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHER = (b"%PDF", b"{\\rtf", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF", b"BM", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
# Excel opens these: Excel 2 to 4, SYLK, a page with its parts in one file, dBase; Numbers' and Google's own are told below.
_EXCEL_OPENS = re.compile(
    rb"\x09[\x00\x02\x04][\x04\x06]\x00|ID;P|\s*MIME-Version:|From: <[^\r\n]{0,80}\r?\nSubject:", re.IGNORECASE
)
_GOOGLE_LINK = re.compile(rb'\s*\{[^{}]{0,2000}"(?:doc_id|url)"\s*:[^{}]{0,2000}\}\s*')
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f")


def sniff(data: bytes) -> Format:
    """Says what the bytes look like, cheaply.

    Raises `ImportRefused`: too large, protected, what Excel opens and we do not (import.save_as_xlsx), or plainly no list.
    """
    if len(data) > MAX_BYTES:
        raise ImportRefused("import.too_large")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data or _FILEPASS.search(data):
            raise ImportRefused("import.password_protected")
        return "xls"
    if data.startswith(_ZIP):
        return _of_archive(data)
    head = data[:4096]
    if _EXCEL_OPENS.match(head) or _GOOGLE_LINK.fullmatch(data[:4200]):
        raise ImportRefused("import.save_as_xlsx")
    if not data.strip(b" \t\r\n\f\x1a\0") or head.startswith(_OTHER):
        raise ImportRefused("import.unreadable")
    if marked := _of_markup(data):
        return marked
    if utf16_of(head) is None and len(head) - len(head.translate(None, _CONTROL)) > max(8, len(head) // 20):
        raise ImportRefused("import.unreadable")
    return "text"


def _of_archive(data: bytes) -> Format:
    if b"xl/workbook" in data or b"xl\\workbook" in data:
        return "xlsx"
    if data[:200].find(_OPENDOCUMENT) >= 0 and data[:200].find(_OPENDOCUMENT + b"spreadsheet") < 0:
        raise ImportRefused("import.unreadable")
    if b"content.xml" in data:
        return "ods"
    if b"Index/Document.iwa" in data or b"Index/Tables/" in data:  # Apple's Numbers
        raise ImportRefused("import.save_as_xlsx")
    raise ImportRefused("import.unreadable")


def _of_markup(data: bytes) -> Literal["xml", "html"] | None:
    """Raises `ImportRefused("import.unreadable")` for what begins as markup and holds no table."""
    head = data[:65536]
    text = head.decode("utf-16", errors="replace").encode() if head.startswith((b"\xff\xfe", b"\xfe\xff")) else head
    text = text.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"<"):
        return None
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text and b"<html" not in text[:2000].lower():
        return "xml"
    if b"urn:oasis:names:tc:opendocument:xmlns:office:1.0" in text and b"office:document" in text:
        return "xml"
    whole = data.replace(b"\0", b"").lower()
    if b"<table" in whole and b"<tr" in whole:
        return "html"
    raise ImportRefused("import.unreadable")
