"""A list beside the unit's present one: who of it is known already, who is new, who is no longer named. Nothing is written here."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.importing.checked import CheckedRow
from contact_registry.importing.headings import ListOf
from contact_registry.importing.people import Person, people
from contact_registry.sealing import address_hash

Address = tuple[str, bytes]
"""Channel and keyed hash."""


@dataclass(frozen=True, slots=True)
class Known:
    """A contact of the present list."""

    id: int
    role: str
    addresses: frozenset[Address]
    classes: frozenset[str]


@dataclass(slots=True)
class Matching:
    """Every person of the list with the known contact that stands for them; None: nobody yet. `gone`: known and not on the list."""

    rows: Sequence[CheckedRow]
    persons: list[Person]
    hashes: list[list[Address]] = field(repr=False)
    contact: list[Known | None] = field(repr=False)
    present: dict[int, Known] = field(repr=False)

    @property
    def gone(self) -> list[Known]:
        named = {known.id for known in self.contact if known}
        return [known for known in self.present.values() if known.id not in named]

    def classes(self, person: Person) -> frozenset[str]:
        return frozenset(self.rows[place].class_name for place in person.rows if self.rows[place].class_name)

    def changed(self, place: int) -> bool:
        """Whether a known contact has other addresses, classes or another role now."""
        known, person = self.contact[place], self.persons[place]
        return known is not None and (
            known.role != person.role
            or known.addresses != frozenset(self.hashes[place])
            or (bool(person.rows) and known.classes != self.classes(person))
        )


async def match_list(
    conn: AsyncConnection, unit_id: int, rows: Sequence[CheckedRow], index_key: bytes, *, of: ListOf
) -> Matching:
    """Matches by keyed hash of the addresses, the first of a person's that is known deciding. The transaction acts for the unit."""
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
    return Matching(rows, persons, hashes, contact, present)


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
