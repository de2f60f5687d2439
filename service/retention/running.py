"""A run: every rule, for one unit, in short transactions. Killed at any point,
it has reported what it deleted and the next one goes on.
"""

from collections.abc import Callable
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from service.audit import Action, Subject, note_event
from service.clock import midnight_before
from service.database import unit_transaction
from service.retention.rules import RULES

Counts = dict[str, dict[str, int]]
"""By rule, by what."""

_REPORT = text(
    "INSERT INTO retention_runs AS r (unit_id, rule, began_at, counts) VALUES (:unit, :rule, :now, CAST(:counts AS jsonb))"
    " ON CONFLICT (unit_id, rule) WHERE ended_at IS NULL DO UPDATE SET counts = ("
    "   SELECT jsonb_object_agg(key, coalesce((r.counts ->> key)::bigint, 0) + coalesce((excluded.counts ->> key)::bigint, 0))"
    "     FROM jsonb_object_keys(r.counts || excluded.counts) AS key)"
)


async def units_to_check(conn: AsyncConnection, now: datetime) -> list[int]:
    """Lists units not gone through since midnight in Vietnam. Through a door: needs no acting unit."""
    rows = await conn.execute(text("SELECT unit_id FROM door_units_to_check(:since)"), {"since": midnight_before(now)})
    return list(rows.scalars())


async def run_unit(
    engine: AsyncEngine, unit_id: int, *, now: datetime, stopping: Callable[[], bool] = lambda: False
) -> Counts | None:
    """Deletes all that is due for a unit; counts by rule of what this unit's run deleted,
    None if it was asked to stop before its end.

    For the workers' login or the owner's. Each batch is reported in its own transaction.
    """
    for rule in RULES:
        while True:
            if stopping():
                return None
            async with unit_transaction(engine, unit_id) as conn:
                gone = await rule.forget(conn, unit_id, now)
                if not gone:
                    break
                if gone := _without_nothing(gone):
                    report = {"unit": unit_id, "rule": rule.name, "now": now, "counts": orjson.dumps(gone).decode()}
                    await conn.execute(_REPORT, report)
    async with unit_transaction(engine, unit_id) as conn:
        return await _close(conn, unit_id, now)


async def _close(conn: AsyncConnection, unit_id: int, now: datetime) -> Counts:
    """Ends the unit's open reports, also those of a run that was killed, and notes that every rule was gone through."""
    ended = await conn.execute(
        text("UPDATE retention_runs SET ended_at = :now WHERE unit_id = :unit AND ended_at IS NULL RETURNING id, rule, counts"),
        {"unit": unit_id, "now": now},
    )
    counts: Counts = {}
    for row in ended:
        counts[row.rule] = dict(row.counts)
        await note_event(
            conn, None, Subject(unit_id, "retention_run", row.id), Action.RETENTION_RUN, now, rule=row.rule, **row.counts
        )
    await conn.execute(
        text(
            "INSERT INTO retention_checks VALUES (:unit, :now)"
            " ON CONFLICT (unit_id) DO UPDATE SET checked_at = greatest(retention_checks.checked_at, excluded.checked_at)"
        ),
        {"unit": unit_id, "now": now},
    )
    return counts


async def dry_run(conn: AsyncConnection, unit_id: int, *, now: datetime) -> Counts:
    """Counts what `run_unit` would delete now, by rule; rules with nothing due are left out.
    The transaction acts for the unit.
    """
    counts = {rule.name: _without_nothing(await rule.count(conn, unit_id, now)) for rule in RULES}
    return {rule: due for rule, due in counts.items() if due}


def _without_nothing(counts: dict[str, int]) -> dict[str, int]:
    return {what: count for what, count in counts.items() if count}
