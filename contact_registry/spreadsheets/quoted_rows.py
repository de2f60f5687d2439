"""Lines of text → rows of cells, as RFC 4180 and Excel write them, with no line lost to a quotation mark that was never closed.

A stray `"` before one name makes a reader that only knows the standard swallow all names below it. Here a cell may run over
several lines only where these are no rows of their own; else the mark is a mark like any other.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from contact_registry.errors import ImportRefused
from contact_registry.spreadsheets.excel_process import MAX_CELLS, MAX_ROWS

_LINE = re.compile(r"\r\n|\n|\r")
_LONGEST_LINE = 128 * 1024
_LINES_OF_A_CELL = 30
_LOOKED_AT = 500
"""Lines that tell how many columns there are."""


def rows_of(content: str, separator: str) -> list[list[str]]:
    """Reads every line into a row, in order. Raises `ImportRefused`: import.too_large, or import.unreadable for a line that is
    no list's.
    """
    lines = lines_of(content)
    if lines and max(map(len, lines)) > _LONGEST_LINE:
        raise ImportRefused("import.unreadable")
    rows: list[list[str]] = []
    cells = 0
    for row in _rows(lines, separator):
        rows.append(row)
        cells += len(row)
        if len(rows) > MAX_ROWS or cells > MAX_CELLS:
            raise ImportRefused("import.too_large")
    return rows


def lines_of(content: str) -> list[str]:
    """Splits text into its lines, without the empty one behind the last end of a line."""
    lines = _LINE.split(content) if "\r" in content else content.split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


def _rows(lines: Sequence[str], separator: str) -> Iterator[list[str]]:
    if not any('"' in line for line in lines):
        yield from (line.split(separator) for line in lines)
        return
    head = lines[:_LOOKED_AT]
    width = _width(_walk(head, separator, 0))
    if width == 1 and _wrapped_whole(head, separator):
        for line in lines:
            whole = _closed(line, separator)
            yield _one_line(whole[0] if whole and len(whole) == 1 else line, separator, 0)
    else:
        yield from _walk(lines, separator, width)


def _walk(lines: Sequence[str], separator: str, width: int) -> Iterator[list[str]]:
    """Row by row. `width`: how many cells most rows have; 0 where that is not known yet,
    and a cell may have as many lines as it says.
    """
    at = 0
    while at < len(lines):
        row, took = _row(lines, at, separator, width) if '"' in lines[at] else (lines[at].split(separator), 1)
        yield row
        at += took


def _width(rows: Iterable[Sequence[str]]) -> int:
    """How many cells most rows have, rows of one cell aside where there are others."""
    counts = Counter(len(row) for row in rows if any(row))
    several = Counter({count: often for count, often in counts.items() if count > 1})
    return (several or counts or Counter({0: 1})).most_common(1)[0][0]


def _wrapped_whole(lines: Sequence[str], separator: str) -> bool:
    """Whether each line is one cell that holds a whole row: a list pasted into column A and saved."""
    whole = [row[0] for line in lines if '"' in line and (row := _closed(line, separator)) and len(row) == 1]
    return sum(separator in cell for cell in whole) * 2 > len(lines)


def _row(lines: Sequence[str], at: int, separator: str, width: int) -> tuple[list[str], int]:
    """The row that begins in a line with quotation marks, and how many lines it takes."""
    closed = _closed(lines[at], separator)
    if closed is not None:
        plain = lines[at].split(separator)
        swallowed = len(closed) < width == len(plain)
        return (plain if swallowed else closed), 1
    joined = _joined(lines, at, separator, width)
    return joined or (_one_line(lines[at], separator, width), 1)


def _joined(lines: Sequence[str], at: int, separator: str, width: int) -> tuple[list[str], int] | None:
    """A row with a cell of several lines; None where a mark was never closed, or what it would swallow are rows of their own."""
    # Where the row is whole already, not one; else one may be: the last line of a heading "Số\nTT" in the first column looks like
    # a row.
    most = 0 if len(_alone(lines[at], separator)) >= width else 1
    rows_inside = 0
    together = lines[at]
    for took, line in enumerate(lines[at + 1 : at + _LINES_OF_A_CELL], start=2):
        rows_inside += width > 1 and len(_alone(line, separator)) >= width
        together += "\n" + line
        if rows_inside > most or len(together) > _LONGEST_LINE:
            return None
        if '"' in line and (row := _closed(together, separator)) is not None:
            return (row, took) if len(row) <= max(width, 1) or width <= 1 else None
    return None


def _one_line(line: str, separator: str, width: int) -> list[str]:
    """A line whose marks do not pair, with as many cells as its neighbours if one way to read it has them."""
    loose, rest = _reader(separator, loose=True)(line)
    ways = (line.split(separator), loose if rest is None else [], _alone(line, separator))
    return next((cells for cells in ways if cells and len(cells) == width), ways[-1])


def _alone(line: str, separator: str) -> list[str]:
    """The cells of a line by itself: as the standard has them as far as it goes, and behind that as if there were no marks."""
    cells, rest = _reader(separator, loose=False)(line)
    return cells if rest is None else [*cells, *rest.split(separator)]


def _closed(line: str, separator: str) -> list[str] | None:
    """The cells of a line as the standard has them; None where a mark that begins a cell is not closed at the end of one."""
    cells, rest = _reader(separator, loose=False)(line)
    return cells if rest is None else None


@lru_cache(maxsize=16)
def _reader(separator: str, *, loose: bool) -> Callable[[str], tuple[list[str], str | None]]:
    """Reads cells from the beginning of a line; the second is what is left where a mark is not closed. `loose`: any mark before a
    separator closes a cell.
    """
    mark = re.escape(separator)
    inside = r"(.*?)" if loose else r'([^"]*(?:""[^"]*)*)'
    cell = re.compile(rf'"{inside}"[ \t]*({mark}|\Z)|(?!")([^{mark}]*)({mark}|\Z)', re.DOTALL)

    def read(line: str) -> tuple[list[str], str | None]:
        cells: list[str] = []
        place = 0
        while True:
            found = cell.match(line, place)
            if found is None:
                return cells, line[place:]
            cells.append(found[3] if found[1] is None else found[1].replace('""', '"'))
            if not (found[2] or found[4]):
                return cells, None
            place = found.end()

    return read
