"""What a unit's data protection lead reads: what was deleted, and what will be within a week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.clock import midnight_before
from service.retention.rules import RULES
from service.retention.running import dry_run

NOTICE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RetentionRun:
    """What one rule deleted in one run. `ended_at` None: under way, or killed and gone on with by the next."""

    id: int
    rule: str
    began_at: datetime
    ended_at: datetime | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What a rule will delete on a day in Vietnam."""

    on: date
    rule: str
    counts: Mapping[str, int]


async def last_check(conn: AsyncConnection, unit_id: int) -> datetime | None:
    """Reads when every rule was last gone through for the unit."""
    found = await conn.execute(text("SELECT checked_at FROM retention_checks WHERE unit_id = :unit"), {"unit": unit_id})
    checked: datetime | None = found.scalar_one_or_none()
    return checked


async def list_runs(conn: AsyncConnection, unit_id: int, *, before: int | None, limit: int) -> list[RetentionRun]:
    """Lists the unit's reports, the newest first, at most `limit`, behind the one numbered `before`."""
    rows = await conn.execute(
        text(
            "SELECT id, rule, began_at, ended_at, counts FROM retention_runs"
            " WHERE unit_id = :unit AND id < coalesce(CAST(:before AS bigint), 9223372036854775807) ORDER BY id DESC LIMIT :limit"
        ),
        {"unit": unit_id, "before": before, "limit": limit},
    )
    return [RetentionRun(**row) for row in rows.mappings()]


async def upcoming(conn: AsyncConnection, unit_id: int, *, now: datetime) -> list[Upcoming]:
    """Lists what will be deleted on each of the next days, as things stand; today's run first. The transaction acts for the
    unit.
    """
    found: list[Upcoming] = []
    told: dict[str, dict[str, int]] = {rule.name: {} for rule in RULES}
    midnight, checked = midnight_before(now), await last_check(conn, unit_id)
    # A run comes once a day, soon after midnight.
    for days in range(0 if checked is None or checked < midnight else 1, NOTICE.days + 1):
        moment = max(now, midnight + timedelta(days=days))
        for rule, counts in (await dry_run(conn, unit_id, now=moment)).items():
            more = {what: more for what, count in counts.items() if (more := count - told[rule].get(what, 0)) > 0}
            if more:
                found.append(Upcoming((midnight + timedelta(days=days)).date(), rule, more))
            told[rule] = counts
    return found
