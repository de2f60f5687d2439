"""What applying a list would do to the unit's present one, in counts: nobody is named."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.importing.checked import CheckedRow
from contact_registry.importing.headings import ListOf
from contact_registry.importing.matching import Matching, match_list

MANY_GONE = 0.2
"""A list that ends more than this share of the present one is asked about once more: a class left out looks just like that."""


@dataclass(frozen=True, slots=True)
class ClassDifference:
    """One class: contacts that come, go or change. A contact of two classes counts in both."""

    class_name: str
    added: int
    gone: int
    changed: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Contacts. `present`: how many the unit has now. `new_classes_only`: no class of the list is one of the present list's."""

    present: int
    added: int
    gone: int
    changed: int
    kept: int
    by_class: tuple[ClassDifference, ...]
    new_classes_only: bool

    @property
    def share_gone(self) -> float:
        return self.gone / self.present if self.present else 0.0

    @property
    def needs_confirmation(self) -> bool:
        return self.share_gone > MANY_GONE


async def compare_list(
    conn: AsyncConnection, unit_id: int, rows: Sequence[CheckedRow], index_key: bytes, *, of: ListOf
) -> Difference:
    """The difference, for a transaction that acts for the unit."""
    return await asyncio.to_thread(difference_of, await match_list(conn, unit_id, rows, index_key, of=of))


def difference_of(matching: Matching) -> Difference:
    """In counts."""
    added: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    new = changes = 0
    for place, person in enumerate(matching.persons):
        known = matching.contact[place]
        if known is None:
            new += 1
            added.update(matching.classes(person))
        elif matching.changed(place):
            changes += 1
            changed.update(matching.classes(person) | known.classes)
    lost = matching.gone
    for known in lost:
        gone.update(known.classes)
    here = {row.class_name for row in matching.rows if row.class_name}
    before = {name for known in matching.present.values() for name in known.classes}
    classes = sorted(here | before)
    return Difference(
        present=len(matching.present),
        added=new,
        gone=len(lost),
        changed=changes,
        kept=len(matching.persons) - new - changes,
        by_class=tuple(ClassDifference(name, added[name], gone[name], changed[name]) for name in classes),
        new_classes_only=bool(here and before) and not here & before,
    )
