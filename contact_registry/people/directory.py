"""A unit's present list, asked: who is on it. Names are sealed,
so a search by name opens that one unit's in memory and forgets them.

Every statement names the unit: row-level security is the second lock, not the first.
"""

import asyncio
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.addresses.masking import masked, masked_name
from contact_registry.audiences.select import joined_as_sets
from contact_registry.classes.keys import in_order
from contact_registry.sealing.keys import DataKey, MasterKey, data_keys

_NAME = "name"


class _Letters(dict[int, str]):
    """Each letter without its marks, other signs as spaces; worked out once a letter, so that folding a name is one C call."""

    def __missing__(self, code: int) -> str:
        bare = unicodedata.normalize("NFD", "d" if code == ord("đ") else chr(code))
        plain = "".join(c for c in bare if not unicodedata.combining(c))
        self[code] = plain if not plain or plain.isalnum() else " "
        return self[code]


_PLAIN = _Letters()


def fold_name(name: str) -> list[str]:
    """Splits a name into its words, lower case and without diacritics, in whatever form it was typed."""
    return name.lower().translate(_PLAIN).split()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; everything given must hold. `addresses`: channel and keyed hash. `name`: words in any order, with or
    without diacritics, each the beginning of a word of the name.
    """

    name: str | None = None
    addresses: tuple[tuple[str, bytes], ...] = ()
    class_name: str | None = None
    grade: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class ListedPupil:
    name: str = field(repr=False)
    class_name: str
    grade: str | None


@dataclass(frozen=True, slots=True)
class StandingConsent:
    basis: str
    proof: str
    given_on: date


@dataclass(frozen=True, slots=True)
class ListedAddress:
    """`suppressed`: the reasons why the unit does not write to it, if any."""

    channel: str
    address: str = field(repr=False)
    suppressed: tuple[str, ...]
    consent: StandingConsent | None


@dataclass(frozen=True, slots=True)
class ListedContact:
    """A contact of the present list, opened. `name`: of staff; a parent is known by the pupils."""

    id: UUID
    audience: str
    role: str
    language: str
    school_year: str | None
    name: str | None = field(repr=False)
    pupils: tuple[ListedPupil, ...]
    addresses: tuple[ListedAddress, ...]

    def masked(self) -> "ListedContact":
        """Masks names and addresses, for a list."""
        return replace(
            self,
            name=self.name and masked_name(self.name),
            pupils=tuple(replace(pupil, name=masked_name(pupil.name)) for pupil in self.pupils),
            addresses=tuple(replace(each, address=masked(each.channel, each.address)) for each in self.addresses),
        )


async def find_contacts(conn: AsyncConnection, master: MasterKey, unit_id: int, wanted: Wanted) -> dict[UUID, int]:
    """Finds who of the unit's present list is `wanted`: inner ids by public one, by class and in the order of the list."""
    asked: dict[str, Any] = {"unit": unit_id, "audience": wanted.audience, "class": wanted.class_name, "grade": wanted.grade}
    pupils = (
        "e.unit_id = :unit AND e.ended_by IS NULL"
        " AND (CAST(:class AS text) IS NULL OR lower(e.class_name) = lower(:class))"
        " AND (CAST(:grade AS text) IS NULL OR lower(e.grade) = lower(:grade))"
    )
    people = "c.unit_id = :unit AND c.ended_by IS NULL AND (CAST(:audience AS text) IS NULL OR c.audience = :audience)"
    of_class = "" if wanted.class_name is None and wanted.grade is None else "AND e.contact_id IS NOT NULL"
    with_addresses = ""
    for n, (channel, hashed) in enumerate(wanted.addresses):
        asked |= {f"channel{n}": channel, f"hash{n}": hashed}
        with_addresses += (
            " AND c.id IN (SELECT p.contact_id FROM contact_points p"
            " WHERE p.unit_id = :unit AND p.audience IN ('parents', 'staff')"
            f" AND p.channel = :channel{n} AND p.address_hash = :hash{n} AND p.ended_by IS NULL)"
        )
    if wanted.name is not None:
        opened = await conn.execute(
            text(
                f"SELECT e.contact_id, e.data_key_id, e.pupil_sealed FROM enrolments e WHERE {pupils}"
                "   AND e.contact_id IS NOT NULL AND e.pupil_sealed IS NOT NULL"
                " UNION ALL SELECT c.id, c.data_key_id, c.name_sealed FROM contacts c"
                f" WHERE {people} AND c.name_sealed IS NOT NULL"
            ),
            asked,
        )
        sealed = [tuple(row) for row in opened]
        keys = await data_keys(conn, master, {key for _, key, _ in sealed})
        asked["named"] = await asyncio.to_thread(_named, sealed, keys, wanted.name)
        if not asked["named"]:
            return {}
        people += " AND c.id = ANY (CAST(:named AS bigint[]))"
    async with joined_as_sets(conn):  # right after an import: 10,000 contacts took 15 s row by row
        found = await conn.execute(
            text(
                "SELECT c.public_id, c.id, e.class_name FROM contacts c LEFT JOIN ("
                f"  SELECT e.contact_id, min(e.class_name) AS class_name FROM enrolments e WHERE {pupils} GROUP BY 1"
                f" ) e ON e.contact_id = c.id WHERE {people} {of_class}{with_addresses} ORDER BY c.id"
            ),
            asked,
        )
    listed = sorted(found, key=lambda row: (row.class_name is None, in_order(row.class_name or "")))
    return {row.public_id: row.id for row in listed}


def _named(sealed: Sequence[tuple[Any, ...]], keys: Mapping[int, DataKey], name: str) -> list[int]:
    words = [f" {word}" for word in fold_name(name)]
    found: set[int] = set()
    for contact, key, written in sealed if words else ():
        folded = " ".join(["", *fold_name(keys[key].unseal(written, _NAME))])
        if all(word in folded for word in words):
            found.add(contact)
    return sorted(found)


async def load_contacts(conn: AsyncConnection, master: MasterKey, unit_id: int, ids: Iterable[int]) -> list[ListedContact]:
    """Loads and opens these contacts of the unit, in this order. For one page or one person."""
    wanted = list(ids)
    asked = {"unit": unit_id, "ids": wanted}
    beside = "unit_id = :unit AND contact_id = ANY (CAST(:ids AS bigint[])) AND ended_by IS NULL"
    people = {
        row.id: row
        for row in await conn.execute(
            text(
                "SELECT id, public_id, audience, role, language, school_year, data_key_id, name_sealed FROM contacts"
                " WHERE unit_id = :unit AND id = ANY (CAST(:ids AS bigint[]))"
            ),
            asked,
        )
    }
    pupils = (
        await conn.execute(
            text(f"SELECT contact_id, class_name, grade, data_key_id, pupil_sealed FROM enrolments WHERE {beside} ORDER BY id"),
            asked,
        )
    ).all()
    pupils = sorted(pupils, key=lambda row: in_order(row.class_name or ""))
    points = (
        await conn.execute(
            text(
                "SELECT p.contact_id, p.channel, p.data_key_id, p.address_sealed, s.reasons, g.basis, g.proof, g.given_on"
                f" FROM (SELECT * FROM contact_points WHERE {beside}) p"
                " LEFT JOIN LATERAL (SELECT array_agg(reason ORDER BY reason) AS reasons FROM suppressions s"
                "   WHERE s.unit_id = p.unit_id AND s.channel = p.channel AND s.address_hash = p.address_hash) s ON true"
                " LEFT JOIN consents g ON g.unit_id = p.unit_id AND g.channel = p.channel AND g.address_hash = p.address_hash"
                "   AND g.withdrawn_at IS NULL"
                " ORDER BY p.channel DESC, p.id"
            ),
            asked,
        )
    ).all()
    key_ids = {row.data_key_id for row in (*people.values(), *pupils, *points) if row.data_key_id is not None}
    keys = await data_keys(conn, master, key_ids)

    def opened(row: Any, sealed: bytes | None, purpose: str) -> str:
        return keys[row.data_key_id].unseal(sealed, purpose) if sealed else ""

    return [
        ListedContact(
            UUID(str(row.public_id)),
            row.audience,
            row.role,
            row.language,
            row.school_year,
            opened(row, row.name_sealed, _NAME) or None,
            tuple(
                ListedPupil(opened(each, each.pupil_sealed, _NAME), each.class_name, each.grade)
                for each in pupils
                if each.contact_id == row.id
            ),
            tuple(
                ListedAddress(
                    each.channel,
                    opened(each, each.address_sealed, each.channel),
                    tuple(each.reasons or ()),
                    StandingConsent(each.basis, each.proof, each.given_on) if each.basis else None,
                )
                for each in points
                if each.contact_id == row.id
            ),
        )
        for row in (people[inner] for inner in wanted if inner in people)
    ]
