"""People put in, changed and corrected one by one, and a list said to be still right in a new school year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.classes import without_addresses
from contact_registry.errors import AddressTaken
from contact_registry.headings import ListOf, Role
from contact_registry.people import Added, NewPerson, add_person, addresses_of, change_person, confirm_present, correct_address
from contact_registry.sealing import MasterKey, current_data_key
from service.actors import Actor
from service.audit import Action, Detail, Subject, note_event
from service.clock import school_year_of
from service.contacts.consenting import require_classes
from service.contacts.people import ContactPlace
from service.contacts.typed import FIELDS, read_typed
from service.errors import Conflict, FieldError, Invalid, NotFound
from service.text_rules import one_line
from service.units import Unit

_FIELD_OF = {channel: name for name, channel in FIELDS.items()}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as typed in. Parents stand beside a class and perhaps a pupil; staff have a name."""

    audience: ListOf
    role: Role
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    class_name: str | None = None
    pupil: str | None = field(default=None, repr=False)
    name: str | None = field(default=None, repr=False)
    language: str = "vi"


async def add_by_hand(
    conn: AsyncConnection, actor: Actor, *, unit_id: int, person: Person, master: MasterKey, now: datetime
) -> Added:
    """Puts a person on the unit's present list. Whoever has the address there already gets what is new: another child, an email.

    The transaction acts for the unit. Raises `Forbidden`, `Invalid("request.invalid")`, `Conflict("contact.address_taken")`.
    """
    actor.require("contacts:write")
    class_name = one_line(person.class_name or "")
    wrong = []
    if (person.role == "staff") != (person.audience == "staff"):
        wrong.append(FieldError("role", "contact.role_of_audience"))
    if person.phone is None and person.email is None:
        wrong.append(FieldError("phone", "contact.address_needed"))
    if person.audience == "parents" and not class_name:
        wrong.append(FieldError("class", "field.missing"))
    elif without_addresses(class_name) != class_name:  # a class is kept in the open
        wrong.append(FieldError("class", "field.invalid"))
    if wrong:
        raise Invalid("request.invalid", fields=tuple(wrong))
    typed = await read_typed(conn, master, {"phone": person.phone, "email": person.email})
    parents = person.audience == "parents"
    try:
        added = await add_person(
            conn,
            NewPerson(
                person.audience,
                person.role,
                {channel: address for channel, (address, _) in typed.items()},
                person.language,
                name=None if parents else one_line(person.name or "") or None,
                class_name=class_name if parents else None,
                pupil=one_line(person.pupil or "") if parents else None,
            ),
            {channel: hashed for channel, (_, hashed) in typed.items()},
            await current_data_key(conn, master, unit_id),
            school_year=school_year_of(now),
        )
    except AddressTaken:
        raise Conflict("contact.address_taken") from None
    await _note(
        conn, actor, unit_id, added.contact, Action.CONTACT_ADDED, now, {"new": added.is_new, "audience": person.audience}
    )
    return added


async def change_by_hand(
    conn: AsyncConnection, actor: Actor, *, place: ContactPlace, role: Role | None, language: str | None, now: datetime
) -> None:
    """Gives a contact another role or language. The transaction acts for its unit.

    Raises `Forbidden`, `Invalid("request.invalid")`.
    """
    actor.require("contacts:write")
    if not await change_person(conn, place.unit_id, place.id, role=role, language=language):
        raise Invalid("request.invalid", fields=(FieldError("role", "contact.role_of_audience"),))
    changed: Mapping[str, str] = {name: value for name, value in (("role", role), ("language", language)) if value is not None}
    await _note(conn, actor, place.unit_id, place.public_id, Action.CONTACT_CHANGED, now, dict(changed))


async def correct_by_hand(
    conn: AsyncConnection,
    actor: Actor,
    *,
    place: ContactPlace,
    channel: str,
    address: str,
    was: str | None,
    master: MasterKey,
    now: datetime,
) -> None:
    """Sets a contact's number or email; the wrong one is not kept. `was`: which, where there are several.

    The transaction acts for the contact's unit. Raises `Forbidden`, `Invalid("request.invalid")`, `Conflict` with
    `contact.address_taken`, `contact.several_addresses` or `contact.no_such_address` (`was` is none of theirs),
    `NotFound("contact.unknown")` if they were erased meanwhile.
    """
    actor.require("contacts:write")
    try:
        new, hashed = (await read_typed(conn, master, {_FIELD_OF[channel]: address}))[channel]
        old = (await read_typed(conn, master, {_FIELD_OF[channel]: was}))[channel][1] if was is not None else None
    except Invalid as wrong:
        raise Invalid(wrong.code, fields=tuple(FieldError("address", each.code) for each in wrong.fields)) from None
    has = (await addresses_of(conn, place.unit_id, place.id, channel)).get(channel, [])
    if old is None and len(has) > 1:
        raise Conflict("contact.several_addresses")
    if old is not None and old not in has:
        raise Conflict("contact.no_such_address")
    key = await current_data_key(conn, master, place.unit_id)
    try:
        there = await correct_address(conn, place.id, channel, new, hashed, key, was=old or next(iter(has), None))
    except AddressTaken:
        raise Conflict("contact.address_taken") from None
    if not there:
        raise NotFound("contact.unknown")
    await _note(conn, actor, place.unit_id, place.public_id, Action.CONTACT_CORRECTED, now, {"channel": channel})


async def confirm_list(
    conn: AsyncConnection, actor: Actor, *, unit: Unit, audience: ListOf, classes: Sequence[str], now: datetime
) -> int:
    """Says that the present contacts (of these classes, none: all) are right in this school year, too; how many they are.

    The transaction acts for the unit. Raises `Forbidden`, `Invalid("request.invalid")` for a class the list does not have.
    """
    actor.require("contacts:write")
    classes = await require_classes(conn, unit.id, classes)
    year = school_year_of(now)
    confirmed = await confirm_present(conn, unit.id, of=audience, classes=classes, school_year=year)
    await note_event(
        conn,
        actor,
        Subject(unit.id, "unit", unit.code),
        Action.CONTACTS_CONFIRMED,
        now,
        audience=audience,
        classes=list(classes),
        school_year=year,
        contacts=confirmed,
    )
    return confirmed


async def _note(
    conn: AsyncConnection,
    actor: Actor,
    unit_id: int,
    contact: UUID,
    action: Action,
    now: datetime,
    details: Mapping[str, Detail],
) -> None:
    await note_event(conn, actor, Subject(unit_id, "contact", contact), action, now, **details)
