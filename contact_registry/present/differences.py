"""What applying a list would do to the unit's present one, in counts: nobody is named."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.classes.keys import class_key, in_order
from contact_registry.headings.meanings import ListOf
from contact_registry.lists.checked import CheckedRow
from contact_registry.present.matching import Matching, match_list

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
    """Contacts. `present`: how many the unit has now, of those the list is about. `new_classes_only`: no class of the list is one
    of the present list's. `whole_classes_gone`: classes that the list does not have at all.
    """

    present: int
    added: int
    gone: int
    changed: int
    kept: int
    by_class: tuple[ClassDifference, ...]
    new_classes_only: bool
    whole_classes_gone: tuple[str, ...] = ()

    @property
    def share_gone(self) -> float:
        return self.gone / self.present if self.present else 0.0

    @property
    def needs_confirmation(self) -> bool:
        return self.share_gone > MANY_GONE


async def compare_list(
    conn: AsyncConnection,
    unit_id: int,
    rows: Sequence[CheckedRow],
    index_key: bytes,
    *,
    of: ListOf,
    only_classes: bool = False,
) -> Difference:
    """Counts what applying `rows` would change in the unit's present list `of` parents or staff. The transaction acts for the
    unit.
    """
    matching = await match_list(conn, unit_id, rows, index_key, of=of, only_classes=only_classes)
    return await asyncio.to_thread(difference_of, matching)


def difference_of(matching: Matching) -> Difference:
    """Counts a matching."""
    added: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    new = changes = kept = 0
    for place, person in enumerate(matching.persons):
        known = matching.contact[place]
        if known is None:
            new += 1
            added.update(matching.classes(person))
        elif matching.changed(place):
            changes += 1
            changed.update(matching.classes(person) | matching.own_classes(known))
        else:
            kept += 1
    lost = matching.gone
    for known in matching.unnamed:
        gone.update(matching.own_classes(known))
    changes += len(matching.unnamed) - len(lost)
    present = [known for known in matching.present.values() if matching.concerns(known)]
    here = {row.class_name for row in matching.rows if row.class_name}
    before = {name for known in present for name in matching.own_classes(known)}
    keys = {class_key(name) for name in here}
    missing = [name for name in before if class_key(name) not in keys]
    return Difference(
        present=len(present),
        added=new,
        gone=len(lost),
        changed=changes,
        kept=kept,
        by_class=tuple(
            ClassDifference(name, added[name], gone[name], changed[name]) for name in sorted(here | before, key=in_order)
        ),
        new_classes_only=bool(here and before) and len(missing) == len(before),
        whole_classes_gone=tuple(sorted(missing, key=in_order)),
    )
