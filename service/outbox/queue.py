"""The queue: arq on Valkey, JSON instead of pickle, ids only. Nothing in it is the truth: it may be wiped at any moment."""

import asyncio
from collections.abc import Iterable
from typing import Any, Self

import orjson
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from service.outbox.commands import Command

QUEUES = {"urgent": "loa:urgent", "bulk": "loa:bulk"}
"""The queue of each lane; one worker process listens to one."""

QueueError = (RedisError, OSError)
"""What a lost queue raises. The sweeper finds what was not queued."""

_AT_ONCE = 50


def write_job(job: dict[str, Any]) -> bytes:
    """Arq's serializer."""
    # A failed job's result is an exception: its name is all that is kept, its text might hold a person's data.
    return orjson.dumps(job, default=lambda value: type(value).__name__)


def read_job(data: bytes) -> dict[str, Any]:
    """Arq's deserializer."""
    read: dict[str, Any] = orjson.loads(data)
    return read


def queue_settings(url: str) -> RedisSettings:
    """How arq reaches Valkey: `redis://...` or `unix:///path`."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 2
    return settings


class Queue:
    """Puts commands on a lane. One per process."""

    def __init__(self, pool: ArqRedis) -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str) -> Self:
        """Raises one of `QueueError` when Valkey does not answer."""
        return cls(await create_pool(queue_settings(url), job_serializer=write_job, job_deserializer=read_job))

    async def push(self, commands: Iterable[tuple[str, Command]]) -> None:
        """Queues (lane, command) pairs, each once however often it is pushed. Raises one of `QueueError`."""
        waiting = list(commands)
        for start in range(0, len(waiting), _AT_ONCE):
            await asyncio.gather(*(self._push(lane, command) for lane, command in waiting[start : start + _AT_ONCE]))

    async def _push(self, lane: str, command: Command) -> None:
        await self._pool.enqueue_job(command.name, command.payload, _job_id=command.job_id, _queue_name=QUEUES[lane])

    async def close(self) -> None:
        await self._pool.aclose()
