"""What a receipt that says "failed" leads to besides: another try in its own time, or the broadcast's pause.

What a code means is its carrier's to say (`service.carriers`). What is tried again was surely not delivered. Nobody's
delivery waits beyond the warning's expiry; one that was completed is sent again while some of it waits.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from service.carriers import Fault, meaning_of
from service.deliveries.answers.senders import OTHER_SENDER
from service.deliveries.control.resuming import reopen
from service.deliveries.control.stopping import pause_by_system

FEW = 5
"""So many receipts must have told of a code before a share of the broadcast says something."""


MOST_RETURNS = 4
"""A delivery that was so often refused for reasons of its own, `content` and `config` among them, ends for itself: one address
that no set-up can reach must not stop its broadcast whenever somebody resumes it."""


@dataclass(frozen=True, slots=True)
class Again:
    """Some time between `after` and `up_to` seconds later, at most `most` times.
    Without seconds: as soon as somebody resumes it.
    """

    after: float
    up_to: float
    most: int


_LATER = Again(60.0, 300.0, 6)  # what only answers have is given a time where a receipt has it
_RESUMED = Again(0, 0, MOST_RETURNS)  # nothing of the number's: it waits for another set-up, or another text's leave


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a failed receipt leads to. `again`: it waits and is tried again. `bears`: the broadcast pauses above this share of
    what has left; 0: at once; None: it is the one number's matter. `slower`: the provider asks for less.
    """

    fault: Fault
    again: Again | None
    bears: float | None
    slower: bool

    @property
    def moves_broadcast(self) -> bool:
        """Whether it may stop the broadcast, or send it again."""
        return self.again is not None or self.bears is not None


def consequence_of(code: str) -> Consequence:
    """Returns what a receipt's `code` ("twilio.30003") leads to."""
    means = meaning_of(code, "config")
    if means.retry is not None:
        again: Again | None = Again(means.retry.after, means.retry.up_to, means.retry.most)
    elif means.error_class == "temporary":
        again = _LATER
    else:
        again = _RESUMED if means.stops and not means.bears else None
    return Consequence(means.fault, again, means.bears if means.stops else None, means.slows_down)


@dataclass(frozen=True, slots=True)
class Failed:
    """A delivery that a receipt has just ended. `provider`: who had taken it."""

    broadcast_id: int
    number: int
    code: str
    leads_to: Consequence
    provider: str | None


_AGAIN = text(
    """
WITH again AS (
  UPDATE deliveries d SET
      state = 'waiting', returned = d.returned + 1, accepted_at = NULL, finished_at = NULL, absences = 0, listed_at = NULL,
      retry_at = CASE WHEN r.up_to > 0 THEN :now + make_interval(secs => r.after + random() * (r.up_to - r.after)) END
    FROM unnest(CAST(:broadcasts AS bigint[]), CAST(:numbers AS bigint[]), CAST(:after AS float8[]), CAST(:up_to AS float8[]),
                CAST(:most AS integer[])) AS r (broadcast_id, number, after, up_to, most)
    JOIN broadcasts b ON b.id = r.broadcast_id
   WHERE d.broadcast_id = r.broadcast_id AND d.number = r.number AND d.state = 'failed' AND d.returned < r.most
     AND d.address_sealed <> '' AND b.state IN ('sending', 'paused', 'completed')
     -- Of what left before the backup from which the system was restored nobody knows whether it was tried again.
     AND (b.restored_from IS NULL OR d.called_at > b.restored_from)
     AND :now + make_interval(secs => r.up_to) < b.expires_at
  RETURNING d.broadcast_id, d.chunk, d.number, d.retry_at)
SELECT broadcast_id, chunk, count(*) AS many, array_agg(number) AS numbers,
       CASE WHEN bool_or(retry_at IS NULL) THEN NULL ELSE min(retry_at) END AS first
  FROM again GROUP BY broadcast_id, chunk ORDER BY broadcast_id, chunk
"""
)

# What came back is all that waits: not before the first of it is due. A worker that holds the chunk says when it gives it back.
_NOT_BEFORE = text(
    "UPDATE delivery_chunks c SET not_before = CASE WHEN c.waiting = r.many THEN r.first ELSE least(c.not_before, r.first) END"
    "  FROM unnest(CAST(:broadcasts AS bigint[]), CAST(:chunks AS integer[]), CAST(:many AS integer[]),"
    " CAST(:first AS timestamptz[]))"
    "       AS r (broadcast_id, chunk, many, first)"
    " WHERE c.broadcast_id = r.broadcast_id AND c.chunk = r.chunk AND c.holder IS NULL"
    " AND (c.not_before IS NOT NULL OR c.waiting = r.many)"
)

# `since`: what had left when it was last paused for this. A person who resumes it gives it as much again.
_MET = text(
    """
WITH met AS (
  INSERT INTO failures_met AS f (broadcast_id, unit_id, code, met)
  SELECT b.id, b.unit_id, n.code, n.met
    FROM unnest(CAST(:broadcasts AS bigint[]), CAST(:codes AS text[]), CAST(:met AS bigint[])) AS n (broadcast_id, code, met)
    JOIN broadcasts b ON b.id = n.broadcast_id
   ORDER BY b.id, n.code
  ON CONFLICT (broadcast_id, code) DO UPDATE SET met = f.met + excluded.met
  RETURNING f.broadcast_id, f.code, f.met, f.since)
SELECT m.broadcast_id, m.code, m.met,
       (SELECT sum(accepted + delivered + failed) FROM delivery_chunks c WHERE c.broadcast_id = m.broadcast_id) - m.since
         AS left_since
  FROM met m
"""
)


async def lock_broadcasts_of(conn: AsyncConnection, receipts: Sequence[int], codes: Iterable[str]) -> None:
    """Locks the broadcasts that these receipts may stop or send again. Before their chunks: so does whoever else moves both.
    `codes`: of those of them that failed.
    """
    await conn.execute(
        text(
            "SELECT FROM broadcasts WHERE id IN ("
            "   SELECT broadcast_id FROM receipts_inbox WHERE id = ANY (:ids) AND status = 'failed' AND error_code = ANY (:codes)"
            "      OR id = ANY (:ids) AND status = :other)"
            " ORDER BY id FOR NO KEY UPDATE"
        ),
        {
            "ids": list(receipts),
            "codes": [code for code in codes if consequence_of(code).moves_broadcast],
            "other": OTHER_SENDER,
        },
    )


async def follow_up(conn: AsyncConnection, failed: Sequence[Failed], *, now: datetime) -> set[int]:
    """Sends back to wait what is tried again, and pauses what must stop; the numbers that wait. Their broadcasts are locked."""
    waiting = await _try_again(conn, [(each, again) for each in failed if (again := each.leads_to.again) is not None], now=now)
    await _stop(conn, [(each, bears) for each in failed if (bears := each.leads_to.bears) is not None], now=now)
    return waiting


async def _try_again(conn: AsyncConnection, failed: Sequence[tuple[Failed, Again]], *, now: datetime) -> set[int]:
    if not failed:
        return set()
    rows = (
        await conn.execute(
            _AGAIN,
            {
                "now": now,
                "broadcasts": [each.broadcast_id for each, _ in failed],
                "numbers": [each.number for each, _ in failed],
                "after": [again.after for _, again in failed],
                "up_to": [again.up_to for _, again in failed],
                "most": [again.most for _, again in failed],
            },
        )
    ).all()
    if not rows:
        return set()
    await conn.execute(
        _NOT_BEFORE,
        {
            "broadcasts": [row.broadcast_id for row in rows],
            "chunks": [row.chunk for row in rows],
            "many": [row.many for row in rows],
            "first": [row.first for row in rows],
        },
    )
    for broadcast_id in sorted({row.broadcast_id for row in rows}):
        await reopen(conn, broadcast_id, actor=None, quiet=None, now=now)  # none is due before the sweeper looks
    return {number for row in rows for number in row.numbers}


async def _stop(conn: AsyncConnection, failed: Sequence[tuple[Failed, float]], *, now: datetime) -> None:
    met = Counter((each.broadcast_id, each.code) for each, _ in failed)
    borne = {each.code: bears for each, bears in failed}
    shares = {key: many for key, many in met.items() if borne[key[1]]}
    reasons = {broadcast_id: code for broadcast_id, code in met if not borne[code]}
    if shares:
        rows = await conn.execute(
            _MET,
            {
                "broadcasts": [broadcast_id for broadcast_id, _ in shares],
                "codes": [code for _, code in shares],
                "met": list(shares.values()),
            },
        )
        for row in rows.all():
            if row.met >= FEW and row.met > borne[row.code] * row.left_since:
                reasons.setdefault(row.broadcast_id, row.code)
    for broadcast_id, code in sorted(reasons.items()):
        if await pause_by_system(conn, broadcast_id, reason=code, now=now):
            await conn.execute(
                text(
                    "UPDATE failures_met f SET met = 0, since = ("
                    "   SELECT sum(accepted + delivered + failed) FROM delivery_chunks c WHERE c.broadcast_id = f.broadcast_id)"
                    " WHERE f.broadcast_id = :broadcast"
                ),
                {"broadcast": broadcast_id},
            )
