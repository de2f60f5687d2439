"""Which column is what: a heading, and in headers of several rows the headings above it, or a person's word on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from contact_registry.headings.fields import Field, ListOf, Role
from contact_registry.headings.heading_rules import field_of, is_mixed, role_of
from contact_registry.headings.heading_words import fold, heading_words, without_marks

__all__ = ["ColumnMeaning", "Field", "Heading", "ListOf", "Meanings", "Role", "fold", "read_heading", "words_of"]


@dataclass(frozen=True, slots=True)
class Heading:
    """`written`: as a person knows the column, "Thông tin cha: SĐT", without marks such as "(*)".

    `said`: a person told its field. `mixed`: its cells hold more than the number, which is all that may be kept of them.
    """

    field: Field
    written: str
    role: Role = "parent"
    said: bool = False
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """A person's word on what a heading means."""

    field: Field
    role: Role = "parent"


Meanings = Mapping[str, ColumnMeaning]
"""By folded heading."""


def read_heading(above: str, own: str, *, of: ListOf = "parents", meanings: Meanings | None = None) -> Heading:
    """Reads one column's heading, with the heading above it in headers of several rows.

    A person's meaning is stronger than ours, but for what must be dropped: nobody can ask for that to be kept.
    """
    above, own = without_marks(above), without_marks(own)
    written = f"{above}: {own}" if above and own else above or own
    field, role, mixed = _read(f"{above} {own}" if above and own else written, of)
    if meanings and field is not Field.DROPPED and (said := meanings.get(fold(f"{above} {own}"))):
        return Heading(said.field, written, said.role if of == "parents" else "staff", said=True, mixed=mixed)
    return Heading(field, written, role if of == "parents" else "staff", mixed=mixed)


@lru_cache(maxsize=4096)
def _read(text: str, of: ListOf) -> tuple[Field, Role, bool]:
    readings = heading_words(text)
    words = next((each for each in readings if field_of(each, of) is not Field.UNKNOWN), readings[0])
    field = field_of(words, of)
    return field, role_of(readings[0]), field is Field.PHONE and is_mixed(readings[0])


def words_of(heading: Heading) -> str:
    """Returns the words of `heading` that the rules look at."""
    return heading_words(heading.written)[0]
