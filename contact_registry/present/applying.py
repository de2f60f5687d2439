"""Applying a list: it becomes the unit's present list of parents, or of staff. What it no longer has is ended, not deleted, so
that an import can be undone; what it still has is kept; the rest is added. A suppression is never lifted: this never touches one.

A handful of statements, whatever the size of the list; hashing and sealing go beside the event loop, which has others to serve.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.bulk import ByteArray, Column
from contact_registry.classes.keys import class_key
from contact_registry.errors import ManyGone
from contact_registry.headings.meanings import ListOf
from contact_registry.present.differences import difference_of
from contact_registry.present.matching import Address, Matching, match_list
from contact_registry.present.storing import load_rows
from contact_registry.sealing.keys import DataKey

RowPlace = tuple[str | None, int]
"""Sheet and row, as the spreadsheet shows them."""


@dataclass(frozen=True, slots=True)
class Applied:
    """Addresses added, kept and ended by an import, and contacts the unit's list now has."""

    added: int
    kept: int
    ended: int
    contacts: int


@dataclass(frozen=True, slots=True)
class _Applying:
    """One import being applied: what every statement needs."""

    conn: AsyncConnection
    import_id: int
    unit_id: int
    of: ListOf
    school_year: str
    data_key: DataKey

    async def run(self, sql: str, **values: object) -> None:
        of_all = {
            "import": self.import_id,
            "unit": self.unit_id,
            "of": self.of,
            "key": self.data_key.id,
            "year": self.school_year,
        }
        await self.conn.execute(text(sql), {name: of_all[name] for name in of_all if f":{name}" in sql} | values)


OF_ITS_LISTS = "import_id IN (SELECT id FROM imports WHERE unit_id = :unit)"
"""Beside a contact: what lists changed is found by the list first, as its key has it, and not among every unit's."""


async def lock_lists(conn: AsyncConnection, unit_id: int) -> None:
    """Locks a unit's lists until the transaction ends: two applied at once would both end what the other brings, and so would
    one undone meanwhile.
    """
    await conn.execute(text("SELECT pg_advisory_xact_lock(hashtext('loa.apply_list'), :unit)"), {"unit": unit_id})


async def apply_list(
    conn: AsyncConnection,
    import_id: int,
    unit_id: int,
    data_key: DataKey,
    index_key: bytes,
    *,
    school_year: str,
    of: ListOf = "parents",
    confirm_gone: int | None = None,
    sealed_with: Mapping[int, DataKey] | None = None,
    only_classes: bool = False,
    leave: Collection[RowPlace] = (),
) -> Applied:
    """Applies an import's stored rows. The transaction must act for the unit;
    `sealed_with`: keys of rows sealed under older ones.

    `only_classes`: to the classes of the list alone, every other class stays as it is. `leave`: rows not to be applied.
    Raises `ManyGone` where more of the present contacts would go than `MANY_GONE` and `confirm_gone` is not their number.
    """
    await lock_lists(conn, unit_id)
    stored = await load_rows(conn, import_id, {data_key.id: data_key, **(sealed_with or {})}, of=of)
    rows = [row for row in stored if (row.sheet, row.row) not in leave] if leave else stored
    matching = await match_list(conn, unit_id, rows, index_key, of=of, only_classes=only_classes)
    difference = await asyncio.to_thread(difference_of, matching)
    if difference.needs_confirmation and confirm_gone != difference.gone:
        raise ManyGone(difference.gone, difference.present)
    applying = _Applying(conn, import_id, unit_id, of, school_year, data_key)
    contacts = await _contacts(applying, matching)
    added, kept, ended = await _replace_points(applying, matching, contacts)
    if of == "parents":
        await _replace_enrolments(applying, matching, contacts)
    await applying.run(
        "UPDATE contacts SET ended_by = :import"
        " WHERE unit_id = :unit AND ended_by IS NULL AND id = ANY (CAST(:gone AS bigint[]))",
        gone=Column(known.id for known in matching.gone),
    )
    return Applied(added, kept, ended, len(contacts))


async def _contacts(applying: _Applying, matching: Matching) -> list[int]:
    """The contact of every person: the known one, brought up to date, or a new one."""
    contacts = [known.id if known else 0 for known in matching.contact]
    kept = [(known.id, p.role) for known, p in zip(matching.contact, matching.persons, strict=True) if known]
    beside = {"contacts": Column(contact for contact, _ in kept), "roles": Column(role for _, role in kept)}
    named = " FROM unnest(CAST(:contacts AS bigint[]), CAST(:roles AS text[])) AS now (contact, role)"
    await applying.run(
        "INSERT INTO import_changes (import_id, unit_id, contact_id, role_was, school_year_was)"
        f" SELECT :import, :unit, c.id, c.role, c.school_year {named} JOIN contacts c ON c.id = now.contact"
        "  WHERE c.unit_id = :unit AND (c.role <> now.role OR c.school_year IS DISTINCT FROM :year)",
        **beside,
    )
    await applying.run(
        f"UPDATE contacts c SET role = now.role, school_year = :year {named}"
        " WHERE c.unit_id = :unit AND c.id = now.contact AND (c.role <> now.role OR c.school_year IS DISTINCT FROM :year)",
        **beside,
    )
    new = [place for place, known in enumerate(matching.contact) if known is None]
    names = ByteArray([None] * len(new))
    if applying.of == "staff":
        first = [matching.rows[matching.persons[place].rows[0]].pupil for place in new]
        names = await asyncio.to_thread(
            lambda: ByteArray(applying.data_key.seal(name, "name") if name else None for name in first)
        )
    made = await applying.conn.execute(
        text(
            "INSERT INTO contacts (unit_id, audience, import_id, school_year, role, name_sealed, data_key_id)"
            " SELECT :unit, :of, :import, :year, role, name, CASE WHEN name IS NOT NULL THEN :key END"
            " FROM unnest(CAST(:roles AS text[]), CAST(:names AS bytea[])) WITH ORDINALITY AS new (role, name, place)"
            " ORDER BY place"
            " RETURNING id"
        ),
        {
            "roles": Column(matching.persons[place].role for place in new),
            "names": names,
            "unit": applying.unit_id,
            "of": applying.of,
            "import": applying.import_id,
            "year": applying.school_year,
            "key": applying.data_key.id,
        },
    )
    # Ids are given in the order the rows are inserted in.
    for place, contact in zip(new, sorted(made.scalars()), strict=True):
        contacts[place] = contact
    return contacts


async def _replace_points(applying: _Applying, matching: Matching, contacts: list[int]) -> tuple[int, int, int]:
    wanted: dict[Address, tuple[int, str]] = {}
    for person, addresses, contact in zip(matching.persons, matching.hashes, contacts, strict=True):
        for (_, written), address in zip(person.addresses, addresses, strict=True):
            wanted[address] = (contact, written)
    live = {address: known.id for known in matching.present.values() for address in known.addresses}
    kept = {address for address, (contact, _) in wanted.items() if live.get(address) == contact}
    named = [known for known in matching.contact if known and not matching.stays_elsewhere(known)]
    gone = [address for known in (*named, *matching.gone) for address in known.addresses if address not in kept]
    new = [(address, *wanted[address]) for address in wanted if address not in kept]
    sealed = await asyncio.to_thread(
        lambda: ByteArray(applying.data_key.seal(written, address[0]) for address, _, written in new)
    )
    await applying.run(
        "UPDATE contact_points p SET ended_by = :import"
        " FROM unnest(CAST(:channels AS text[]), CAST(:hashes AS bytea[])) AS gone (channel, address_hash)"
        " WHERE p.unit_id = :unit AND p.audience = :of AND p.channel = gone.channel AND p.address_hash = gone.address_hash"
        "   AND p.ended_by IS NULL",
        channels=Column(a[0] for a in gone),
        hashes=ByteArray(a[1] for a in gone),
    )
    await applying.run(
        "INSERT INTO contact_points"
        " (unit_id, audience, import_id, data_key_id, contact_id, channel, address_hash, address_sealed)"
        " SELECT :unit, :of, :import, :key, * FROM unnest(CAST(:contacts AS bigint[]), CAST(:channels AS text[]),"
        " CAST(:hashes AS bytea[]), CAST(:sealed AS bytea[]))",
        contacts=Column(contact for _, contact, _ in new),
        channels=Column(address[0] for address, _, _ in new),
        hashes=ByteArray(address[1] for address, _, _ in new),
        sealed=sealed,
    )
    moved = sum(address in wanted for address in gone)
    return len(new) - moved, len(kept) + moved, len(gone) - moved


async def _replace_enrolments(applying: _Applying, matching: Matching, contacts: list[int]) -> None:
    """Ends the present enrolments and writes the list's: names are sealed, so equal ones cannot be told in SQL.

    A pupil nobody can be written to for is enrolled beside nobody, so that the class teacher can be told.
    """
    await _end_enrolments(applying, matching, contacts)
    rows = matching.rows
    beside: list[tuple[int | None, int]] = [
        (contact, place) for person, contact in zip(matching.persons, contacts, strict=True) for place in person.rows
    ]
    reached = {place for _, place in beside}
    beside += [(None, place) for place in range(len(rows)) if place not in reached]
    key = applying.data_key
    pupils = await asyncio.to_thread(lambda: [key.seal(row.pupil, "name") if row.pupil else None for row in rows])
    await applying.run(
        "INSERT INTO enrolments"
        " (unit_id, import_id, data_key_id, school_year, contact_id, grade, class_name, pupil_sealed, sheet, row)"
        " SELECT :unit, :import, :key, :year, * FROM unnest(CAST(:contacts AS bigint[]), CAST(:grades AS text[]),"
        " CAST(:classes AS text[]), CAST(:pupils AS bytea[]), CAST(:sheets AS text[]), CAST(:rows AS int[]))",
        contacts=Column(contact for contact, _ in beside),
        grades=Column(rows[place].grade for _, place in beside),
        classes=Column(rows[place].class_name for _, place in beside),
        pupils=ByteArray(pupils[place] for _, place in beside),
        sheets=Column(rows[place].sheet for _, place in beside),
        rows=Column(rows[place].row for _, place in beside),
    )


async def _end_enrolments(applying: _Applying, matching: Matching, contacts: list[int]) -> None:
    """Ends the enrolments that the list's take the place of: all, or those of its classes, and of its pupils without a class."""
    end = "UPDATE enrolments SET ended_by = :import WHERE unit_id = :unit AND ended_by IS NULL"
    if matching.only is None:
        await applying.run(end)
        return
    found = await applying.conn.execute(
        text("SELECT DISTINCT class_name FROM enrolments WHERE unit_id = :unit AND ended_by IS NULL AND class_name <> ''"),
        {"unit": applying.unit_id},
    )
    rows = matching.rows
    unclassed = (
        contact
        for person, contact in zip(matching.persons, contacts, strict=True)
        if any(not rows[place].class_name for place in person.rows)
    )
    await applying.run(
        f"{end} AND (class_name = ANY (CAST(:classes AS text[]))"
        " OR (class_name = '' AND contact_id = ANY (CAST(:unclassed AS bigint[]))))",
        classes=Column(name for name in found.scalars() if class_key(name) in matching.only),
        unclassed=Column(unclassed),
    )
