"""Deliveries under retired keys, sealed anew: a few chunks of one broadcast at a time, locked as everybody locks them, so that a
send that is under way waits for a moment and goes on. Read as the sender, whose deliveries they are, with the keys of the units
below it.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from contact_registry.audiences import joined_as_sets
from contact_registry.errors import Unsealable
from contact_registry.sealing import DataKey, MasterKey, current_data_keys, data_keys, reseal
from service.database import act_for

_CHUNKS_AT_ONCE = 4


async def reseal_chunks(conn: AsyncConnection, master: MasterKey, *, now: datetime) -> bool:
    """Goes through the next chunks that may hold deliveries under retired keys; False when there are none left."""
    due = (await conn.execute(text("SELECT * FROM door_chunks_to_reseal(:many)"), {"many": _CHUNKS_AT_ONCE})).all()
    chunks = [c for c in due if c.broadcast_id == due[0].broadcast_id]
    if not chunks:
        return False
    broadcast, unit_id = chunks[0].broadcast_id, chunks[0].unit_id
    these = {"broadcast": broadcast, "chunks": [c.chunk for c in chunks]}
    await act_for(conn, unit_id, subtree=True)
    await conn.execute(
        text(
            "SELECT FROM delivery_chunks WHERE broadcast_id = :broadcast AND chunk = ANY (:chunks) ORDER BY chunk"
            " FOR NO KEY UPDATE"
        ),
        these,
    )
    rows = (
        await conn.execute(
            text(
                "SELECT d.number, d.channel, d.address_sealed, d.data_key_id, k.unit_id"
                "  FROM deliveries d JOIN data_keys k ON k.id = d.data_key_id"
                " WHERE d.broadcast_id = :broadcast AND d.number BETWEEN :first AND :last AND d.address_sealed <> ''"
                "   AND k.retired_at IS NOT NULL"
            ),
            {
                "broadcast": broadcast,
                "first": min(c.first_number for c in chunks),
                "last": max(c.last_number for c in chunks),
            },
        )
    ).all()
    if rows:
        await _reseal(conn, master, broadcast, rows)
    await conn.execute(
        text("UPDATE delivery_chunks SET resealed_at = :now WHERE broadcast_id = :broadcast AND chunk = ANY (:chunks)"),
        these | {"now": now},
    )
    return True


async def _reseal(conn: AsyncConnection, master: MasterKey, broadcast: int, rows: Sequence[Any]) -> None:
    old = await data_keys(conn, master, {row.data_key_id for row in rows})
    new = await current_data_keys(conn, master, {row.unit_id for row in rows})
    made = await asyncio.to_thread(_resealed, rows, old, new)
    async with joined_as_sets(conn):
        await conn.execute(
            text(
                "UPDATE deliveries d SET address_sealed = n.sealed, data_key_id = n.key"
                " FROM unnest(CAST(:numbers AS bigint[]), CAST(:sealed AS bytea[]), CAST(:keys AS bigint[])) AS n"
                " (number, sealed, key)"
                # Whatever the statistics say: by the primary key these chunks and no others, then joined at once, not each with
                # each.
                " WHERE d.broadcast_id = :broadcast AND d.number BETWEEN :first AND :last AND d.number = n.number"
            ),
            {
                "broadcast": broadcast,
                "first": min(row.number for row in rows),
                "last": max(row.number for row in rows),
                "numbers": [number for number, _, _, _ in made],
                "sealed": [sealed for _, sealed, _, _ in made],
                "keys": [key for _, _, key, _ in made],
            },
        )
    done = Counter(was for _, _, _, was in made)
    await conn.execute(
        text("SELECT door_count_resealed(:keys, :counts)"), {"keys": list(done.keys()), "counts": list(done.values())}
    )


def _resealed(rows: Sequence[Any], old: Mapping[int, DataKey], new: Mapping[int, DataKey]) -> list[tuple[int, bytes, int, int]]:
    """(number, sealed, new key, old key) of every delivery that opens."""
    made = []
    for row in rows:
        key = new.get(row.unit_id)
        if key is None:
            continue
        try:
            sealed = reseal(row.address_sealed, old[row.data_key_id], key, row.channel)
        except Unsealable:
            continue
        if sealed is not None:
            made.append((row.number, sealed, key.id, row.data_key_id))
    return made
