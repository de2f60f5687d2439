"""How ready a unit is, as far as the transaction may see it."""

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.clock import LOCAL
from service.readiness.parts import Readiness, judged

_STANDING = text(
    "SELECT (SELECT school_year FROM data_rules WHERE unit_id = :unit ORDER BY id DESC LIMIT 1) AS rule,"
    " (SELECT stands_for FROM protection_leads WHERE unit_id = :unit AND accepted_at IS NOT NULL ORDER BY id DESC LIMIT 1) AS"
    " lead,"
    " (SELECT CASE WHEN accepted_at IS NULL THEN stands_for END FROM protection_leads WHERE unit_id = :unit"
    "   ORDER BY id DESC LIMIT 1) AS named,"
    " (SELECT school_year FROM verification_cards WHERE unit_id = :unit ORDER BY id DESC LIMIT 1) AS card"
)


def day_of(now: datetime) -> date:
    """Returns the day it is in Vietnam."""
    return now.astimezone(LOCAL).date()


async def readiness_of(conn: AsyncConnection, unit_id: int, *, now: datetime) -> Readiness:
    """Judges the unit's readiness on the day it is in Vietnam."""
    row = (await conn.execute(_STANDING, {"unit": unit_id})).one()
    return judged(rule=row.rule, lead=row.lead, named=row.named, card=row.card, today=day_of(now))


async def sends_by_consent(conn: AsyncConnection, unit_id: int) -> bool:
    """Tells whether the unit's data rule lets advisories go only to those who agreed: a private school's, more often than not."""
    basis = await conn.execute(
        text("SELECT advisory_basis FROM data_rules WHERE unit_id = :unit ORDER BY id DESC LIMIT 1"), {"unit": unit_id}
    )
    return basis.scalar_one_or_none() == "consent"
