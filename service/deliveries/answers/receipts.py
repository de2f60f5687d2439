"""Receipts applied: from the inbox to the deliveries, in batches, by rank, never backwards.

They come late, doubled, out of order, and for messages we thought nobody had: whatever comes, the furthest word stands, however
it is cut into batches. A receipt of any attempt proves that the message was taken, so it also settles a delivery that waits for
another try.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.database import Direct, fetch_all
from service.deliveries.answers.dead_addresses import suppress_dead
from service.deliveries.answers.failures import Failed, consequence_of, follow_up, lock_broadcasts_of
from service.deliveries.answers.senders import note_other_sender, other_senders

BATCH = 1_000
"""Receipts at once: their chunks are locked meanwhile."""

_TAKE = text("SELECT id, error_code FROM receipts_inbox ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED")

# Whoever moves deliveries locks their chunks first, in order: see claims.
_LOCK = text(
    "SELECT FROM delivery_chunks c WHERE (c.broadcast_id, c.chunk) IN ("
    "   SELECT d.broadcast_id, d.chunk FROM receipts_inbox r JOIN deliveries d USING (broadcast_id, number)"
    " WHERE r.id = ANY (:ids))"
    " ORDER BY c.broadcast_id, c.chunk FOR NO KEY UPDATE"
)

# A batch's furthest word for each delivery. `means`: whose fault each code is.
_APPLY = text(
    """
WITH taken AS (
  DELETE FROM receipts_inbox WHERE id = ANY (:ids)
  RETURNING broadcast_id, number, attempt, provider_id, status, error_code, received_at
), word (status, rank) AS (VALUES ('accepted', 1), ('failed', 2), ('delivered', 3)
), means AS (
  SELECT * FROM unnest(CAST(:codes AS text[]), CAST(:faults AS text[])) AS m (code, fault)
), furthest AS (
  SELECT DISTINCT ON (t.broadcast_id, t.number) t.broadcast_id, t.number, t.attempt, t.provider_id, t.error_code, t.received_at,
         t.status AS becomes, m.fault
    FROM taken t JOIN word w USING (status) LEFT JOIN means m ON m.code = t.error_code
    JOIN deliveries d ON d.broadcast_id = t.broadcast_id AND d.number = t.number
   -- That an earlier attempt failed says nothing of the one under way, and must not stand before what does.
   WHERE (t.status <> 'failed' OR t.attempt = d.attempt)
   -- Nor is it news that a message was taken which is known to have been: it failed since, and is sent once more.
     AND (t.status <> 'accepted' OR t.provider_id IS DISTINCT FROM d.provider_id)
   ORDER BY t.broadcast_id, t.number, w.rank DESC, t.received_at
), applied AS (
  UPDATE deliveries d SET
      state = f.becomes,
      provider_id = f.provider_id,
      reason = CASE WHEN f.becomes = 'failed' THEN f.error_code END,
      fault = CASE WHEN f.becomes = 'failed' THEN f.fault END,
      accepted_at = coalesce(d.accepted_at, f.received_at),
      finished_at = CASE WHEN f.becomes <> 'accepted' THEN f.received_at END,
      retry_at = NULL
    FROM furthest f
   WHERE d.broadcast_id = f.broadcast_id AND d.number = f.number
     AND (d.state, f.becomes) IN (
       ('calling', 'accepted'), ('calling', 'delivered'), ('calling', 'failed'),
       ('uncertain', 'accepted'), ('uncertain', 'delivered'), ('uncertain', 'failed'),
       ('accepted', 'delivered'), ('accepted', 'failed'),
       ('waiting', 'accepted'), ('waiting', 'delivered'), ('failed', 'delivered'))
  RETURNING d.broadcast_id, d.number, d.state, d.provider, f.error_code)
SELECT 1 AS many, state, broadcast_id, number, error_code, provider FROM applied WHERE state = 'failed'
UNION ALL
SELECT count(*), state, broadcast_id, NULL, NULL, NULL FROM applied WHERE state <> 'failed' GROUP BY state, broadcast_id
UNION ALL  -- of deliveries there are not, or not any more
SELECT count(*), NULL, NULL, NULL, NULL, NULL FROM taken t
 WHERE NOT EXISTS (SELECT FROM deliveries d WHERE d.broadcast_id = t.broadcast_id AND d.number = t.number)
"""
)


@dataclass(frozen=True, slots=True)
class Applied:
    """`taken`: how many receipts. `strays`: those among them whose delivery there is not (any more).
    `slower`: providers that ask for less.

    `changed`: by broadcast, what how many of its deliveries became.
    """

    taken: int
    strays: int = 0
    changed: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    slower: frozenset[str] = frozenset()


async def apply_batch(conn: AsyncConnection, *, now: datetime) -> Applied:
    """Applies the oldest batch of the acting unit's inbox in the caller's transaction, and what its failures lead to."""
    # Each delivery by its key: with old statistics the planner would rather read the whole table and hash it.
    await conn.execute(text("SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"))
    taken = (await conn.execute(_TAKE, {"batch": BATCH})).all()
    if not taken:
        return Applied(0)
    ids = [row.id for row in taken]
    leads_to = {code: consequence_of(code) for code in {row.error_code for row in taken} - {None}}
    await lock_broadcasts_of(conn, ids, leads_to)
    for broadcast_id in await other_senders(conn, ids):
        await note_other_sender(conn, broadcast_id, now=now)
    await conn.execute(_LOCK, {"ids": ids})
    faults = [each.fault for each in leads_to.values()]
    rows = (await conn.execute(_APPLY, {"ids": ids, "codes": list(leads_to), "faults": faults})).all()
    failed = [
        Failed(row.broadcast_id, row.number, row.error_code, leads_to[row.error_code], row.provider)
        for row in rows
        if row.state == "failed" and row.error_code is not None
    ]
    changed: dict[int, Counter[str]] = {}
    for row in rows:
        if row.state is not None:
            changed.setdefault(row.broadcast_id, Counter())[row.state] += row.many
    if failed:
        waiting = await follow_up(conn, failed, now=now)
        await suppress_dead(conn, [(each.broadcast_id, each.number) for each in failed if each.number not in waiting])
    return Applied(
        taken=len(ids),
        strays=sum(row.many for row in rows if row.state is None),
        changed=changed,
        slower=frozenset(each.provider for each in failed if each.provider and each.leads_to.slower),
    )


async def units_with_receipts(conn: Direct) -> list[int]:
    """Lists units whose inbox is not empty. Through a door: needs no acting unit."""
    return [unit_id for (unit_id,) in await fetch_all(conn, "SELECT unit_id FROM door_units_with_receipts()")]
