"""The workers' part: one round after another until a retired key seals nothing, and a day later the key is deleted.

    the unit's list, table by table ──► deliveries, chunk by chunk ──► nothing left: wait a day ──► look once more, delete the key

Lists come before deliveries: what is planned from a clear list is sealed with the new key, so deliveries are gone through once.
Every batch is a transaction of its own that counts itself: a round may be killed or stopped anywhere. During the day whatever
read the old key before it was retired comes to its end.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from contact_registry.sealing import (
    SEALED,
    MasterKey,
    Place,
    SealedTable,
    current_data_key,
    data_keys,
    delete_data_key,
    left_under,
    reseal_batch,
)
from service.audit import Action, Subject, note_event
from service.database import unit_transaction
from service.deliveries.resealing import reseal_chunks

_log = structlog.get_logger()
KEY_UNUSED_FOR = timedelta(days=1)

Stopping = Callable[[], bool]
Key = tuple[int, int]
"""(unit, data key)."""


async def reseal_round(engine: AsyncEngine, master: MasterKey, *, now: datetime, stopping: Stopping = lambda: False) -> None:
    """Seals anew all that can be done now, for every rotation that is not stopped. For the workers' login."""
    async with unit_transaction(engine, None) as conn:
        under_way = (await conn.execute(text("SELECT * FROM door_key_rotations()"))).all()
    if not under_way:
        return
    for row in under_way:
        if row.list_clear_at is None and not await _reseal_list(engine, master, (row.unit_id, row.data_key_id), now, stopping):
            return  # deliveries wait until every list is clear: they are many, and are gone through once for all keys
    while True:
        if stopping():
            return
        async with unit_transaction(engine, None) as conn:
            if not await reseal_chunks(conn, master, now=now):
                break
    for row in under_way:
        if row.clear_since is None:
            await _note(engine, (row.unit_id, row.data_key_id), "clear_since = :now", now)
    over = [(row.unit_id, row.data_key_id) for row in under_way if row.clear_since and row.clear_since <= now - KEY_UNUSED_FOR]
    if over and not stopping():
        await _delete(engine, over, now)


async def _reseal_list(engine: AsyncEngine, master: MasterKey, key: Key, now: datetime, stopping: Stopping) -> bool:
    """Seals anew what a unit's list holds under a retired key; whether nothing is left that the key opens."""
    damaged = 0
    for table in SEALED:
        place: Place | None = None
        while True:
            if stopping():
                return False
            async with unit_transaction(engine, key[0]) as conn:
                if not await _goes_on(conn, key):
                    return False
                place, unopened = await _batch(conn, master, table, key, place)
            damaged += unopened
            if unopened:
                _log.error("reseal.unopened", unit=key[0], table=table.name, rows=unopened)
            if place is None:
                break
    async with unit_transaction(engine, key[0]) as conn:
        clear = sum((await left_under(conn, *key)).values()) <= damaged
    if clear:
        await _note(engine, key, "list_clear_at = :now", now)
    return clear


async def _batch(
    conn: AsyncConnection, master: MasterKey, table: SealedTable, key: Key, after: Place | None
) -> tuple[Place | None, int]:
    """(place of the last row, rows that did not open)."""
    old = (await data_keys(conn, master, [key[1]]))[key[1]]
    batch = await reseal_batch(conn, table, old, await current_data_key(conn, master, key[0]), after=after)
    await conn.execute(
        text("UPDATE key_rotations SET resealed = resealed + :more WHERE unit_id = :unit AND data_key_id = :key"),
        {"more": batch.resealed, "unit": key[0], "key": key[1]},
    )
    return batch.last, batch.unopened


async def _goes_on(conn: AsyncConnection, key: Key) -> bool:
    """Whether nobody stopped it. Holds its row, so that whoever stops it waits for the batch."""
    found = await conn.execute(
        text("SELECT stopped_at IS NULL FROM key_rotations WHERE unit_id = :unit AND data_key_id = :key FOR NO KEY UPDATE"),
        {"unit": key[0], "key": key[1]},
    )
    return bool(found.scalar_one())


async def _note(engine: AsyncEngine, key: Key, what: str, now: datetime) -> None:
    async with unit_transaction(engine, key[0]) as conn:
        await _set(conn, key, what, now)


async def _set(conn: AsyncConnection, key: Key, what: str, now: datetime) -> None:
    await conn.execute(
        text(f"UPDATE key_rotations SET {what} WHERE unit_id = :unit AND data_key_id = :key AND stopped_at IS NULL"),
        {"unit": key[0], "key": key[1]} | ({"now": now} if ":now" in what else {}),
    )


async def _delete(engine: AsyncEngine, keys: list[Key], now: datetime) -> None:
    """Deletes keys that still seal nothing; the others begin again."""
    async with unit_transaction(engine, None) as conn:
        found = await conn.execute(text("SELECT door_keys_of_deliveries(:keys)"), {"keys": [key for _, key in keys]})
        of_deliveries = set(found.scalars())
    for key in keys:
        try:
            async with unit_transaction(engine, key[0]) as conn:
                if key[1] in of_deliveries or await left_under(conn, *key):
                    await _set(conn, key, "list_clear_at = NULL, clear_since = NULL", now)
                    continue
                await delete_data_key(conn, *key)
                await _set(conn, key, "deleted_at = :now", now)
                await note_event(conn, None, Subject(key[0], "data_key", key[1]), Action.DATA_KEY_DELETED, now)
        except IntegrityError:  # sealed with it this very moment, by somebody who read it long ago
            await _note(engine, key, "list_clear_at = NULL, clear_since = NULL", now)
