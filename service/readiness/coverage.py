"""One table of a unit and all below it: who has a list, who is ready, and where something found on the net is still there."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.readiness.parts import Readiness, judged
from service.readiness.queries import day_of


@dataclass(frozen=True, slots=True)
class Covered:
    """One unit. `contacts`: people on its present lists, parents and staff. `parent`: a code."""

    code: str
    name: str
    level: str
    parent: str | None
    contacts: int
    list_applied_at: datetime | None
    takedowns_open: int
    readiness: Readiness


# Everything about parts is in small tables and read whole; only the page's units have their contacts counted, each by its own
# index range. What is not ready is sorted out before, so a page of it is as quick as any other. SQL compares the school years'
# last days as `judged` does.
_PAGE = text(
    """
WITH tree AS MATERIALIZED (
  SELECT u.id, u.code, u.level, v.name, v.parent_id
    FROM unit_closure c JOIN units u ON u.id = c.descendant_id
    JOIN unit_versions v ON v.unit_id = u.id AND v.valid_from <= :today AND (v.valid_to IS NULL OR v.valid_to > :today)
   WHERE c.ancestor_id = :root
), rules AS (SELECT DISTINCT ON (unit_id) unit_id, school_year FROM data_rules ORDER BY unit_id, id DESC
), accepted AS (
  SELECT DISTINCT ON (unit_id) unit_id, stands_for FROM protection_leads WHERE accepted_at IS NOT NULL ORDER BY unit_id, id DESC
), named AS (SELECT DISTINCT ON (unit_id) unit_id, stands_for, accepted_at FROM protection_leads ORDER BY unit_id, id DESC
), cards AS (SELECT DISTINCT ON (unit_id) unit_id, school_year FROM verification_cards ORDER BY unit_id, id DESC
), page AS MATERIALIZED (
  SELECT tree.*, rules.school_year AS rule, accepted.stands_for AS lead, cards.school_year AS card,
         CASE WHEN named.accepted_at IS NULL THEN named.stands_for END AS named
    FROM tree
    LEFT JOIN rules ON rules.unit_id = tree.id
    LEFT JOIN accepted ON accepted.unit_id = tree.id
    LEFT JOIN named ON named.unit_id = tree.id
    LEFT JOIN cards ON cards.unit_id = tree.id
   WHERE tree.code > :after
     AND (:not_ready AND rules.school_year >= :standing AND accepted.stands_for >= :standing
          AND cards.school_year >= :standing) IS NOT TRUE
   ORDER BY tree.code LIMIT :limit
)
SELECT page.code, page.name, page.level, door_unit_code(page.parent_id) AS parent, page.rule, page.lead, page.named, page.card,
       (SELECT count(*) FROM contacts k WHERE k.unit_id = page.id AND k.ended_by IS NULL) AS contacts,
       (SELECT max(i.applied_at) FROM imports i WHERE i.unit_id = page.id AND i.state = 'applied') AS list_applied_at,
       (SELECT count(*) FROM takedowns t WHERE t.unit_id = page.id AND t.found AND t.removed_on IS NULL) AS takedowns_open
  FROM page ORDER BY page.code
"""
)


async def coverage(
    conn: AsyncConnection, root_id: int, *, now: datetime, only_not_ready: bool = False, after: str = "", limit: int = 100
) -> list[Covered]:
    """Lists the unit and all below it by code, with what each lacks, beginning behind the code `after`. The transaction acts for
    `root_id`, subtree.
    """
    today = day_of(now)
    rows = await conn.execute(
        _PAGE,
        {
            "root": root_id,
            "today": today,
            "not_ready": only_not_ready,
            "standing": _oldest_standing(today),
            "after": after,
            "limit": limit,
        },
    )
    return [
        Covered(
            code=row.code,
            name=row.name,
            level=row.level,
            parent=row.parent,
            contacts=row.contacts,
            list_applied_at=row.list_applied_at,
            takedowns_open=row.takedowns_open,
            readiness=judged(rule=row.rule, lead=row.lead, named=row.named, card=row.card, today=today),
        )
        for row in rows
    ]


def _oldest_standing(today: date) -> str:
    """The earliest school year that still holds: the one before last until 31 October, as `last_day_of` has it."""
    ends = today.year if today <= date(today.year, 10, 31) else today.year + 1
    return f"{ends - 1}-{ends}"
