"""Who a warning goes to, as a SELECT: the rows never pass through Python, planning wraps the statement in its own INSERT.

One address appears once, whatever the number of children, schools and lists it stands on.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences.standing import (
    REACHED,
    Audience,
    LeftOut,
    Preferences,
    beside_pupil,
    meant,
    of_units,
    standing,
    without_address,
)
from contact_registry.models import contact_points, contacts, enrolments


@dataclass(frozen=True, slots=True)
class Tally:
    """How many addresses each channel would reach, and how many are left out for which reason.

    Of the reasons, NO_ADDRESS counts contacts, NO_CONTACT pupils, the others addresses. Every address, contact without one and
    pupil without anybody is counted exactly once.
    """

    by_channel: Mapping[str, int]
    left_out: Mapping[LeftOut, int]


def audience_select(
    unit_ids: Sequence[int], audience: Audience, channel: str, preferences: Preferences
) -> Select[tuple[bytes, bytes, int, int]]:
    """Selects the addresses to write to: one row an address, ordered by its hash, always the same.

    Columns address_hash, address_sealed, data_key_id, recipient_unit. `channel`: "sms" or "email" (any other has no recipients).
    Row-level security narrows it to what the transaction may see.
    """
    found = standing(unit_ids, audience, (channel,), preferences).c
    return (
        select(found.address_hash, found.address_sealed, found.data_key_id, found.unit_id.label("recipient_unit"))
        .ext(distinct_on(found.address_hash))
        .where(found.channel == channel, found.left_out == REACHED)
        .order_by(found.address_hash, found.unit_id, found.point_id)
    )


@asynccontextmanager
async def joined_as_sets(conn: AsyncConnection) -> AsyncIterator[None]:
    """Keeps the planner from joining row by row inside the block. For `audience_select` and its like.

    Right after an import the statistics still say that a list is empty, and comparing every contact with every number looks
    cheap: 3,000 parents took 2 s that way, 10 ms this way.
    """
    switch = text("SELECT set_config('enable_nestloop', :value, true)")
    await conn.execute(switch, {"value": "off"})
    yield
    await conn.execute(switch, {"value": "on"})


async def count_audience(
    conn: AsyncConnection, unit_ids: Sequence[int], audience: Audience, channels: Sequence[str], preferences: Preferences
) -> Tally:
    """Counts the rows of `audience_select` for each of `channels` (`by_channel`), and those left out. An address on several
    lists is left out if it is on each.
    """
    found = standing(unit_ids, audience, channels, preferences).c
    # Sorted as the index has them, the addresses are counted as they come: no set of a million has to be held.
    addresses = (
        select(found.channel, func.min(found.left_out).label("left_out")).group_by(found.channel, found.address_hash).subquery()
    )
    each = addresses.c
    counted = select(each.channel, each.left_out, func.count()).group_by(each.channel, each.left_out)
    by_channel = dict.fromkeys(channels, 0)
    left_out: Counter[LeftOut] = Counter()
    async with joined_as_sets(conn):
        for channel, reason, many in await conn.execute(counted):
            if reason == REACHED:
                by_channel[channel] += many
            else:
                left_out[LeftOut(reason)] += many
        left_out[LeftOut.NO_ADDRESS] = await _count_addressless(conn, unit_ids, audience, channels)
        left_out[LeftOut.NO_CONTACT] = (await conn.execute(_pupils_without_contact(unit_ids, audience))).scalar_one()
    return Tally(by_channel, dict(sorted((+left_out).items())))


async def count_people(
    conn: AsyncConnection, unit_ids: Sequence[int], audience: Audience, channels: Sequence[str], preferences: Preferences
) -> int:
    """Counts the people who would be written to: each once, by however many numbers and addresses. A mother on two schools'
    lists is one by a number or an email that both have.
    """
    if not channels:
        return 0
    found = standing(unit_ids, audience, channels, preferences).c
    holder = (
        func.min(found.contact_id).over(partition_by=(found.channel, found.address_hash))
        if len(unit_ids) > 1 or audience.staff
        else found.contact_id
    )
    reached = select(found.contact_id, holder.label("holder")).where(found.left_out == REACHED).subquery().c
    people = select(func.min(reached.holder).label("person")).group_by(reached.contact_id).subquery().c
    async with joined_as_sets(conn):
        return int((await conn.execute(select(func.count(people.person.distinct())))).scalar_one())


def _pupils_without_contact(unit_ids: Sequence[int], audience: Audience) -> Select[Any]:
    pupil = enrolments.c
    found = select(func.count()).where(pupil.unit_id == of_units(unit_ids), pupil.contact_id.is_(None), pupil.ended_by.is_(None))
    named = beside_pupil(audience)
    return found if named is None else found.where(named)


async def count_meant(conn: AsyncConnection, unit_id: int, audience: Audience) -> int:
    """Counts the contacts of one unit's list that an audience means, whether or not they can be written to."""
    counted: int = (await conn.execute(_people((unit_id,), audience))).scalar_one()
    return counted


async def _count_addressless(conn: AsyncConnection, unit_ids: Sequence[int], audience: Audience, channels: Sequence[str]) -> int:
    if audience.grades or audience.classes:  # few of many: who they are is found out once
        found = await conn.execute(select(func.count()).select_from(without_address(unit_ids, audience, channels).subquery()))
        return found.scalar_one()
    people: int = (await conn.execute(_people(unit_ids, audience))).scalar_one()
    addressed: int = (await conn.execute(_addressed(unit_ids, audience, channels))).scalar_one()
    return people - addressed


def _people(unit_ids: Sequence[int], audience: Audience) -> Select[int]:
    contact, units = contacts.c, of_units(unit_ids)
    people = select(func.count()).where(contact.unit_id == units, contact.ended_by.is_(None))
    return people.where(meant(contact.id, contact.audience, units, audience))


def _addressed(unit_ids: Sequence[int], audience: Audience, channels: Sequence[str]) -> Select[int]:
    """How many people have a present address on one of the channels: nobody has one who is not present."""
    point, units = contact_points.c, of_units(unit_ids)
    addressed = select(func.count(point.contact_id.distinct())).where(
        point.unit_id == units, point.channel.in_(channels), point.ended_by.is_(None)
    )
    return addressed.where(meant(point.contact_id, point.audience, units, audience))
