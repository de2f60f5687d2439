"""People put in or corrected one by one, between two lists.
The next list takes them as it takes all others: named again or ended.

Each of these holds the unit's lists meanwhile, so that no list is applied or undone half-way through.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences.select import joined_as_sets
from contact_registry.classes.in_sheets import grade_of
from contact_registry.errors import AddressTaken
from contact_registry.headings.meanings import ListOf, Role, fold
from contact_registry.present.applying import lock_lists
from contact_registry.sealing.keys import DataKey

_LIVE = "unit_id = :unit AND ended_by IS NULL"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """`addresses`: by channel. `name`: of staff. `class_name` and `pupil`: of the child a parent stands beside."""

    audience: ListOf
    role: Role
    addresses: Mapping[str, str] = field(repr=False)
    language: str = "vi"
    name: str | None = field(default=None, repr=False)
    class_name: str | None = None
    pupil: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Added:
    """`is_new`: False where the address was on the list and only what was missing was added beside it."""

    contact: UUID
    is_new: bool


async def add_person(
    conn: AsyncConnection, person: NewPerson, hashes: Mapping[str, bytes], data_key: DataKey, *, school_year: str
) -> Added:
    """Puts a person on the unit's present list. `hashes`: of the addresses, by channel. One address stays one contact.

    Raises `AddressTaken` where the addresses belong to two contacts.
    """
    unit_id = data_key.unit_id
    await lock_lists(conn, unit_id)
    known = await _owners(conn, unit_id, person.audience, hashes)
    if len(set(known.values())) > 1:
        raise AddressTaken
    contact = next(iter(known.values()), None)
    is_new = contact is None
    if contact is None:
        made = await conn.execute(
            text(
                "INSERT INTO contacts (unit_id, audience, role, language, school_year, public_id, name_sealed, data_key_id)"
                " VALUES (:unit, :audience, :role, :language, :year, :public, CAST(:name AS bytea), CAST(:key AS bigint))"
                " RETURNING id"
            ),
            {
                "unit": unit_id,
                "audience": person.audience,
                "role": person.role,
                "language": person.language,
                "year": school_year,
                "public": uuid4(),
                "name": data_key.seal(person.name, "name") if person.name else None,
                "key": data_key.id if person.name else None,
            },
        )
        contact = made.scalar_one()
    else:  # said to be there this year, as a list that names them would say it
        await conn.execute(
            text("UPDATE contacts SET school_year = :year WHERE unit_id = :unit AND id = :id"),
            {"year": school_year, "unit": unit_id, "id": contact},
        )
    for channel, address in person.addresses.items():
        if channel not in known:
            await _insert_point(conn, contact, person.audience, channel, address, hashes[channel], data_key)
    if person.class_name:
        await _enrol(conn, contact, person, data_key, school_year=school_year)
    public = await conn.execute(
        text("SELECT public_id FROM contacts WHERE unit_id = :unit AND id = :id"), {"unit": unit_id, "id": contact}
    )
    return Added(UUID(str(public.scalar_one())), is_new)


async def _owners(conn: AsyncConnection, unit_id: int, audience: str, hashes: Mapping[str, bytes]) -> dict[str, int]:
    """The present contact that has the address, by channel."""
    rows = await conn.execute(
        text(
            "SELECT p.channel, p.contact_id FROM contact_points p"
            " JOIN unnest(CAST(:channels AS text[]), CAST(:hashes AS bytea[])) AS a (channel, hash)"
            "   ON p.channel = a.channel AND p.address_hash = a.hash"
            " WHERE p.unit_id = :unit AND p.audience = :audience AND p.ended_by IS NULL"
        ),
        {"unit": unit_id, "audience": audience, "channels": list(hashes), "hashes": list(hashes.values())},
    )
    return {row.channel: row.contact_id for row in rows}


async def _insert_point(
    conn: AsyncConnection, contact: int, audience: str, channel: str, address: str, hashed: bytes, data_key: DataKey
) -> None:
    await conn.execute(
        text(
            "INSERT INTO contact_points (unit_id, contact_id, audience, channel, address_hash, address_sealed, data_key_id)"
            " VALUES (:unit, :contact, :audience, :channel, :hash, :sealed, :key)"
        ),
        {
            "unit": data_key.unit_id,
            "contact": contact,
            "audience": audience,
            "channel": channel,
            "hash": hashed,
            "sealed": data_key.seal(address, channel),
            "key": data_key.id,
        },
    )


async def _enrol(conn: AsyncConnection, contact: int, person: NewPerson, data_key: DataKey, *, school_year: str) -> None:
    """The child beside the contact, unless it stands there. Names are sealed, so the few of the class are opened."""
    class_name, pupil = person.class_name or "", person.pupil or ""
    rows = await conn.execute(
        text(
            f"SELECT id, contact_id, data_key_id, pupil_sealed FROM enrolments WHERE {_LIVE}"
            " AND lower(class_name) = lower(:class) AND (contact_id = :contact OR contact_id IS NULL)"
        ),
        {"unit": data_key.unit_id, "class": class_name, "contact": contact},
    )
    # A name under a key that was since retired is left as it is: the next list settles it.
    same = [
        row
        for row in rows
        if row.data_key_id in (None, data_key.id)
        and fold(data_key.unseal(row.pupil_sealed, "name") if row.pupil_sealed else "") == fold(pupil)
    ]
    if any(row.contact_id is not None for row in same):
        return
    if pupil:  # stood there with nobody to write to
        await conn.execute(
            text(f"DELETE FROM enrolments WHERE {_LIVE} AND id = ANY (CAST(:ids AS bigint[]))"),
            {"unit": data_key.unit_id, "ids": [row.id for row in same]},
        )
    await conn.execute(
        text(
            "INSERT INTO enrolments (unit_id, contact_id, school_year, grade, class_name, pupil_sealed, data_key_id)"
            " VALUES (:unit, :contact, :year, :grade, :class, CAST(:pupil AS bytea), CAST(:key AS bigint))"
        ),
        {
            "unit": data_key.unit_id,
            "contact": contact,
            "year": school_year,
            "grade": grade_of(class_name),
            "class": class_name,
            "pupil": data_key.seal(pupil, "name") if pupil else None,
            "key": data_key.id if pupil else None,
        },
    )


async def change_person(conn: AsyncConnection, unit_id: int, contact: int, *, role: str | None, language: str | None) -> bool:
    """Changes a present contact's role or language; None leaves it. Returns False, and changes nothing, for a role of the other
    list.
    """
    changed = await conn.execute(
        text(
            "UPDATE contacts"
            " SET role = coalesce(CAST(:role AS text), role), language = coalesce(CAST(:language AS text), language)"
            f" WHERE {_LIVE} AND id = :id AND (CAST(:role AS text) IS NULL OR (:role = 'staff') = (audience = 'staff'))"
        ),
        {"unit": unit_id, "id": contact, "role": role, "language": language},
    )
    return changed.rowcount > 0


async def correct_address(
    conn: AsyncConnection, contact: int, channel: str, address: str, hashed: bytes, data_key: DataKey, *, was: bytes | None
) -> bool:
    """Sets the contact's address on a channel; returns False if they were erased meanwhile. `was`: the hash of the one it had
    there; None: it had none.

    The wrong one is not kept: it may be a stranger's. Raises `AddressTaken`.
    """
    await lock_lists(conn, data_key.unit_id)
    audience = (
        await conn.execute(
            text("SELECT audience FROM contacts WHERE unit_id = :unit AND id = :id"), {"unit": data_key.unit_id, "id": contact}
        )
    ).scalar_one_or_none()
    if audience is None:
        return False
    owner = (await _owners(conn, data_key.unit_id, audience, {channel: hashed})).get(channel)
    if owner not in (None, contact):
        raise AddressTaken
    if was is not None and (was == hashed or owner == contact):  # nothing new, or one of two that turned out to be one
        await conn.execute(
            text(
                f"DELETE FROM contact_points WHERE {_LIVE} AND contact_id = :contact AND channel = :channel"
                " AND address_hash = :was AND address_hash <> :hash"
            ),
            {"unit": data_key.unit_id, "contact": contact, "channel": channel, "was": was, "hash": hashed},
        )
    elif was is not None:
        await conn.execute(
            text(
                "UPDATE contact_points SET address_hash = :hash, address_sealed = :sealed, data_key_id = :key"
                f" WHERE {_LIVE} AND contact_id = :contact AND channel = :channel AND address_hash = :was"
            ),
            {
                "unit": data_key.unit_id,
                "contact": contact,
                "channel": channel,
                "was": was,
                "hash": hashed,
                "sealed": data_key.seal(address, channel),
                "key": data_key.id,
            },
        )
    elif owner is None:
        await _insert_point(conn, contact, audience, channel, address, hashed, data_key)
    return True


async def confirm_present(conn: AsyncConnection, unit_id: int, *, of: ListOf, classes: Sequence[str], school_year: str) -> int:
    """Says of present contacts (of these classes, as the list writes them;
    none: all) that they are still right in this school year; how many there are.
    """
    await lock_lists(conn, unit_id)
    of_class = f"AND id IN (SELECT contact_id FROM enrolments WHERE {_LIVE} AND class_name = ANY (CAST(:classes AS text[])))"
    asked = {"unit": unit_id, "of": of, "year": school_year} | ({"classes": list(classes)} if classes else {})
    async with joined_as_sets(conn):
        confirmed = await conn.execute(
            text(f"UPDATE contacts SET school_year = :year WHERE {_LIVE} AND audience = :of {of_class if classes else ''}"), asked
        )
    return confirmed.rowcount


async def present_addresses(conn: AsyncConnection, unit_id: int, channel: str, *, classes: Sequence[str]) -> list[bytes]:
    """Lists the keyed hashes of the parents of these classes, as the list writes them, each once."""
    async with joined_as_sets(conn):
        found = await conn.execute(
            text(
                "SELECT DISTINCT p.address_hash FROM contact_points p JOIN enrolments e ON e.contact_id = p.contact_id"
                " WHERE p.unit_id = :unit AND p.channel = :channel AND p.ended_by IS NULL"
                "   AND e.unit_id = :unit AND e.ended_by IS NULL AND e.class_name = ANY (CAST(:classes AS text[]))"
            ),
            {"unit": unit_id, "channel": channel, "classes": list(classes)},
        )
    return [bytes(each) for each in found.scalars()]
