"""Who is meant, and whether they may be written to: the one SELECT that counting,
planning and every list of those left out stand on.

A suppression holds for the list of the unit it was made at and for every list below that unit. Those of units above the acting
one come through a door, without their reasons: row-level security hides them, and what they would tell is not the school's to
know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    LargeBinary,
    Select,
    Subquery,
    Text,
    and_,
    any_,
    bindparam,
    case,
    column,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import CollectionAggregate

from contact_registry.consents.consents import consented
from contact_registry.models import contact_points, contacts, enrolments, suppressions


@dataclass(frozen=True, slots=True)
class Audience:
    """`units`: codes, resolved to ids by the caller. Grades and classes, in the lists' own spelling (`ListedClasses.as_listed`),
    add up; neither means all parents. `staff`: staff, too; without `parents`, nobody but them.
    """

    units: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    staff: bool = False
    parents: bool = True


@dataclass(frozen=True, slots=True)
class Preferences:
    """Which of people's own wishes a warning heeds. A wrong person or a dead address is never written to, whatever stands here.

    `obey_opt_out`: whoever opted out is left out. `needs_consent`:
    so is an address without a consent standing at its list's unit.
    """

    obey_opt_out: bool = False
    needs_consent: bool = False


class LeftOut(IntEnum):
    """Why somebody is not written to. Where several hold, the first is told; OTHER comes after all that one may know."""

    WRONG_PERSON = 1
    INVALID = 2
    HARD_BOUNCE = 3
    OPT_OUT = 4
    NO_CONSENT = 5
    OTHER = 6  # a unit above has taken it off
    NO_ADDRESS = 7  # a contact without any address on the channels
    NO_CONTACT = 8  # a pupil nobody can be written to for

    @property
    def code(self) -> str:
        return self.name.lower()


REACHED = 0
"""What stands for a reason where there is none."""


def of_units(unit_ids: Sequence[int]) -> CollectionAggregate[bool]:
    """Makes one parameter of `unit_ids` to compare a unit_id with, however many they are."""
    return any_(bindparam(None, sorted(set(unit_ids)), ARRAY(Integer)))


def standing(unit_ids: Sequence[int], audience: Audience, channels: Sequence[str], preferences: Preferences) -> Subquery:
    """Selects every address of everybody meant, each with `left_out`: `REACHED` or the number of a `LeftOut`.

    Columns point_id, contact_id, unit_id, channel, address_hash, address_sealed, data_key_id, left_out. The transaction acts for
    the sending unit and reads below it. No contact is read for it: one that is gone has no present address (a list ends both).
    """
    point, units = contact_points.c, of_units(unit_ids)
    by_list, by_all = _suppressed_on_lists(units, preferences), _suppressed_for_all(preferences)
    reasons: list[ColumnElement[int]] = [by_list.c.reason, by_all.c.reason]
    if preferences.needs_consent:
        reasons.append(case((~consented(point.unit_id, point.channel, point.address_hash), int(LeftOut.NO_CONSENT))))
    left_out = func.coalesce(func.least(*reasons), REACHED)
    same = and_(by_all.c.channel == point.channel, by_all.c.address_hash == point.address_hash)
    same_on_list = and_(
        by_list.c.unit_id == point.unit_id,
        by_list.c.channel == point.channel,
        by_list.c.address_hash == point.address_hash,
    )
    return (
        select(
            point.id.label("point_id"),
            point.contact_id,
            point.unit_id,
            point.channel,
            point.address_hash,
            point.address_sealed,
            point.data_key_id,
            left_out.label("left_out"),
        )
        .select_from(contact_points.outerjoin(by_list, same_on_list).outerjoin(by_all, same))
        .where(
            point.unit_id == units,
            point.channel.in_(channels),
            point.ended_by.is_(None),
            meant(point.contact_id, point.audience, units, audience),
        )
        .subquery("standing")
    )


def without_address(unit_ids: Sequence[int], audience: Audience, channels: Sequence[str]) -> Select[Any]:
    """Ids of the contacts meant that have no address on any of the channels."""
    point, contact, units = contact_points.c, contacts.c, of_units(unit_ids)
    addressed = select(1).where(
        point.contact_id == contact.id, point.unit_id == units, point.channel.in_(channels), point.ended_by.is_(None)
    )
    return select(contact.id).where(
        contact.unit_id == units,
        contact.ended_by.is_(None),
        meant(contact.id, contact.audience, units, audience),
        ~addressed.exists(),
    )


def _holding(preferences: Preferences) -> list[LeftOut]:
    always = [LeftOut.WRONG_PERSON, LeftOut.INVALID, LeftOut.HARD_BOUNCE]
    return [*always, LeftOut.OPT_OUT] if preferences.obey_opt_out else always


def _first(reason: ColumnElement[str], preferences: Preferences) -> ColumnElement[int]:
    """The number of the first of the reasons that hold; null where none does."""
    return func.min(case({each.code: int(each) for each in _holding(preferences)}, value=reason)).label("reason")


def _suppressed_on_lists(units: CollectionAggregate[bool], preferences: Preferences) -> Subquery:
    """(unit, channel, hash): by the unit whose list it is, or by one between that and the acting unit."""
    held = suppressions.c
    codes = [each.code for each in _holding(preferences)]
    between = func.door_suppressed_between().table_valued(
        column("unit_id", Integer), column("channel", Text), column("address_hash", LargeBinary), column("reason", Text)
    )
    each = union_all(
        select(held.unit_id, held.channel, held.address_hash, held.reason).where(held.unit_id == units, held.reason.in_(codes)),
        select(between).where(between.c.reason.in_(codes)),
    ).subquery()
    found = each.c
    return (
        select(found.unit_id, found.channel, found.address_hash, _first(found.reason, preferences))
        .group_by(found.unit_id, found.channel, found.address_hash)
        .subquery("by_list")
    )


def _suppressed_for_all(preferences: Preferences) -> Subquery:
    """(channel, hash): by the acting unit itself, for every list below it, or by a unit above."""
    held = suppressions.c
    codes = [each.code for each in _holding(preferences)]
    above = func.door_suppressed_above().table_valued(
        column("channel", Text), column("address_hash", LargeBinary), column("reason", Text)
    )
    each = union_all(
        select(held.channel, held.address_hash, _first(held.reason, preferences))
        .where(held.unit_id == func.loa_unit(), held.reason.in_(codes))
        .group_by(held.channel, held.address_hash),
        select(above.c.channel, above.c.address_hash, literal(int(LeftOut.OTHER))).where(above.c.reason.in_(codes)),
    ).subquery()
    found = each.c
    return (
        select(found.channel, found.address_hash, func.min(found.reason).label("reason"))
        .group_by(found.channel, found.address_hash)
        .subquery("by_all")
    )


def beside_pupil(audience: Audience) -> ColumnElement[bool] | None:
    """Returns the condition on enrolments that an audience of grades and classes sets; None: it means all."""
    pupil = enrolments.c
    if not audience.parents:
        return false()
    if not audience.grades and not audience.classes:
        return None
    return or_(
        pupil.grade.in_(audience.grades),
        pupil.class_name.in_(audience.classes),
    )


def meant(
    contact_id: ColumnElement[int], of: ColumnElement[str], units: CollectionAggregate[bool], audience: Audience
) -> ColumnElement[bool]:
    """Tells, as a condition, whether a contact on the list `of` parents or staff is meant: parents (of the named grades and
    classes) and perhaps staff.

    Written as one list of contacts at the top of the WHERE: a semi-join. An OR around an EXISTS is asked once for every contact
    (500,000 contacts: 7.0 s instead of 2.4 s).
    """
    pupil = enrolments.c
    if not audience.parents:
        return of == "staff" if audience.staff else false()
    named = beside_pupil(audience)
    if named is None:
        return of.in_(("parents", "staff") if audience.staff else ("parents",))
    beside = select(pupil.contact_id).where(pupil.unit_id == units, pupil.ended_by.is_(None), named)
    if not audience.staff:
        return and_(of == "parents", contact_id.in_(beside))
    members = contacts.alias("staff").c
    staff = select(members.id).where(members.unit_id == units, members.audience == "staff", members.ended_by.is_(None))
    return contact_id.in_(union_all(beside, staff))
