"""Whoever can write to Valkey can make us late, and do nothing else."""

from typing import Any

import orjson
import pytest
from redis.asyncio import Redis

from service.outbox.queue import decode, encode
from tests.factories.waiting import until
from tests.workers.sending import School

IDS = {"unit_id": 3, "broadcast_id": 1, "chunk": 0, "claims": 0}
OURS: dict[str, Any] = {"t": None, "f": "deliver_chunk", "a": [], "k": IDS, "et": 1_795_000_000_000}
STRANGE: list[Any] = [
    [],
    "deliver_chunk",
    OURS | {"f": "no_such_job"},
    OURS | {"f": ["deliver_chunk"]},
    OURS | {"et": "today"},  # ended the worker that read it
    OURS | {"a": [{}]},
    OURS | {"k": None},
    OURS | {"k": IDS | {"chunk": "0912345678"}},  # would stand in a log
    OURS | {"k": IDS | {"chunk": 1e21}},  # as a number reads that is too large for one
    OURS | {"k": IDS | {"more": 1}},
    OURS | {"k": {"unit_id": 3}},
]


def test_a_job_of_ours_is_read_as_it_was_written() -> None:
    assert decode(encode(OURS)) == OURS


@pytest.mark.parametrize("job", STRANGE)
def test_a_job_of_anybody_else_is_none(job: object) -> None:
    with pytest.raises(ValueError, match="no job of ours"):
        decode(orjson.dumps(job))


@pytest.mark.acceptance
async def test_jobs_of_nobody_and_keys_of_another_kind_stop_no_warning(school: School) -> None:
    broadcast = await school.approved(phones=20, emails=20)
    async with Redis(unix_socket_path=school.valkey.removeprefix("unix://")) as redis:
        await redis.set("loa:urgent", "no queue")
        process = await school.start("urgent")
        progress = await school.until_completed(broadcast, 30)
        for place, job in enumerate(STRANGE[:6]):
            await redis.set(f"arq:job:strange {place}", orjson.dumps(job))
            await redis.zadd("loa:urgent", {f"strange {place}": 1})
        await redis.set("arq:job:garbage", b"\x80\x04")
        await redis.zadd("loa:urgent", {"garbage": 1, "of no job": 1})

        async def empty() -> bool:
            return bool(await redis.zcard("loa:urgent") == 0)

        await until("the worker has taken them away", empty)
    assert (progress.accepted, process.returncode) == (40, None)
