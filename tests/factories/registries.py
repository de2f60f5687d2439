"""Small registries drawn by chance: schools that share numbers, suppressions at every level, consents,
staff, people who are gone.

`Drawn` is also the model: it says, in plain Python, who would be written to and who would not and why.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.factories.world import World

DEPARTMENT, OFFICE, OURS, THEIRS = "sgddt-dongnai", "vhxh-an-phuoc", "nbk-thcs", "lqd-th"
ABOVE = {
    DEPARTMENT: (DEPARTMENT,),
    OFFICE: (OFFICE, DEPARTMENT),
    OURS: (OURS, OFFICE, DEPARTMENT),
    THEIRS: (THEIRS, OFFICE, DEPARTMENT),
}
"""Every unit with those it stands below, itself first."""
CLASSES = {"6A1": "6", "6A2": "6", "7B": "7"}
ORDER = ("wrong_person", "invalid", "hard_bounce", "opt_out", "no_consent", "other")

Address = tuple[str, int]
_GIVEN = datetime(2026, 9, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """One contact. `ended`: gone with a list; `ended_points`: those of the addresses that are."""

    unit: str
    staff: bool
    addresses: tuple[Address, ...]
    classes: tuple[str, ...]
    ended: bool
    ended_points: bool


@dataclass(frozen=True)
class Asked:
    """Who sends what to whom."""

    unit: str
    units: tuple[str, ...]
    grades: tuple[str, ...]
    classes: tuple[str, ...]
    staff: bool
    channels: tuple[str, ...]
    urgency: str
    by_consent: bool
    parents: bool = True


@dataclass(frozen=True)
class Drawn:
    people: tuple[Person, ...]
    alone: tuple[tuple[str, str], ...]
    suppressed: frozenset[tuple[str, Address, str]]
    consented: frozenset[tuple[str, Address, bool]]

    def expected(self, asked: Asked) -> tuple[set[Address], Counter[str]]:
        """The addresses that are written to, and how many are left out for which reason."""
        lists = {unit for unit in ABOVE if set(ABOVE[unit]) & set(asked.units or (asked.unit,))}
        standings: dict[Address, list[str | None]] = {}
        left_out: Counter[str] = Counter()
        for person in self.people:
            if (
                person.ended
                or person.unit not in lists
                or not (asked.staff if person.staff else self._meant(person.classes, asked))
            ):
                continue
            live = [a for a in person.addresses if not person.ended_points and a[0] in asked.channels]
            left_out["no_address"] += not live
            for address in live:
                standings.setdefault(address, []).append(self._why_not(person.unit, address, asked))
        left_out["no_contact"] = sum(unit in lists and self._meant((name,), asked) for unit, name in self.alone)
        reached = {address for address, whys in standings.items() if None in whys}
        for address in standings.keys() - reached:
            left_out[min((why for why in standings[address] if why), key=ORDER.index)] += 1
        return reached, +left_out

    def unknown(self, asked: Asked) -> set[str]:
        """The classes and grades asked for that no list of the audience has."""
        named = {name for p in self.people if self._asked_of(p.unit, asked) for name in p.classes}
        named |= {name for unit, name in self.alone if self._asked_of(unit, asked)}
        return {*asked.classes, *asked.grades} - named - {CLASSES[name] for name in named}

    def people_reached(self, asked: Asked) -> tuple[int, int]:
        """How many people get it: at least (whoever shares an address is one), and at most (each list's entry is one)."""
        holders: dict[int, set[tuple[str, Address]]] = {}
        for n, person in enumerate(self.people):
            if person.ended or person.ended_points or not self._asked_of(person.unit, asked):
                continue
            if not (asked.staff if person.staff else self._meant(person.classes, asked)):
                continue
            own = {("", a) for a in person.addresses if a[0] in asked.channels and not self._why_not(person.unit, a, asked)}
            if own:
                holders[n] = own
        groups: list[set[tuple[str, Address]]] = []
        for own in holders.values():
            apart = [group for group in groups if not group & own]
            groups = [*apart, own.union(*(group for group in groups if group & own))]
        return len(groups), len(holders)

    @staticmethod
    def _asked_of(unit: str, asked: Asked) -> bool:
        return bool(set(ABOVE[unit]) & set(asked.units or (asked.unit,)))

    def _meant(self, classes: tuple[str, ...], asked: Asked) -> bool:
        named = asked.classes or asked.grades
        return asked.parents and (not named or any(name in asked.classes or CLASSES[name] in asked.grades for name in classes))

    def _why_not(self, unit: str, address: Address, asked: Asked) -> str | None:
        found = set()
        for by, what, reason in self.suppressed:
            if what == address and by in ABOVE[unit] and (reason != "opt_out" or asked.urgency == "advisory"):
                found.add("other" if by in ABOVE[asked.unit][1:] else reason)
        if asked.urgency == "advisory" and asked.by_consent and (unit, address, True) not in self.consented:
            found.add("no_consent")
        return min(found, key=ORDER.index, default=None)


_addresses = st.one_of(st.tuples(st.just("sms"), st.integers(0, 3)), st.tuples(st.just("email"), st.integers(0, 1)))
_lists = st.sampled_from([OFFICE, OURS, THEIRS])
_classes = st.sampled_from(sorted(CLASSES))


@st.composite
def registries(draw: st.DrawFn) -> Drawn:
    """Any number shared by anybody, as far as one list has it once."""
    taken: set[tuple[str, bool, Address]] = set()
    people = []
    for _ in range(draw(st.integers(0, 12))):
        unit, staff = draw(_lists), draw(st.integers(0, 3)) == 0
        ended = draw(st.integers(0, 5)) == 0
        ended_points = ended or draw(st.integers(0, 5)) == 0  # whoever is gone has no address
        addresses = tuple(
            address for address in draw(st.lists(_addresses, max_size=3, unique=True)) if (unit, staff, address) not in taken
        )
        if not ended_points:
            taken.update((unit, staff, address) for address in addresses)
        classes = () if staff else tuple(draw(st.lists(_classes, max_size=2, unique=True)))
        people.append(Person(unit, staff, addresses, classes, ended, ended_points))
    reasons = st.sampled_from(ORDER[:4])
    return Drawn(
        people=tuple(people),
        alone=tuple(draw(st.lists(st.tuples(_lists, _classes), max_size=3))),
        suppressed=draw(st.frozensets(st.tuples(st.sampled_from(list(ABOVE)), _addresses, reasons), max_size=12)),
        consented=draw(st.frozensets(st.tuples(_lists, _addresses, st.booleans()), max_size=8)),
    )


@st.composite
def audiences(draw: st.DrawFn) -> Asked:
    """Any audience a unit may name."""
    unit = draw(st.sampled_from([DEPARTMENT, OFFICE, OURS]))
    below = [each for each in ABOVE if unit in ABOVE[each]]
    only_staff = draw(st.integers(0, 4)) == 0
    return Asked(
        unit=unit,
        units=tuple(draw(st.lists(st.sampled_from(below), max_size=2, unique=True))),
        grades=() if only_staff else tuple(draw(st.lists(st.sampled_from(["6", "7"]), max_size=1))),
        classes=() if only_staff else tuple(draw(st.lists(_classes, max_size=2, unique=True))),
        staff=only_staff or draw(st.booleans()),
        parents=not only_staff,
        channels=draw(st.sampled_from([("sms",), ("email",), ("sms", "email"), ("sms", "email", "notice")])),
        urgency=draw(st.sampled_from(["advisory", "advisory", "urgent"])),
        by_consent=draw(st.booleans()),
    )


def hash_of(address: Address) -> bytes:
    return f"{address[0]}:{address[1]}".encode().ljust(16)


async def write_registry(conn: AsyncConnection, world: World, drawn: Drawn) -> None:
    """Replaces everything the registry holds, as the owner. The addresses are sealed with nothing:
    no counting or planning opens one.
    """
    await conn.execute(text("TRUNCATE contacts, contact_points, enrolments, suppressions, consents CASCADE"))
    keys = {row.unit_id: row.id for row in await conn.execute(text("SELECT unit_id, id FROM data_keys"))}
    accounts = {unit: world.actor(code).account_id for code, unit in world.units.items()}
    unit = world.units

    async def insert(table: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            names = list(rows[0])
            values = ", ".join(f":{name}" for name in names)
            await conn.execute(text(f"INSERT INTO {table} ({', '.join(names)}) OVERRIDING SYSTEM VALUE VALUES ({values})"), rows)

    imports = {
        of: (
            await conn.execute(
                text(
                    "INSERT INTO imports (unit_id, state, school_year, created_by) VALUES (:unit, 'applied', '2026-2027', :by)"
                    " RETURNING id"
                ),
                {"unit": of, "by": by},
            )
        ).scalar_one()
        for of, by in accounts.items()
    }
    people = list(enumerate(drawn.people, start=1))
    await insert(
        "contacts",
        [
            {
                "id": n,
                "unit_id": unit[p.unit],
                "audience": "staff" if p.staff else "parents",
                "role": "staff" if p.staff else "parent",
                "ended_by": imports[unit[p.unit]] if p.ended else None,
            }
            for n, p in people
        ],
    )
    await insert(
        "contact_points",
        [
            {
                "unit_id": unit[p.unit],
                "contact_id": n,
                "audience": "staff" if p.staff else "parents",
                "channel": address[0],
                "address_hash": hash_of(address),
                "address_sealed": b"sealed",
                "data_key_id": keys[unit[p.unit]],
                "ended_by": imports[unit[p.unit]] if p.ended_points else None,
            }
            for n, p in people
            for address in p.addresses
        ],
    )
    enrolled = [(unit[p.unit], n, name) for n, p in people for name in p.classes]
    await insert(
        "enrolments",
        [
            {"unit_id": of, "contact_id": n, "school_year": "2026-2027", "grade": CLASSES[name], "class_name": name}
            for of, n, name in [*enrolled, *((unit[of], None, name) for of, name in drawn.alone)]
        ],
    )
    await insert(
        "suppressions",
        [
            {"unit_id": unit[by], "channel": what[0], "address_hash": hash_of(what), "reason": reason}
            for by, what, reason in sorted(drawn.suppressed)
        ],
    )
    await insert(
        "consents",
        [
            {
                "unit_id": unit[by],
                "channel": what[0],
                "address_hash": hash_of(what),
                "basis": "consent",
                "proof": "meeting",
                "given_on": date(2026, 9, 5),
                "recorded_by": accounts[unit[by]],
                "recorded_at": _GIVEN,
                "withdrawn_at": None if stands else _GIVEN,
            }
            for by, what, stands in sorted(drawn.consented)
        ],
    )
