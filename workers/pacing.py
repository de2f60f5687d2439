"""How fast messages may leave: token buckets in Valkey, one per provider account, shared by all workers of all machines.

A provider sells so many segments a second and queues what is above for hours. What it holds can be neither stopped nor overtaken,
so it never gets more than a few seconds' worth: the bucket keeps the moment when the provider will be through with what it was
given, by Valkey's clock, and grants only what moves that moment no further ahead than `AHEAD`. Tokens are leased in batches and
expire soon.

An urgent worker that lacks tokens leaves a mark, and while it stands bulk workers get none. One that gets what it asks for leaves
none, and bulk fills less of the provider's queue: a trickle of urgent messages finds room at once and holds nobody up.

Without Valkey each worker goes on with its share of the rate, and saves nothing up.
A bucket that was lost is taken for a full one.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from service.outbox import Lane

_log = structlog.get_logger()

AHEAD: Mapping[Lane, float] = {"urgent": 2.0, "bulk": 1.0}
"""Seconds' worth of segments that may wait inside a provider when a lane asks. With what is leased and not yet spent: below 5."""
LEASE = 1.0
"""Seconds in which leased tokens are spent, or lost."""
TURN = 5.0
"""Seconds after which a chunk that lacks tokens lets the next have its place."""
LONGEST_TURN = 30.0
_BATCH = 0.05  # seconds' worth that a lease is worth waiting for: a round of one message costs more than the message
_HORIZON = 0.25  # seconds' worth that is leased beyond what is lacking now
_MARK = 0.5  # seconds that an urgent worker's mark stands: it asks more often than that
_LONGEST_PAUSE = 0.2
_VALKEY_PATIENCE = 0.5
_WITHOUT_VALKEY = 1.0  # seconds before an absent Valkey is asked again
_SLOWEST, _RECOVERY = 1 / 64, 60.0  # of the rate; seconds from nothing back to all of it
_LONGEST_MESSAGE = 50  # segments: twice what any gateway takes
_WORKERS_AT_FIRST = 4  # until the heartbeat has counted them

# KEYS: until when the provider is busy, how far it is slowed down, the urgent mark.
# ARGV: segments a second, seconds ahead, the most of them, wanted, of that lacking now, the least of use, a batch's seconds,
#       1 for urgent, 1 to slow down, the slowest share, seconds of recovery, the mark's seconds, the longest message.
# What none of our own scripts can have written by this clock counts as lost: Valkey's clock was set back, or somebody else wrote
# it. Returns segments granted, microseconds to wait before asking again, the share of the rate in force (in millionths).
_LEASE_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ahead = ARGV[2] * 1000000
local wanted, lacking, least = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])

local share = 1
local slowed = redis.call('HMGET', KEYS[2], 'share', 'at')
local slow, at = tonumber(slowed[1] or ''), tonumber(slowed[2] or '')
if not (slow and slow > 0 and slow <= 1 and at and at <= now) then slow, at = nil, nil end
if slow then share = math.min(1, slow + (now - at) / (ARGV[11] * 1000000)) end
if ARGV[9] == '1' and not (at and now - at < 1000000) then
  share = math.max(tonumber(ARGV[10]), share / 2)
  redis.call('HSET', KEYS[2], 'share', share, 'at', now)
  redis.call('PEXPIRE', KEYS[2], math.ceil(ARGV[11] * 1000))
end
local rate = ARGV[1] * share / 1000000

local urgent = ARGV[8] == '1'
if not urgent then
  local marked = redis.call('PTTL', KEYS[3])
  if marked > 0 and marked <= ARGV[12] * 1000 then return {0, marked * 1000, math.floor(share * 1000000)} end
end
local busy = tonumber(redis.call('GET', KEYS[1]) or '')
local furthest = now + ARGV[3] * 1000000 + ARGV[13] / rate
if not (busy and busy <= furthest) then busy = now + ahead end  -- what nobody knows any more may have been full
busy = math.max(now, busy)
local room = now + ahead - busy
local batch = math.max(least, math.min(wanted, rate * ARGV[7] * 1000000))
local needed = math.min(ahead, batch / rate)
local granted, wait = 0, 0
if wanted > 0 and room >= needed then
  granted = math.max(least, math.min(wanted, math.floor(room * rate)))
  busy = busy + granted / rate
else
  wait = needed - room
end
redis.call('SET', KEYS[1], string.format('%.0f', busy), 'PX', math.ceil((busy - now) / 1000) + 86400000)
if urgent and granted < lacking then redis.call('SET', KEYS[3], '1', 'PX', math.ceil(ARGV[12] * 1000)) end
return {granted, math.ceil(wait), math.floor(share * 1000000)}
"""


@dataclass(slots=True)
class _Bucket:
    """What this process holds of one account's bucket."""

    key: str
    rate: float
    tokens: int = 0
    good_until: float = 0.0  # by the loop's clock, as all times here
    lacking: int = 0  # segments asked for and not to be had, since the last lease
    spent: int = 0  # since the last lease: about as many will be wanted again
    least: int = 1
    slowing: bool = False
    share: float = 1.0
    busy_until: float = 0.0  # of our own share, while Valkey is away
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    called: dict[asyncio.Event, None] = field(default_factory=dict)

    def put(self, tokens: int, now: float) -> None:
        self.tokens = tokens + (self.tokens if now < self.good_until else 0)
        self.good_until = now + LEASE
        waiting, self.called = self.called, {}
        for event in waiting:  # whoever waited longest is the first to wake
            event.set()


@dataclass(frozen=True, slots=True)
class Standing:
    """Of an account: segments a second, the share of them in force, and the tokens this process holds."""

    rate: float
    share: float
    tokens: int


class Pacing:
    """One worker's share in the buckets. `rates`: segments a second by the account's name; what has none is not paced."""

    def __init__(self, redis: "Redis | None", lane: Lane, rates: Mapping[str, float]) -> None:
        self._lane: Lane = lane
        self._script = redis.register_script(_LEASE_SCRIPT) if redis is not None else None
        self._buckets = {name: _Bucket(f"loa:pace:{name}", rate) for name, rate in rates.items()}
        self._away_until = 0.0
        self.workers = _WORKERS_AT_FIRST

    def allowance(self, account: str, cost: int, wanted: int, more: asyncio.Event) -> int:
        """Returns how many messages of `cost` segments may be called now, at most `wanted`. If fewer, `more` is set when there
        may be more.
        """
        bucket = self._buckets.get(account)
        if bucket is None or wanted <= 0:
            return max(0, wanted)
        held = bucket.tokens if asyncio.get_running_loop().time() < bucket.good_until else 0
        granted = min(wanted, held // cost)
        bucket.tokens = held - granted * cost
        bucket.spent += granted * cost
        if granted < wanted:
            bucket.lacking += (wanted - granted) * cost
            bucket.least = max(bucket.least, cost)
            bucket.called[more] = None
            bucket.asked.set()
        return granted

    def standing(self) -> dict[str, "Standing"]:
        """Returns each account's standing, by its name, for whoever watches."""
        now = asyncio.get_running_loop().time()
        return {
            name: Standing(bucket.rate, bucket.share, bucket.tokens if now < bucket.good_until else 0)
            for name, bucket in self._buckets.items()
        }

    def slow_down(self, account: str) -> None:
        """Halves the rate for all workers, recovering within a minute: the provider said that we are too fast
        (`workers.retries.asks_to_slow_down`).
        """
        if (bucket := self._buckets.get(account)) is not None:
            bucket.tokens = 0
            bucket.slowing = True
            bucket.asked.set()

    async def keep(self) -> None:
        """Leases what is lacking, for as long as the worker runs."""
        async with asyncio.TaskGroup() as group:
            for bucket in self._buckets.values():
                group.create_task(self._keep(bucket))
            await asyncio.Event().wait()  # also where nothing is paced: a worker takes the end of this for its own

    async def _keep(self, bucket: _Bucket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await bucket.asked.wait()
            bucket.asked.clear()
            lacking, least = bucket.lacking, bucket.least
            wanted = max(lacking, min(lacking + bucket.spent, int(bucket.rate * _HORIZON))) if lacking else 0
            bucket.lacking, bucket.spent, bucket.least = 0, 0, 1
            began = loop.time()  # the lease is no younger than that
            granted, wait = await self._lease(bucket, wanted, lacking, least)
            if granted:
                bucket.put(granted, began)
            elif lacking:
                await asyncio.sleep(min(_LONGEST_PAUSE, wait))
                bucket.lacking, bucket.least = max(lacking, bucket.lacking), max(least, bucket.least)
                bucket.asked.set()

    async def _lease(self, bucket: _Bucket, wanted: int, lacking: int, least: int) -> tuple[int, float]:
        """Segments granted, and if none the seconds to wait."""
        now = asyncio.get_running_loop().time()
        if self._script is not None and now >= self._away_until:
            keys = [bucket.key + ending for ending in (":busy", ":slow", ":urgent")]
            asked = (bucket.rate, AHEAD[self._lane], max(AHEAD.values()), wanted, lacking, least, _BATCH)
            asker = (int(self._lane == "urgent"), int(bucket.slowing))
            bounds = (_SLOWEST, _RECOVERY, _MARK, _LONGEST_MESSAGE)
            try:
                async with asyncio.timeout(_VALKEY_PATIENCE):
                    granted, wait, share = await self._script(keys, [*asked, *asker, *bounds])
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("pacing.valkey_away", error=type(error).__name__)
                self._away_until = asyncio.get_running_loop().time() + _WITHOUT_VALKEY
            else:
                bucket.slowing, bucket.share = False, share / 1_000_000
                return granted, wait / 1_000_000
        return self._lease_alone(bucket, wanted, least)

    def _lease_alone(self, bucket: _Bucket, wanted: int, least: int) -> tuple[int, float]:
        """Our share of the rate, as the heartbeat last counted us. Nothing is saved up, so there is nothing to burst with."""
        if bucket.slowing:
            bucket.slowing, bucket.share = False, max(_SLOWEST, bucket.share / 2)
        now = asyncio.get_running_loop().time()
        rate = bucket.rate * bucket.share / max(1, self.workers)
        busy = max(now, bucket.busy_until)
        if wanted == 0 or busy > now:
            return 0, busy - now
        granted = max(least, min(wanted, int(rate * _HORIZON)))
        bucket.busy_until = busy + granted / rate
        return granted, 0.0


def turn_is_over(seconds: float, *, lacking: bool) -> bool:
    """Tells whether a chunk that has been under way for so long lets others have its place."""
    return seconds > (TURN if lacking else LONGEST_TURN)
