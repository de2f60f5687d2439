"""A web page's tables, which many programs call an .xls file: Excel opens it, with a warning."""

import re
from html.parser import HTMLParser
from typing import Any

from contact_registry.spreadsheets.apart.grid import MOST_MERGED, Grid, scientific
from contact_registry.spreadsheets.apart.limits import MAX_ROWS, Refused
from contact_registry.spreadsheets.text_encodings import decode

_SHOWN_ROUNDED = re.compile(r"\s*\d[.,]?\d*E\+?\d+\s*", re.IGNORECASE)
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LINES = frozenset({"br", "p", "div", "li"})
_BLOCKS = _LINES | {
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "caption",
    "center",
    "form",
    "ul",
    "ol",
    "hr",
    "header",
    "footer",
    "section",
}
_SILENT = frozenset({"script", "style", "title", "head", "xml"})
_MOST_TEXT = 100_000


def read_html(data: bytes) -> dict[str, Any]:
    """Reads every table of the page and the text around them, one below the other as Excel shows them,
    in one sheet. Raises `Refused`.
    """
    page = _Page()
    try:
        page.feed(decode(data).content)
        page.close()
    except (AssertionError, ValueError, RecursionError):  # what the library's parser says of markup that is none
        raise Refused("import.unreadable") from None
    page.end_row()
    page.end_text()
    return {"sheets": [page.sheet.as_json()], "hidden_sheets": []}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheet = Grid("", typed=False)
        self._row = -1
        self._column = 0
        self._in_row = False
        self._text: list[str] | None = None
        self._around: list[str] = []
        self._own: dict[str, str | None] = {}
        self._covered: dict[int, int] = {}
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in ("html", "body"):
            self._silent.clear()
            self._around.clear()
        elif tag == "table":
            self._end_cell()
            self.end_text()
            self._covered, self._in_row = {}, False
        elif tag == "tr":
            self.end_row()
            self._begin_row()
            if "hidden" in own or _NOT_SHOWN.search(own.get("style") or ""):
                self.sheet.hidden.add(min(self._row, MAX_ROWS))
        elif tag in ("td", "th"):
            self._end_cell()
            if not self._in_row:
                self._begin_row()
            self._text, self._own = [], own
            while self._covered.get(self._column, -1) >= self._row:
                self._column += 1
        elif tag in _BLOCKS:
            self._end_line(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            if tag in self._silent:
                self._silent.remove(tag)
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self.end_row()
            self._in_row = False  # what follows a table within a cell stands below it
        elif tag in _BLOCKS:
            self._end_line(tag)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add(re.sub(r"[ \t\r\n]+", " ", data))

    def _add(self, text: str) -> None:
        (self._around if self._text is None else self._text).append(text)

    def _end_line(self, tag: str) -> None:
        if self._text is None:
            self.end_text()
        elif tag in _LINES:
            self._text.append("\n")

    def end_text(self) -> None:
        """Puts the text that stands in no cell into a row of its own, as a title above a table is."""
        text, self._around = "".join(self._around).strip()[:_MOST_TEXT], []
        if text:
            self._begin_row()
            self.sheet.put(self._row, 0, text)
            self._in_row = False

    def _begin_row(self) -> None:
        self.end_text()
        self._row += 1
        self._column, self._in_row = 0, True

    def end_row(self) -> None:
        """Puts what is open, and goes back to the first column."""
        self._end_cell()
        self._column = 0

    def _end_cell(self) -> None:
        if self._text is None:
            return
        text = re.sub(r" *\n[ \n]*", "\n", "".join(self._text)).strip()[:_MOST_TEXT]
        across, down = self._span("colspan"), self._span("rowspan")
        self.sheet.put(self._row, self._column, self._value(text))
        if down > 1:
            self._covered.update(dict.fromkeys(range(self._column, self._column + across), self._row + down - 1))
            if across == 1 and text:
                self.sheet.merge_down(self._row, self._column, down - 1)
        self._column += across
        self._text = None

    def _span(self, name: str) -> int:
        said = (self._own.get(name) or "").strip()
        return min(max(1, int(said)), MOST_MERGED) if said.isascii() and said.isdecimal() and len(said) < 9 else 1

    def _value(self, text: str) -> Any:
        """The text, or the number that Excel wrote beside what it showed."""
        said = self._own.get("x:num")
        if said and _SHOWN_ROUNDED.fullmatch(text):
            try:
                number = float(said)
            except ValueError:
                return text
            if abs(number) < 1e300:
                return {"rounded": number} if scientific(number) else number
        return text
