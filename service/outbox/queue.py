"""The queue: arq on Valkey, one queue per lane, JSON in it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from arq.connections import ArqRedis

from service.outbox.commands import COMMANDS, LANES, Command, Lane
from service.outbox.valkey import open_valkey

_BEFORE_ALL = timedelta(hours=1)  # what waited so long in a queue is taken in its turn


def encode(job: dict[str, Any]) -> bytes:
    """Writes a job as JSON. arq would pickle, and a queue must not be able to run code.

    Of a job's exception only its name is kept: its text might hold a person's data.
    """
    return orjson.dumps(job, default=lambda value: type(value).__name__)


def decode(data: bytes) -> dict[str, Any]:
    """Reads a job such as `Queue.add` writes them. Raises ValueError for any other, which arq drops: in its hands it might end
    the worker.
    """
    job = orjson.loads(data)
    try:
        asked, ids = COMMANDS[job["f"]], job["k"]
        ours = not job["a"] and asked(**ids).payload() == ids and all(type(each) is int for each in (job["et"], *ids.values()))
    except (LookupError, TypeError, AttributeError):
        ours = False
    if not ours:
        raise ValueError("no job of ours")
    return dict(job)


def queue_name(lane: Lane) -> str:
    return f"loa:{lane}"


class Queue:
    """Puts jobs into the lanes' queues. Losing one is harmless: the sweeper goes by the database."""

    def __init__(self, pool: ArqRedis) -> None:
        self.pool = pool

    @classmethod
    async def connect(cls, url: str, ca_file: str = "", *, patience: float = 10.0) -> "Queue":
        """Raises redis.RedisError or OSError when Valkey does not answer within so many seconds;
        the supervisor and the sweeper try again.

        What stands in a queue's place and is none is taken away.
        """
        pool = open_valkey(ArqRedis, url, ca_file)
        pool.job_serializer, pool.job_deserializer = encode, decode
        try:
            async with asyncio.timeout(patience):  # one that stands still takes the connection
                await pool.ping()
                for lane in LANES:
                    if await pool.type(queue_name(lane)) not in (b"zset", b"none"):
                        await pool.delete(queue_name(lane))
        except BaseException:
            await pool.aclose()
            raise
        return cls(pool)

    async def add(
        self, command: Command, lane: Lane, *, again: str = "", at: datetime | None = None, first: bool = False
    ) -> None:
        """Queues a command unless its work is queued already. `again` makes it another job, for work that was lost on its way;
        `at`: not to be begun before; `first`: before all that is queued, and at once.
        """
        ids: dict[str, Any] = dict(command.payload())
        if first:  # the queue is in the order of these times
            at = datetime.now(UTC) - _BEFORE_ALL
        await self.pool.enqueue_job(
            command.name, _job_id=command.key + again, _queue_name=queue_name(lane), _defer_until=at, **ids
        )

    async def close(self) -> None:
        await self.pool.aclose()
