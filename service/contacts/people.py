"""Finding people of one unit's present list. What goes out is masked: enough to know somebody by, not enough to reach them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.people import ListedContact, Wanted, find_contacts, load_contacts
from contact_registry.sealing import MasterKey
from service.actors import Actor
from service.contacts.typed import read_typed
from service.errors import FieldError, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person is looked for by; what is None is not asked. `audience`: "parents" or "staff"."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None
    class_name: str | None = None
    grade: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class ContactPlace:
    """A contact's inside id, its unit, and the id it has outside."""

    id: int
    unit_id: int
    public_id: UUID


async def locate_contact(conn: AsyncConnection, public_id: UUID, *, ended_too: bool = False) -> ContactPlace:
    """Finds where a present contact is, as far as the transaction may see. `ended_too`: also one that a later list no longer
    has.

    Raises `NotFound("contact.unknown")`, also for another unit's.
    """
    found = await conn.execute(
        text(
            "SELECT id, unit_id FROM contacts WHERE public_id = :id AND (:ended OR ended_by IS NULL)"
            # The index begins with the unit.
            " AND unit_id = ANY (ARRAY(SELECT descendant_id FROM unit_closure WHERE ancestor_id = loa_unit()))"
        ),
        {"id": public_id, "ended": ended_too},
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("contact.unknown")
    return ContactPlace(row.id, row.unit_id, public_id)


async def search_people(
    conn: AsyncConnection, actor: Actor, *, unit_id: int, asked: Asked, after: UUID | None, limit: int, master: MasterKey
) -> tuple[list[ListedContact], UUID | None]:
    """Returns one page of the unit's present contacts, masked, and where the next begins, if there is one. The transaction acts
    for the unit.

    Raises `Forbidden`, `Invalid("request.invalid")` with the code of what is wrong with a number, and `Invalid("request.cursor")`
    where the last of the page before is no longer there.
    """
    actor.require("contacts:read")
    typed = await read_typed(conn, master, {"phone": asked.phone, "email": asked.email})
    addresses = tuple((channel, hashed) for channel, (_, hashed) in typed.items())
    wanted = Wanted(asked.name, addresses, asked.class_name, asked.grade, asked.audience)
    ids = await find_contacts(conn, master, unit_id, wanted)
    everybody = list(ids)
    start = 0
    if after is not None:
        if after not in everybody:
            raise Invalid("request.cursor", fields=(FieldError("cursor", "request.cursor"),))
        start = everybody.index(after) + 1
    page = everybody[start : start + limit]
    listed = await load_contacts(conn, master, unit_id, [ids[each] for each in page])
    return [each.masked() for each in listed], page[-1] if start + limit < len(everybody) else None


async def read_person(conn: AsyncConnection, actor: Actor, *, place: ContactPlace, master: MasterKey) -> ListedContact:
    """Returns one contact, masked. The transaction acts for its unit. Raises `Forbidden`."""
    actor.require("contacts:read")
    (listed,) = await load_contacts(conn, master, place.unit_id, [place.id])
    return listed.masked()


# Twice, because what is present is found by its hash and what ended by the list that ended it.
_POINTS = "FROM contact_points WHERE unit_id = :unit AND channel = :channel AND address_hash = :hash"


async def with_address(conn: AsyncConnection, *, unit_id: int, phone: str | None, email: str | None, master: MasterKey) -> UUID:
    """Finds whoever of the unit has this address, or had it last. Raises `NotFound("contact.unknown")`,
    `Invalid("request.invalid")`.
    """
    for channel, (_, hashed) in (await read_typed(conn, master, {"phone": phone, "email": email})).items():
        found = await conn.execute(
            text(
                f"SELECT c.public_id FROM (SELECT * {_POINTS} AND audience IN ('parents', 'staff') AND ended_by IS NULL UNION ALL"
                f" SELECT * {_POINTS} AND ended_by IN (SELECT id FROM imports WHERE unit_id = :unit)) p"
                " JOIN contacts c ON c.id = p.contact_id ORDER BY p.ended_by DESC NULLS FIRST, p.id DESC LIMIT 1"
            ),
            {"unit": unit_id, "channel": channel, "hash": hashed},
        )
        if (row := found.one_or_none()) is not None:
            return UUID(str(row.public_id))
    raise NotFound("contact.unknown")
