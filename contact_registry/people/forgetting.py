"""People whose time on the list is over: first counted, then deleted, by the same conditions. What an import ended goes when it
can no longer be undone; a contact goes with its school year, unless a newer list named it again.

Suppressions and consents are kept by hash and are no part of this: who said no must stay unwritten to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.present.applying import OF_ITS_LISTS, lock_lists


@dataclass(frozen=True, slots=True)
class Lapse:
    """Until when things are kept. `undoable_since`: lists applied before cannot be undone any more.

    `oldest_year`: the oldest school year that still holds, '2026-2027';
    `year_began`: when it did, for contacts that name no year.
    """

    undoable_since: datetime
    oldest_year: str
    year_began: datetime

    def values(self, unit_id: int) -> dict[str, object]:
        return {"unit": unit_id, "before": self.undoable_since, "oldest": self.oldest_year, "began": self.year_began}


# One thing goes by one rule: what an import ended goes by the first, whatever its year.
_OVER = "(SELECT id FROM imports WHERE unit_id = :unit AND applied_at < :before)"
_ENDED = f"{{0}}.unit_id = :unit AND {{0}}.ended_by IN {_OVER}"
_ENDED_CONTACTS = f"SELECT c.id FROM contacts c WHERE {_ENDED.format('c')}"
_NOT_ENDED = f"({{0}}.ended_by IS NULL OR {{0}}.ended_by NOT IN {_OVER})"
_LAPSED_CONTACTS = (
    f"SELECT c.id FROM contacts c WHERE c.unit_id = :unit AND {_NOT_ENDED.format('c')}"
    " AND (c.school_year < :oldest OR c.school_year IS NULL AND c.created_at < :began)"
)
# Pupils nobody can be written to for.
_LAPSED_ALONE = "e.unit_id = :unit AND e.contact_id IS NULL AND e.ended_by IS NULL AND e.school_year < :oldest"

_BESIDE = "{0}.unit_id = :unit AND {0}.contact_id IN ({1})"
# Two look-ups by index and not one OR, which would read every unit's rows.
_ENDED_OR_BESIDE = (
    f"SELECT x.id FROM {{0}} x WHERE {_ENDED.format('x')} UNION SELECT x.id FROM {{0}} x"
    f" WHERE {_BESIDE.format('x', _ENDED_CONTACTS)}"
)
_COUNT_ENDED = (
    f"SELECT (SELECT count(*) FROM ({_ENDED_CONTACTS}) AS c) AS contacts,"
    f" (SELECT count(*) FROM ({_ENDED_OR_BESIDE.format('contact_points')}) AS p) AS addresses,"
    f" (SELECT count(*) FROM ({_ENDED_OR_BESIDE.format('enrolments')}) AS e) AS pupils,"
    f" (SELECT count(*) FROM import_changes WHERE unit_id = :unit AND import_id IN {_OVER}"
    f"    AND contact_id NOT IN ({_ENDED_CONTACTS})) AS changes"
)
_COUNT_LAPSED = (
    f"SELECT (SELECT count(*) FROM ({_LAPSED_CONTACTS}) AS c) AS contacts,"
    f" (SELECT count(*) FROM contact_points p WHERE {_BESIDE.format('p', _LAPSED_CONTACTS)} AND {_NOT_ENDED.format('p')}) AS"
    " addresses,"
    f" (SELECT count(*) FROM enrolments e WHERE {_BESIDE.format('e', _LAPSED_CONTACTS)} AND {_NOT_ENDED.format('e')})"
    f"   + (SELECT count(*) FROM enrolments e WHERE {_LAPSED_ALONE}) AS pupils"
)


async def count_ended(conn: AsyncConnection, unit_id: int, lapse: Lapse) -> dict[str, int]:
    """Counts what `forget_ended` would delete in all."""
    return dict((await conn.execute(text(_COUNT_ENDED), lapse.values(unit_id))).mappings().one())


async def count_lapsed(conn: AsyncConnection, unit_id: int, lapse: Lapse) -> dict[str, int]:
    """Counts what `forget_lapsed` would delete in all, once `forget_ended` is through."""
    return dict((await conn.execute(text(_COUNT_LAPSED), lapse.values(unit_id))).mappings().one())


async def forget_ended(conn: AsyncConnection, unit_id: int, lapse: Lapse, *, at_most: int) -> dict[str, int]:
    """Deletes a batch of what lists ended and can no longer be undone; empty when there is none left."""
    await lock_lists(conn, unit_id)
    values = lapse.values(unit_id) | {"most": at_most}
    if people := await _delete_people(conn, f"{_ENDED_CONTACTS} ORDER BY c.id LIMIT :most", values):
        return people
    for what, table in (("addresses", "contact_points"), ("pupils", "enrolments")):
        some = f"SELECT x.id FROM {table} x WHERE {_ENDED.format('x')} ORDER BY x.id LIMIT :most"
        gone = await conn.execute(text(f"DELETE FROM {table} WHERE unit_id = :unit AND id IN ({some})"), values)
        if gone.rowcount:
            return {what: gone.rowcount}
    changes = await conn.execute(text(f"DELETE FROM import_changes WHERE unit_id = :unit AND import_id IN {_OVER}"), values)
    return {"changes": changes.rowcount} if changes.rowcount else {}


async def forget_lapsed(conn: AsyncConnection, unit_id: int, lapse: Lapse, *, at_most: int) -> dict[str, int]:
    """Deletes a batch of contacts whose school year is over, with all that hangs on them; empty when there is none left."""
    await lock_lists(conn, unit_id)
    values = lapse.values(unit_id) | {"most": at_most}
    if people := await _delete_people(conn, f"{_LAPSED_CONTACTS} ORDER BY c.id LIMIT :most", values):
        return people
    alone = await conn.execute(
        text(
            "DELETE FROM enrolments WHERE unit_id = :unit AND id IN ("
            f"  SELECT e.id FROM enrolments e WHERE {_LAPSED_ALONE} ORDER BY e.id LIMIT :most)"
        ),
        values,
    )
    return {"pupils": alone.rowcount} if alone.rowcount else {}


async def _delete_people(conn: AsyncConnection, some: str, values: Mapping[str, object]) -> dict[str, int]:
    """Deletes these contacts and what hangs on them, whoever ended that."""
    ids = list((await conn.execute(text(some), values)).scalars())
    if not ids:
        return {}
    of_them = "unit_id = :unit AND contact_id = ANY (CAST(:ids AS bigint[]))"
    these = {"unit": values["unit"], "ids": ids}
    addresses = await conn.execute(text(f"DELETE FROM contact_points WHERE {of_them}"), these)
    pupils = await conn.execute(text(f"DELETE FROM enrolments WHERE {of_them}"), these)
    await conn.execute(text(f"DELETE FROM import_changes WHERE {of_them} AND {OF_ITS_LISTS}"), these)
    await conn.execute(text("DELETE FROM contacts WHERE unit_id = :unit AND id = ANY (CAST(:ids AS bigint[]))"), these)
    return {"contacts": len(ids), "addresses": addresses.rowcount, "pupils": pupils.rowcount}
