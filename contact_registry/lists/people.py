"""From rows to people: one number is one contact, whatever the number of children.

An email on its own row with a phone belongs to that phone's contact, provided the phone stands on every row the email stands
on: then nobody is written to about a class that is not their child's. Else the email is a contact of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from contact_registry.headings.meanings import Role
from contact_registry.lists.checked import CheckedRow


@dataclass(frozen=True, slots=True)
class Person:
    """`addresses`: (channel, address), the first leads. `rows`: positions in the list of the pupils they stand beside."""

    role: Role
    addresses: tuple[tuple[str, str], ...]
    rows: tuple[int, ...]


def people(rows: Sequence[CheckedRow]) -> list[Person]:
    """Lists everyone the rows name, in the order of the list."""
    phone_rows: dict[str, list[int]] = {}
    email_rows: dict[str, list[int]] = {}
    roles: dict[str, Role] = {}
    for position, row in enumerate(rows):
        for role, phone in row.phones:
            phone_rows.setdefault(phone, []).append(position)
            if roles.get(phone, "parent") == "parent":
                roles[phone] = role
        for email in row.emails:
            email_rows.setdefault(email, []).append(position)
    rows_of = {phone: frozenset(positions) for phone, positions in phone_rows.items()}
    owned: dict[str, list[str]] = {}
    alone: list[str] = []
    for email, positions in email_rows.items():
        beside = (phone for _, phone in rows[positions[0]].phones)
        owner = next((phone for phone in beside if rows_of[phone].issuperset(positions)), None)
        owned.setdefault(owner, []).append(email) if owner else alone.append(email)
    found = [
        Person(roles[phone], (("sms", phone), *(("email", e) for e in owned.get(phone, ()))), tuple(positions))
        for phone, positions in phone_rows.items()
    ]
    return found + [Person("parent", (("email", email),), tuple(email_rows[email])) for email in alone]
