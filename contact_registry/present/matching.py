"""A list beside the unit's present one: who of it is known already, who is new,
who is no longer named. Nothing is written here.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.classes.keys import class_key
from contact_registry.headings.meanings import ListOf, Role
from contact_registry.lists.checked import CheckedRow
from contact_registry.lists.people import Person, people
from contact_registry.sealing.keys import address_hash

Address = tuple[str, bytes]
"""Channel and keyed hash."""


@dataclass(frozen=True, slots=True)
class Known:
    """A contact of the present list."""

    id: int
    role: Role
    addresses: frozenset[Address]
    classes: frozenset[str]


@dataclass(slots=True)
class Matching:
    """Every person of the list with the known contact that stands for them; None: nobody yet.

    `only`: keys of the classes that the list is about, where it is applied to those alone: whoever has a child elsewhere too
    stays, with every address and every other class. None: the list is the whole present one.
    """

    rows: Sequence[CheckedRow]
    persons: list[Person]
    hashes: list[list[Address]] = field(repr=False)
    contact: list[Known | None] = field(repr=False)
    present: dict[int, Known] = field(repr=False)
    only: frozenset[str] | None = None

    @property
    def unnamed(self) -> list[Known]:
        """Known contacts that the list does not name, of those it is about."""
        named = {known.id for known in self.contact if known}
        return [known for known in self.present.values() if known.id not in named and self.concerns(known)]

    @property
    def gone(self) -> list[Known]:
        """Those of them that go altogether."""
        return [known for known in self.unnamed if not self.stays_elsewhere(known)]

    def concerns(self, known: Known) -> bool:
        return self.only is None or any(class_key(name) in self.only for name in known.classes)

    def stays_elsewhere(self, known: Known) -> bool:
        """Tells whether a contact is on the present list for more than what the list is about."""
        return self.only is not None and (not known.classes or any(class_key(name) not in self.only for name in known.classes))

    def own_classes(self, known: Known) -> frozenset[str]:
        """Returns a contact's classes, of those the list is about."""
        only = self.only
        return known.classes if only is None else frozenset(name for name in known.classes if class_key(name) in only)

    def classes(self, person: Person) -> frozenset[str]:
        return frozenset(self.rows[place].class_name for place in person.rows if self.rows[place].class_name)

    def changed(self, place: int) -> bool:
        """Tells whether the known contact at `place` has other addresses, classes or another role now."""
        known, person = self.contact[place], self.persons[place]
        if known is None:
            return False
        addresses = frozenset(self.hashes[place]) | (known.addresses if self.stays_elsewhere(known) else frozenset())
        return (
            known.role != person.role
            or known.addresses != addresses
            or (bool(person.rows) and self.own_classes(known) != self.classes(person))
        )


async def match_list(
    conn: AsyncConnection,
    unit_id: int,
    rows: Sequence[CheckedRow],
    index_key: bytes,
    *,
    of: ListOf,
    only_classes: bool = False,
) -> Matching:
    """Matches by keyed hash of the addresses, the first of a person's that is known deciding. The transaction acts for the unit.

    `only_classes`: the list is of its own classes alone.
    """
    persons = await asyncio.to_thread(people, rows)
    if of == "staff":  # a member of staff stands beside no class
        persons = [Person("staff", person.addresses, person.rows) for person in persons]
    present = await _present(conn, unit_id, of)
    by_address = {address: known for known in present.values() for address in known.addresses}
    hashes = await asyncio.to_thread(_hashes, persons, index_key)
    taken: set[int] = set()
    contact: list[Known | None] = []
    # Persons with a phone come first in the list, so a person known by phone keeps the contact an email once shared with them.
    for addresses in hashes:
        known = next((by_address[a] for a in addresses if a in by_address and by_address[a].id not in taken), None)
        if known is not None:
            taken.add(known.id)
        contact.append(known)
    if not only_classes:
        return Matching(rows, persons, hashes, contact, present)
    only = frozenset(class_key(row.class_name) for row in rows if row.class_name)
    return _beside_others(Matching(rows, persons, hashes, contact, present, only), by_address)


def _beside_others(matching: Matching, by_address: Mapping[Address, Known]) -> Matching:
    """Leaves an address with the contact that has it for another class too:
    taken away, nobody could be written to for that class.

    The pupils it stands beside on the list become that contact's as well.
    """
    persons: list[Person] = []
    hashes: list[list[Address]] = []
    contact: list[Known | None] = []
    lent: dict[int, tuple[Known, list[tuple[tuple[str, str], Address]], list[int]]] = {}
    for person, addresses, known in zip(matching.persons, matching.hashes, matching.contact, strict=True):
        kept = []
        for written, address in zip(person.addresses, addresses, strict=True):
            owner = by_address.get(address)
            if owner is None or owner is known or not matching.stays_elsewhere(owner):
                kept.append((written, address))
                continue
            _, theirs, rows = lent.setdefault(owner.id, (owner, [], []))
            theirs.append((written, address))
            rows += person.rows
        if kept:
            persons.append(Person(person.role, tuple(written for written, _ in kept), person.rows))
            hashes.append([address for _, address in kept])
            contact.append(known)
    places = {known.id: place for place, known in enumerate(contact) if known}
    for owner, theirs, rows in lent.values():
        place = places.get(owner.id)
        if place is None:
            persons.append(Person(owner.role, tuple(written for written, _ in theirs), tuple(sorted(set(rows)))))
            hashes.append([address for _, address in theirs])
            contact.append(owner)
        else:
            named = persons[place]
            persons[place] = Person(
                named.role,
                (*named.addresses, *(written for written, _ in theirs)),
                tuple(sorted({*named.rows, *rows})),
            )
            hashes[place] += [address for _, address in theirs]
    return Matching(matching.rows, persons, hashes, contact, matching.present, matching.only)


def _hashes(persons: Iterable[Person], index_key: bytes) -> list[list[Address]]:
    return [[(channel, address_hash(index_key, channel, address)) for channel, address in p.addresses] for p in persons]


async def _present(conn: AsyncConnection, unit_id: int, of: ListOf) -> dict[int, Known]:
    found = await conn.execute(
        text(
            "SELECT c.id, c.role, p.channels, p.hashes, e.classes FROM contacts c"
            " LEFT JOIN (SELECT contact_id, array_agg(channel) AS channels, array_agg(address_hash) AS hashes FROM contact_points"
            "   WHERE unit_id = :unit AND audience = :of AND ended_by IS NULL GROUP BY 1) p ON p.contact_id = c.id"
            " LEFT JOIN (SELECT contact_id, array_agg(DISTINCT class_name) AS classes FROM enrolments"
            "   WHERE unit_id = :unit AND ended_by IS NULL AND class_name <> '' GROUP BY 1) e ON e.contact_id = c.id"
            " WHERE c.unit_id = :unit AND c.audience = :of AND c.ended_by IS NULL"
        ),
        {"unit": unit_id, "of": of},
    )
    return {
        row.id: Known(
            row.id,
            row.role,
            frozenset(zip(row.channels or (), map(bytes, row.hashes or ()), strict=True)),
            frozenset(row.classes or ()),
        )
        for row in found
    }
