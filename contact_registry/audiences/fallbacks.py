"""Who can be written to by email where their number turned out to be dead:
the same contact, on the same unit's list, one letter each.

Stands on `standing`, as every audience does: whoever is not meant any more, taken off, or has not agreed to email gets none.
"""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Integer, LargeBinary, Select, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences.select import joined_as_sets
from contact_registry.audiences.standing import REACHED, Audience, Preferences, of_units, standing
from contact_registry.models import contact_points


def fallback_select(
    numbers: Sequence[tuple[int, bytes]], audience: Audience, preferences: Preferences
) -> Select[tuple[bytes, bytes, int, int, int]]:
    """Selects an email address for each contact behind `numbers`; the same rows every time, one an address.

    Columns address_hash, address_sealed, data_key_id, recipient_unit, contact_id. `numbers`: (unit whose list it came from, keyed
    hash) of SMS of this audience. Of a contact with several addresses the first. The transaction acts for the sending unit and
    reads below it.
    """
    units, hashes = [unit for unit, _ in numbers], [number for _, number in numbers]
    given = func.unnest(bindparam(None, units, ARRAY(Integer)), bindparam(None, hashes, ARRAY(LargeBinary)))
    failed = given.table_valued(column("unit_id", Integer), column("address_hash", LargeBinary), name="failed").render_derived()
    point = contact_points.c
    holders = (
        select(point.contact_id)
        .join(failed, (failed.c.unit_id == point.unit_id) & (failed.c.address_hash == point.address_hash))
        .where(point.unit_id == of_units(units), point.channel == "sms", point.ended_by.is_(None))
    )
    found = standing(units, audience, ("email",), preferences).c
    first = (
        select(found.contact_id, found.address_hash, found.address_sealed, found.data_key_id, found.unit_id, found.point_id)
        .ext(distinct_on(found.contact_id))
        .where(found.left_out == REACHED, found.contact_id.in_(holders))
        .order_by(found.contact_id, found.point_id)
        .subquery("first")
    ).c
    return (
        select(
            first.address_hash, first.address_sealed, first.data_key_id, first.unit_id.label("recipient_unit"), first.contact_id
        )
        .ext(distinct_on(first.address_hash))
        .order_by(first.address_hash, first.unit_id, first.point_id)
    )


async def count_fallbacks(conn: AsyncConnection, unit_ids: Sequence[int], audience: Audience, preferences: Preferences) -> int:
    """Counts the numbers that would get an SMS and whose owners could be written to by email, too."""
    number, email = (standing(unit_ids, audience, (channel,), preferences).alias(channel).c for channel in ("sms", "email"))
    counted = select(func.count(number.address_hash.distinct())).where(
        number.left_out == REACHED, number.contact_id.in_(select(email.contact_id).where(email.left_out == REACHED))
    )
    async with joined_as_sets(conn):
        return int((await conn.execute(counted)).scalar_one())
