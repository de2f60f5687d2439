"""What the cells of a column say of it where its heading does not:
a mother's name or her number, a merged heading, no heading at all.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from contact_registry.addresses.phone_numbers import read_phones
from contact_registry.headings.fields import Field
from contact_registry.headings.heading_rules import by_its_cells, is_mixed
from contact_registry.headings.heading_words import fold
from contact_registry.headings.meanings import Heading, words_of
from contact_registry.spreadsheets.written import written

Rows = Sequence[Sequence[object]]

LOOKED_AT = 20
"""Rows below a header that are looked at to tell a parent's names from a parent's numbers."""
_WIDEST = 200
"""Columns that are looked at beyond the last heading. No list has more."""

_MOBILE = re.compile(r"(?<!\d)(?:\+?84|0)[ .\-]?[35789](?:[ .\-]?\d){8}(?!\d)")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_A_NUMBER = re.compile(
    r"(?<!\d)(?:(?:\+|00)?84|0)(?:[ .\-()]{0,2}\d){8,11}(?!\d)(?:\s?/\s?\d{1,3}(?!\d))?|(?<!\d)[35789](?:[ .\-]?\d){8}(?!\d)"
)
_DATE = re.compile(r"(?<!\d)\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?!\d)")
_SEXES = frozenset({"nam", "nu", "gai", "trai", "x", "kinh", "co", "khong", "m", "f"})
_GIVEN = re.compile(r"[^\W\d_]+(?:[ '’.\-][^\W\d_]+){0,2}")


def by_cells(heading: Heading, rows: Rows, place: int) -> Heading:
    """Decides by most of its cells what a column is: one headed "Mẹ" holds her name or her number, one headed "DT" ethnic groups
    or telephones.
    """
    fields = by_its_cells(words_of(heading)) if heading.written and not heading.said else None
    if fields is None or heading.field not in fields:
        return heading
    cells = [row[place] for row in rows if place < len(row) and written(row[place])]
    numbers = sum(bool(read_phones(cell).numbers) for cell in cells)
    if numbers and numbers * 2 >= len(cells):
        return replace(heading, field=fields[0], mixed=is_mixed(words_of(heading)))
    if cells and not numbers:
        return replace(heading, field=fields[1])
    return heading


def cover_blank(headings: list[Heading], rows: Rows) -> list[Heading]:
    """Gives columns without a heading of their own one: a heading merged over two is both's; one that holds numbers is known by
    its letter.
    """
    width = min(max(map(len, rows), default=0), max(len(headings), _WIDEST))
    covered = headings + [Heading(Field.UNKNOWN, "")] * (width - len(headings))
    over: Heading | None = None
    for place, heading in enumerate(covered):
        if heading.written:
            over = heading
            continue
        cells = [row[place] for row in rows if place < len(row) and written(row[place])]
        if not cells:
            continue
        found = over and _as_neighbour(over, covered, cells)
        if over and found:
            covered[place] = replace(over, field=found)
        elif are_contacts(cells):
            covered[place] = Heading(Field.UNKNOWN, by_letter(place))
    return covered


def _as_neighbour(over: Heading, headings: Sequence[Heading], cells: Sequence[object]) -> Field | None:
    """What a column is if the heading to its left is merged over it too; None where its cells are of another kind."""
    if over.field in (Field.PHONE, Field.EMAIL):
        return over.field if are_contacts(cells) else None
    if over.field is not Field.NAME or any(h.field is Field.GIVEN_NAME for h in headings):
        return None
    names = [written(cell) for cell in cells]
    said = sum(bool(_GIVEN.fullmatch(name)) and fold(name) not in _SEXES for name in names)
    return Field.GIVEN_NAME if said * 2 > len(names) else None


def are_contacts(cells: Iterable[object]) -> bool:
    """Tells whether at least half of the cells that say something look like mobile numbers or emails."""
    said = [cell for cell in cells if written(cell)]
    return bool(said) and sum(map(looks_like_contact, said)) * 2 >= len(said)


def looks_like_contact(cell: object) -> bool:
    """Tells whether somebody could be written to by what stands in the cell, at a glance."""
    if isinstance(cell, str):
        return len(cell) > 5 and bool(_MOBILE.search(cell) or ("@" in cell and _EMAIL.search(cell)))
    return isinstance(cell, (int, float)) and not isinstance(cell, bool) and 3e8 <= cell < 1e9 and cell == int(cell)


def only_numbers(value: object) -> object:
    """Keeps the numbers of a cell that holds an address, a name or a year beside them."""
    if not isinstance(value, str):
        return value
    return "; ".join(found[0].strip() for found in _A_NUMBER.finditer(_DATE.sub(" ", value)))


def by_letter(place: int) -> str:
    """Names a column without a heading by its letter: "Cột C"."""
    return f"Cột {letter(place)}"


def letter(place: int) -> str:
    """Names a column as spreadsheets do: 0 → A, 26 → AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
