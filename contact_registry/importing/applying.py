"""Applying a list: it becomes the unit's present list of parents. What it no longer has is ended, not deleted, so that an import
can be undone; what it still has is kept; the rest is added. A suppression is never lifted: this never touches one.

A handful of statements, whatever the size of the list; hashing and sealing go beside the event loop, which has others to serve.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.importing.checked import CheckedRow
from contact_registry.importing.people import Person, people
from contact_registry.importing.storing import load_rows
from contact_registry.sealing import DataKey, address_hash

Address = tuple[str, bytes]
"""Channel and keyed hash."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Addresses added, kept and ended by an import, and contacts the unit's list now has."""

    added: int
    kept: int
    ended: int
    contacts: int


@dataclass(slots=True)
class _Matching:
    """Every person of the list with the contact that stands for them. None: to be made."""

    hashes: list[list[Address]]
    contact: list[int | None]
    live: dict[Address, int] = field(default_factory=dict)


async def apply_list(
    conn: AsyncConnection,
    import_id: int,
    unit_id: int,
    data_key: DataKey,
    index_key: bytes,
    *,
    school_year: str,
    sealed_with: Mapping[int, DataKey] | None = None,
) -> Applied:
    """Applies an import's stored rows. The transaction must act for the unit; `sealed_with`: keys of rows sealed under older ones."""
    # Two lists applied at once would both end what the other brings.
    await conn.execute(text("SELECT pg_advisory_xact_lock(hashtext('loa.apply_list'), :unit)"), {"unit": unit_id})
    rows = await load_rows(conn, import_id, {data_key.id: data_key, **(sealed_with or {})}, of="parents")
    persons = await asyncio.to_thread(people, rows)
    matching = await _match(conn, unit_id, persons, index_key)
    await _make_contacts(conn, import_id, unit_id, persons, matching)
    added, kept, ended = await _replace_points(conn, import_id, unit_id, persons, matching, data_key)
    await _replace_enrolments(conn, import_id, unit_id, persons, matching, rows, data_key, school_year)
    await conn.execute(
        text(
            "UPDATE contacts SET ended_by = :import WHERE unit_id = :unit AND audience = 'parents' AND ended_by IS NULL"
            " AND id <> ALL (CAST(:present AS bigint[]))"
        ),
        {"import": import_id, "unit": unit_id, "present": [c for c in matching.contact if c is not None]},
    )
    return Applied(added, kept, ended, len(persons))


async def _match(conn: AsyncConnection, unit_id: int, persons: list[Person], index_key: bytes) -> _Matching:
    found = await conn.execute(
        text(
            "SELECT p.channel, p.address_hash, p.contact_id FROM contact_points p JOIN contacts c ON c.id = p.contact_id"
            " WHERE p.unit_id = :unit AND p.ended_by IS NULL AND c.audience = 'parents' AND c.ended_by IS NULL"
        ),
        {"unit": unit_id},
    )
    live = {(row.channel, bytes(row.address_hash)): row.contact_id for row in found}
    hashes = await asyncio.to_thread(_hashes, persons, index_key)
    taken: set[int] = set()
    contact: list[int | None] = []
    # Persons with a phone come first in the list, so a person known by phone keeps the contact an email once shared with them.
    for addresses in hashes:
        known = next((live[a] for a in addresses if a in live and live[a] not in taken), None)
        if known is not None:
            taken.add(known)
        contact.append(known)
    return _Matching(hashes, contact, live)


def _hashes(persons: list[Person], index_key: bytes) -> list[list[Address]]:
    return [[(channel, address_hash(index_key, channel, address)) for channel, address in p.addresses] for p in persons]


async def _make_contacts(conn: AsyncConnection, import_id: int, unit_id: int, persons: list[Person], matching: _Matching) -> None:
    """Gives every person without a contact a new one. New contacts of one role are alike, so which gets which does not matter."""
    new = [index for index, contact in enumerate(matching.contact) if contact is None]
    for role in sorted({persons[index].role for index in new}):
        of_role = [index for index in new if persons[index].role == role]
        made = await conn.execute(
            text(
                "INSERT INTO contacts (unit_id, audience, role, import_id)"
                " SELECT :unit, 'parents', :role, :import FROM generate_series(1, :many) RETURNING id"
            ),
            {"unit": unit_id, "role": role, "import": import_id, "many": len(of_role)},
        )
        for index, contact in zip(of_role, made.scalars(), strict=True):
            matching.contact[index] = contact


async def _replace_points(
    conn: AsyncConnection, import_id: int, unit_id: int, persons: list[Person], matching: _Matching, data_key: DataKey
) -> tuple[int, int, int]:
    wanted: dict[Address, tuple[int | None, str]] = {}
    for person, addresses, contact in zip(persons, matching.hashes, matching.contact, strict=True):
        for (_, written), address in zip(person.addresses, addresses, strict=True):
            wanted[address] = (contact, written)
    kept = {address for address, (contact, _) in wanted.items() if matching.live.get(address) == contact}
    gone = [address for address in matching.live if address not in kept]
    new = [(address, *wanted[address]) for address in wanted if address not in kept]
    sealed = await asyncio.to_thread(lambda: [data_key.seal(written, address[0]) for address, _, written in new])
    await conn.execute(
        text(
            "UPDATE contact_points p SET ended_by = :import"
            " FROM unnest(CAST(:channels AS text[]), CAST(:hashes AS bytea[])) AS gone (channel, address_hash)"
            " WHERE p.unit_id = :unit AND p.channel = gone.channel AND p.address_hash = gone.address_hash AND p.ended_by IS NULL"
        ),
        {"import": import_id, "unit": unit_id, "channels": [a[0] for a in gone], "hashes": [a[1] for a in gone]},
    )
    await conn.execute(
        text(
            "INSERT INTO contact_points (unit_id, import_id, data_key_id, contact_id, channel, address_hash, address_sealed)"
            " SELECT :unit, :import, :key, * FROM unnest(CAST(:contacts AS bigint[]), CAST(:channels AS text[]),"
            " CAST(:hashes AS bytea[]), CAST(:sealed AS bytea[]))"
        ),
        {
            "unit": unit_id,
            "import": import_id,
            "key": data_key.id,
            "contacts": [contact for _, contact, _ in new],
            "channels": [address[0] for address, _, _ in new],
            "hashes": [address[1] for address, _, _ in new],
            "sealed": sealed,
        },
    )
    moved = sum(address in wanted for address in gone)
    return len(new) - moved, len(kept) + moved, len(gone) - moved


async def _replace_enrolments(
    conn: AsyncConnection,
    import_id: int,
    unit_id: int,
    persons: list[Person],
    matching: _Matching,
    rows: list[CheckedRow],
    data_key: DataKey,
    school_year: str,
) -> None:
    """Ends the parents' present enrolments and writes the list's: names are sealed, so equal ones cannot be told in SQL."""
    await conn.execute(
        text(
            "UPDATE enrolments e SET ended_by = :import FROM contacts c"
            " WHERE e.unit_id = :unit AND e.ended_by IS NULL AND c.id = e.contact_id AND c.audience = 'parents'"
        ),
        {"import": import_id, "unit": unit_id},
    )
    beside = [(contact, rows[p]) for person, contact in zip(persons, matching.contact, strict=True) for p in person.rows]
    pupils = await asyncio.to_thread(lambda: [data_key.seal(row.pupil, "name") if row.pupil else None for _, row in beside])
    await conn.execute(
        text(
            "INSERT INTO enrolments (unit_id, import_id, data_key_id, school_year, contact_id, grade, class_name, pupil_sealed, sheet, row)"
            " SELECT :unit, :import, :key, :year, * FROM unnest(CAST(:contacts AS bigint[]), CAST(:grades AS text[]),"
            " CAST(:classes AS text[]), CAST(:pupils AS bytea[]), CAST(:sheets AS text[]), CAST(:rows AS int[]))"
        ),
        {
            "unit": unit_id,
            "import": import_id,
            "key": data_key.id,
            "year": school_year,
            "contacts": [contact for contact, _ in beside],
            "grades": [row.grade for _, row in beside],
            "classes": [row.class_name for _, row in beside],
            "pupils": pupils,
            "sheets": [row.sheet for _, row in beside],
            "rows": [row.row for _, row in beside],
        },
    )
