"""A person deleted for good, by their addresses: on the present list and on what earlier lists left, in whatever role.

What stays is the keyed hash of a suppression, if they are to be kept off; deliveries are another room's.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.bulk import ByteArray
from contact_registry.headings.meanings import Field, ListOf
from contact_registry.lists.checked import CheckedRow
from contact_registry.lists.rows import recheck_row
from contact_registry.present.applying import OF_ITS_LISTS, lock_lists
from contact_registry.sealing.keys import address_hash

_CHANNELS = {Field.PHONE: "sms", Field.EMAIL: "email"}


@dataclass(frozen=True, slots=True)
class Erased:
    """Rows that are gone."""

    contacts: int
    addresses: int
    pupils: int
    consents: int


async def addresses_of(
    conn: AsyncConnection, unit_id: int, contact: int, channel: str | None = None, *, past: bool = False
) -> dict[str, list[bytes]]:
    """Lists keyed hashes of what a contact has, by channel, or on one `channel`. `past`: and of what it had, unless somebody
    else of the unit has that now.
    """
    rows = await conn.execute(
        text(
            "SELECT DISTINCT p.channel, p.address_hash FROM contact_points p WHERE p.unit_id = :unit AND p.contact_id = :contact"
            " AND (CAST(:channel AS text) IS NULL OR p.channel = :channel) AND (p.ended_by IS NULL OR :past AND NOT EXISTS ("
            "   SELECT FROM contact_points q WHERE q.unit_id = p.unit_id AND q.audience = p.audience AND q.channel = p.channel"
            "      AND q.address_hash = p.address_hash AND q.ended_by IS NULL AND q.contact_id <> p.contact_id))"
        ),
        {"unit": unit_id, "contact": contact, "channel": channel, "past": past},
    )
    found: dict[str, list[bytes]] = {}
    for row in rows:
        found.setdefault(row.channel, []).append(bytes(row.address_hash))
    return found


async def erase_person(conn: AsyncConnection, unit_id: int, contact: int, hashes: Mapping[str, Collection[bytes]]) -> Erased:
    """Deletes the contact and whoever of the unit has no other address than these. The transaction acts for the unit."""
    await lock_lists(conn, unit_id)
    pairs = [(channel, each) for channel, some in hashes.items() for each in some]
    asked = {"unit": unit_id, "channels": [channel for channel, _ in pairs], "hashes": ByteArray(each for _, each in pairs)}
    these = "unnest(CAST(:channels AS text[]), CAST(:hashes AS bytea[])) AS a (channel, hash)"
    named = f"FROM {these} JOIN contact_points p ON p.unit_id = :unit AND p.channel = a.channel AND p.address_hash = a.hash"
    points = await conn.execute(
        # Three look-ups by index: what is present is found by its hash, what ended by the list that ended it.
        text(
            "DELETE FROM contact_points WHERE unit_id = :unit AND id = ANY (ARRAY("
            "  SELECT id FROM contact_points WHERE unit_id = :unit AND contact_id = :contact"
            f" UNION SELECT p.id {named} WHERE p.audience IN ('parents', 'staff') AND p.ended_by IS NULL"
            f" UNION SELECT p.id {named} WHERE p.ended_by IN (SELECT id FROM imports WHERE unit_id = :unit)))"
            " RETURNING contact_id"
        ),
        asked | {"contact": contact},
    )
    owners = list(points.scalars())
    empty = await conn.execute(
        text(
            "SELECT c.id FROM contacts c WHERE c.unit_id = :unit AND c.id = ANY (CAST(:ids AS bigint[]))"
            " AND NOT EXISTS (SELECT FROM contact_points p WHERE p.unit_id = :unit AND p.contact_id = c.id)"
        ),
        {"unit": unit_id, "ids": sorted({*owners, contact})},
    )
    gone = {"unit": unit_id, "ids": list(empty.scalars())}
    of_them = "WHERE unit_id = :unit AND contact_id = ANY (CAST(:ids AS bigint[]))"
    pupils = await conn.execute(text(f"DELETE FROM enrolments {of_them}"), gone)
    await conn.execute(text(f"DELETE FROM import_changes {of_them} AND {OF_ITS_LISTS}"), gone)
    people = await conn.execute(text("DELETE FROM contacts WHERE unit_id = :unit AND id = ANY (CAST(:ids AS bigint[]))"), gone)
    consents = await conn.execute(
        text(
            "DELETE FROM consents g WHERE g.unit_id = :unit"
            f" AND EXISTS (SELECT FROM {these} WHERE a.channel = g.channel AND a.hash = g.address_hash)"
        ),
        asked,
    )
    return Erased(people.rowcount, len(owners), pupils.rowcount, consents.rowcount)


def struck(
    rows: Sequence[CheckedRow], hashes: Mapping[str, Collection[bytes]], index_key: bytes, *, of: ListOf
) -> dict[int, CheckedRow]:
    """Strikes these addresses out of a list that is not applied yet: the rows that named one, by position, without it."""
    found: dict[int, CheckedRow] = {}
    for position, row in enumerate(rows):
        changes: dict[str, object] = {}
        for cell in row.cells:
            channel = _CHANNELS.get(cell.field, "")
            kept = _kept(cell.values, channel, hashes.get(channel, ()), index_key)
            if len(kept) < len(cell.values):
                changes[cell.heading] = "; ".join(kept)
        if changes:
            found[position] = recheck_row(row, changes, of=of)
    return found


def _kept(values: Iterable[str], channel: str, hashes: Collection[bytes], index_key: bytes) -> list[str]:
    return [value for value in values if not hashes or address_hash(index_key, channel, value) not in hashes]
