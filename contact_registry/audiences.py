"""Who a warning goes to, as a SELECT: the rows never pass through Python, planning wraps the statement in its own INSERT.

One address appears once, whatever the number of children, schools and lists it stands on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, Integer, Select, and_, any_, bindparam, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ColumnElement

from contact_registry.models import contact_points, contacts, enrolments
from contact_registry.suppressions import suppressed


@dataclass(frozen=True, slots=True)
class Audience:
    """`units`: codes, resolved to ids by the caller. Grades and classes add up; neither means all parents. `staff`: staff, too."""

    units: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    staff: bool = False


def audience_select(
    unit_ids: Sequence[int], audience: Audience, channel: str, *, obey_opt_out: bool
) -> Select[tuple[bytes, bytes, int, int]]:
    """Columns address_hash, address_sealed, data_key_id, recipient_unit; one row an address, ordered by its hash, always the same.

    `channel`: "sms" or "email" (any other has no recipients). Row-level security narrows it to what the transaction may see.
    """
    point = contact_points.c
    return (
        select(point.address_hash, point.address_sealed, point.data_key_id, point.unit_id.label("recipient_unit"))
        .ext(distinct_on(point.address_hash))
        .select_from(contact_points.join(contacts, contacts.c.id == point.contact_id))
        .where(_addressed(unit_ids, audience, channel, obey_opt_out=obey_opt_out))
        .order_by(point.address_hash, point.unit_id, point.id)
    )


async def count_audience(
    conn: AsyncConnection, unit_ids: Sequence[int], audience: Audience, channels: Iterable[str], *, obey_opt_out: bool
) -> dict[str, int]:
    """How many addresses each channel would reach now: the number of rows of `audience_select`."""
    counts: dict[str, int] = {}
    for channel in channels:
        addresses = (
            select(contact_points.c.address_hash)
            .select_from(contact_points.join(contacts, contacts.c.id == contact_points.c.contact_id))
            .where(_addressed(unit_ids, audience, channel, obey_opt_out=obey_opt_out))
            .distinct()
            .subquery()
        )
        counts[channel] = (await conn.execute(select(func.count()).select_from(addresses))).scalar_one()
    return counts


def _addressed(unit_ids: Sequence[int], audience: Audience, channel: str, *, obey_opt_out: bool) -> ColumnElement[bool]:
    point, contact = contact_points.c, contacts.c
    of_units = any_(bindparam(None, sorted(set(unit_ids)), ARRAY(Integer)))
    return and_(
        point.unit_id == of_units,
        contact.unit_id == of_units,  # said twice so that both sides of the join are narrowed by an index
        point.channel == channel,
        point.ended_by.is_(None),
        contact.ended_by.is_(None),
        or_(and_(contact.audience == "parents", _in_classes(audience)), and_(contact.audience == "staff", _flag(audience.staff))),
        ~suppressed(point.unit_id, point.channel, point.address_hash, opt_out_too=obey_opt_out),
    )


def _flag(value: bool) -> ColumnElement[bool]:  # noqa: FBT001
    return true() if value else false()


def _in_classes(audience: Audience) -> ColumnElement[bool]:
    if not audience.grades and not audience.classes:
        return true()
    pupil = enrolments.c
    return (
        select(1)
        .where(
            pupil.contact_id == contacts.c.id,
            pupil.unit_id == contacts.c.unit_id,
            pupil.ended_by.is_(None),
            or_(
                func.lower(pupil.grade).in_([grade.lower() for grade in audience.grades]),
                func.lower(pupil.class_name).in_([name.lower() for name in audience.classes]),
            ),
        )
        .exists()
    )
