"""Which class or grade of the present lists a person means, however they write it. The one rule for lists and for audiences.

`lớp 6A1`, `Lop 6 A1`, `6 a1` and `6A1` are one class, and so are `6/1`, `6.1` and `6-1`; `Khối 6`, `khoi 6`, `K6` and `6` are one
grade. Đ and D are two classes of every larger school and never the same. Other marks count only where a school tells two classes
apart by them.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz.distance import JaroWinkler
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences.standing import Audience, of_units
from contact_registry.classes.in_sheets import without_addresses
from contact_registry.classes.keys import ALIKE, class_key, in_order
from contact_registry.models import enrolments
from contact_registry.plain_text import clean, one_line

_NEAREST = 5
_SAYS_GRADE = re.compile(r"(?:(?:ca|toan|toan bo|tat ca) )*(?:khoi(?: lop)?|grade|k(?=\s?\d))[\s:._-]*(?=.)")
_NUMBER = re.compile(r"\d+")


def _bare(key: str) -> str:
    """Without marks: `lá1` → `la1`. Đ is a letter of its own and stays."""
    apart = unicodedata.normalize("NFD", key)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))


def grade_key(name: str) -> str:
    """Makes the key by which grades are compared: `Khối 6`, `K6`, `lớp 6`, `06` → `6`; `khoi la`, `Lá` → `la`."""
    written = _bare(clean(name).lower().translate(ALIKE)).strip()
    return class_key(_SAYS_GRADE.sub("", written, count=1))


def _says_grade(name: str) -> bool:
    return _SAYS_GRADE.match(_bare(clean(name).lower())) is not None


@dataclass(frozen=True, slots=True)
class ListedClass:
    """A class of a unit's present list, as the list writes it."""

    unit_id: int
    name: str
    grade: str | None


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name no present list has: `field` and place of it in the audience, and what comes nearest, the nearest first."""

    field: Literal["classes", "grades"]
    place: int
    of: Literal["class", "grade"]
    named: str
    nearest: tuple[str, ...]


class ListedClasses:
    """The classes and grades of present lists, asked by whatever name somebody gives them."""

    def __init__(self, rows: Iterable[ListedClass]) -> None:
        self.rows = tuple(rows)
        self._keys: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))  # bare key → key → spellings
        told_apart: dict[tuple[int, str], set[str]] = defaultdict(set)
        for row in self.rows:
            if not (key := class_key(row.name)):
                continue
            self._keys[_bare(key)][key].add(row.name)
            told_apart[row.unit_id, _bare(key)].add(key)
        self._by_marks = {bare for (_, bare), keys in told_apart.items() if len(keys) > 1}
        self._grades: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            if row.grade:
                self._grades[grade_key(row.grade)].add(row.grade)

    def classes(self, written: str) -> tuple[str, ...]:
        """Returns the lists' own spellings of the class that is meant by `written`; empty where no list has it."""
        key = class_key(written)
        found = self._keys.get(_bare(key), {})
        if _bare(key) in self._by_marks:
            found = {key: found[key]} if key in found else {}
        return tuple(sorted(set().union(*found.values()), key=lambda name: (class_key(name) != key, in_order(name), name)))

    def grades(self, written: str) -> tuple[str, ...]:
        """Returns the lists' own spellings of the grade that is meant by `written`; empty where no list has it."""
        return tuple(sorted(self._grades.get(grade_key(written), ()), key=in_order))

    def nearest_classes(self, written: str) -> tuple[str, ...]:
        """Returns the classes most like `written`, the likest first, one spelling of each."""
        names = {key: min(spellings) for of_bare in self._keys.values() for key, spellings in of_bare.items()}
        return _nearest(class_key(written), names)

    def nearest_grades(self, written: str) -> tuple[str, ...]:
        return _nearest(grade_key(written), {key: min(spellings) for key, spellings in self._grades.items()})

    def as_listed(self, audience: Audience) -> "AsListed":
        """Spells `audience` as the lists do. A grade that is named among the classes ("Khối 6") is taken for the grade."""
        named, spelled = _Names(), _Names()
        unknown: list[UnknownName] = []
        for place, written in enumerate(audience.classes):
            if found := self.classes(written):
                named.classes.append(found[0])
                spelled.classes.extend(found)
            elif _says_grade(written):
                self._grade(written, "classes", place, named, spelled, unknown)
            else:
                unknown.append(UnknownName("classes", place, "class", shown(written), self.nearest_classes(written)))
                spelled.classes.append(written)
        for place, written in enumerate(audience.grades):
            self._grade(written, "grades", place, named, spelled, unknown)
        return AsListed(spelled.of(audience), named.of(audience), tuple(unknown))

    def _grade(
        self,
        written: str,
        field: Literal["classes", "grades"],
        place: int,
        named: "_Names",
        spelled: "_Names",
        unknown: list[UnknownName],
    ) -> None:
        if found := self.grades(written):
            named.grades.append(found[0])
            spelled.grades.extend(found)
        else:
            unknown.append(UnknownName(field, place, "grade", shown(written), self.nearest_grades(written)))
            spelled.grades.append(written)

    def lacking(self, name: str, of: Literal["class", "grade"]) -> frozenset[int]:
        """Returns the units that have a list but no class or grade `name`."""
        spelled = set(self.classes(name) if of == "class" else self.grades(name))
        having = {row.unit_id for row in self.rows if (row.name if of == "class" else row.grade) in spelled}
        return frozenset({row.unit_id for row in self.rows} - having)


@dataclass(slots=True)
class _Names:
    classes: list[str]
    grades: list[str]

    def __init__(self) -> None:
        self.classes, self.grades = [], []

    def of(self, audience: Audience) -> Audience:
        return replace(audience, classes=tuple(dict.fromkeys(self.classes)), grades=tuple(dict.fromkeys(self.grades)))


@dataclass(frozen=True, slots=True)
class AsListed:
    """`spelled`: every spelling of what is meant, to ask the lists with; `named`: each class and grade once, to keep and to show.

    What is `unknown` stays in `spelled` as it was written and finds nobody: an audience without a class would be everybody.
    """

    spelled: Audience
    named: Audience
    unknown: tuple[UnknownName, ...]


def shown(written: str) -> str:
    """Makes a class's name fit to be repeated in a refusal: without a number or an address that somebody typed there."""
    return without_addresses(one_line(written))


def _nearest(key: str, names: Mapping[str, str]) -> tuple[str, ...]:
    likest = sorted(names, key=lambda each: (-round(JaroWinkler.similarity(_bare(key), _bare(each)), 6), in_order(each)))
    return tuple(names[each] for each in likest[:_NEAREST])


async def listed_classes(conn: AsyncConnection, unit_ids: Iterable[int]) -> ListedClasses:
    """Loads the classes of these units' present lists. The transaction acts for one of them, or reads below it."""
    pupil = enrolments.c
    rows = await conn.execute(
        select(pupil.unit_id, pupil.class_name, pupil.grade)
        .where(pupil.unit_id == of_units(tuple(unit_ids)), pupil.ended_by.is_(None))
        .distinct()
    )
    return ListedClasses(ListedClass(row.unit_id, row.class_name, row.grade) for row in rows)
